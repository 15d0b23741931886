"""Decide one slice of a partition: inputs in, records to append and states after, out.

No waiting in here: whatever a slice needs was loaded before.  Nothing it returns counts
until its append is known to be valid; until then it can be thrown away.
"""

import hashlib
from datetime import datetime

import msgspec
from msgspec import Raw
from msgspec.structs import replace

from engine import rules
from engine.decision import Basis, Body, Decision, Envelope, Quarantined
from engine.events import Publication
from engine.ids import WORKSPACE, InputId, StreamId, kind_of
from engine.inputs import Input, Lane
from engine.requests import Adopt, OwnerRequest
from engine.rules import Stream
from engine.validity import Cursor
from engine.wire import encode_body, encode_input, encode_record
from engine.workspace import Workspace
from infra.log.port import Record
from infra.runtime.owning.lanes import Arrival
from infra.runtime.owning.partition import Partition
from infra.runtime.partitions import home_of

OWNER_IDS = ("attempt:", "wake:", "recorded:")
"""How the ids begin that an owner makes of names; nothing from anywhere else may use them up."""

DECISIONS_MAX = 2_000
SLICE_BYTES_MAX = 1024 * 1024


class Slice:
    """Decisions not yet appended, in order, and what they make of the streams."""

    def __init__(self, partition: Partition, *, partition_count: int, now: datetime) -> None:
        self.partition = partition
        self.next = partition.next
        self.seq = partition.cursor.seq
        self.records: list[Record] = []
        self.decisions: list[tuple[Body, Input | None]] = []
        self.states: dict[StreamId, Stream] = {}
        self.quarantined: list[Record] = []
        self._size_bytes = 0
        self._partition_count = partition_count
        self._now = now

    @property
    def is_full(self) -> bool:
        """Whether one append should take no more."""
        return len(self.records) >= DECISIONS_MAX or self._size_bytes >= SLICE_BYTES_MAX

    @property
    def published(self) -> Workspace:
        """Return what the partition has adopted, this slice included."""
        state = self._state(WORKSPACE).state
        if not isinstance(state, Workspace):
            raise TypeError
        return state

    def adopt(self, publication: Publication, cursor: Cursor) -> None:
        """Decide to take the next publication, which a reader has taken at `cursor`."""
        w = publication.w
        item = Input(
            id=InputId(f"w{w}"),
            stream=WORKSPACE,
            at=self._now,
            actor="engine",
            source="adoption",
            request=Adopt(w=w),
        )
        raw = Raw(encode_input(item))
        body = rules.adopt(self._state(WORKSPACE), publication, item, raw)
        self.next = replace(self.next, workspace=cursor)
        self._keep(body, item)

    def decide_own(self, item: Input) -> None:
        """Decide an input that the owner raised."""
        self._decide(item, Raw(encode_input(item)))

    def decide_arrival(self, arrival: Arrival) -> None:
        """Decide, or quarantine, what stands next in an inbox."""
        following = arrival.offset + 1
        if arrival.lane is Lane.BULK:
            self.next = replace(self.next, bulk=following)
        else:
            self.next = replace(self.next, express=following)
        fault = arrival.fault or self._misplaced(arrival)
        if arrival.item is None or fault:
            self._quarantine_arrival(arrival, fault)
        else:
            self._decide(arrival.item, Raw(arrival.raw))

    def _misplaced(self, arrival: Arrival) -> str:
        """Return which rule keeps an input out of this partition; empty if none does."""
        item = arrival.item
        if item is None:
            return "undecodable"
        if item.stream != arrival.stream or not has_kind(item.stream):
            return "stream_unknown"
        if item.at.tzinfo is None:
            return "at_without_zone"
        if not self._is_ours(item.stream):
            return "wrong_partition"
        return "owner_only" if is_owners(item) else ""

    def _decide(self, item: Input, raw: Raw) -> None:
        before = self._state(item.stream)
        try:
            body = rules.decide(before, self.published, item, raw)
            after = rules.evolve(before, body, item.id, self.seq + 1)
        except Exception as error:  # noqa: BLE001  (a fault on one input must not stop all)
            self._quarantine_input(item, raw, f"rules raised {type(error).__name__}")
        else:
            self._append(body, item, after)

    def _quarantine_input(self, item: Input, raw: Raw, reason: str) -> None:
        self._put_aside(item.stream, bytes(raw))
        self._quarantine(item.stream, item, raw, reason)

    def _quarantine_arrival(self, arrival: Arrival, fault: str) -> None:
        self._put_aside(arrival.stream, arrival.raw)
        item = arrival.item
        if item is not None and item.id.startswith(OWNER_IDS):
            item = None  # remembered, it would count as the timer's own input, decided
        raw = Raw(arrival.raw) if item else _pointer(arrival.raw)
        self._quarantine(arrival.stream, item, raw, fault)

    def _put_aside(self, stream: StreamId, raw: bytes) -> None:
        """Keep the bytes; they count in what one slice may hold, as decisions do."""
        self.quarantined.append(Record(stream.encode(), raw))
        self._size_bytes += len(raw)

    def _quarantine(self, stream: StreamId, item: Input | None, raw: Raw, reason: str) -> None:
        before = self._state(stream) if has_kind(stream) else None
        at = item.at if item and item.at.tzinfo else self._now
        body = Body(
            stream=stream,
            version=before.version if before else 0,
            at=max(at, before.at) if before else at,
            input=raw,
            outcome=Quarantined(reason=reason),
            under=Basis(self.published.w),
        )
        self._keep(body, item)

    def _keep(self, body: Body, item: Input | None) -> None:
        after = None
        if has_kind(body.stream):
            input_id = item.id if item else None
            before = self._state(body.stream)
            after = rules.evolve(before, body, input_id, self.seq + 1)
        self._append(body, item, after)

    def _append(self, body: Body, item: Input | None, after: Stream | None) -> None:
        self.seq += 1
        generation, epoch = self.partition.cursor.generation, self.partition.tenure.epoch
        envelope = Envelope(generation, epoch, self.seq, self.next)
        value = encode_record(Decision(envelope, encode_body(body)))
        self.records.append(Record(body.stream.encode(), value))
        self.decisions.append((body, item))
        self._size_bytes += len(value)
        if after is not None:
            self.states[body.stream] = after

    def _state(self, stream: StreamId) -> Stream:
        held = self.states.get(stream)
        return held if held is not None else self.partition.stream(stream)

    def _is_ours(self, stream: StreamId) -> bool:
        return home_of(stream, self._partition_count) == self.partition.place


def is_owners(item: Input) -> bool:
    """Whether only a partition owner may raise an input, because of its request or its id."""
    return isinstance(item.request, OwnerRequest) or item.id.startswith(OWNER_IDS)


def has_kind(stream: StreamId) -> bool:
    """Whether a name is that of a stream; a record's key may be anything."""
    try:
        kind_of(stream)
    except ValueError:
        return False
    return True


def _pointer(data: bytes) -> Raw:
    """Return what stands for bytes that are no input: they may not even be JSON."""
    digest = hashlib.sha256(data).hexdigest()
    return Raw(msgspec.json.encode({"quarantined": digest, "size_bytes": len(data)}))
