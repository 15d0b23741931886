"""Decide one slice of a partition: inputs in, records to append and states after, out.

No waiting in here: whatever a slice needs was loaded before.  Nothing it returns counts
until its append is known to be valid; until then it can be thrown away.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import msgspec
from msgspec import Raw
from msgspec.structs import replace

from engine import rules
from engine.decision import (
    Body,
    Decision,
    Envelope,
    Next,
    Quarantined,
    Under,
)
from engine.ids import WORKSPACE, InputId, StreamId, kind_of
from engine.inputs import Input, Lane
from engine.requests import Adopt, AttemptTouch, RecordAttempt, Wake
from engine.rules import Stream
from engine.validity import Cursor
from engine.wire import encode_body, encode_input, encode_record
from engine.workspace import Workspace
from infra.log.leases import Tenure
from infra.log.port import Record
from infra.runtime.owning.lanes import Arrived
from infra.runtime.owning.publications import Published
from infra.runtime.partitions import home_of

OWNER_ONLY = (Wake, AttemptTouch, RecordAttempt, Adopt)
"""Requests that only a partition owner raises; from anywhere else they are quarantined."""

OWNER_IDS = ("attempt:", "wake:", "recorded:")
"""How the ids begin that an owner makes of names; nothing from anywhere else may use them up."""

DECISIONS_MAX = 2_000
SLICE_BYTES_MAX = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Where a slice begins."""

    tenure: Tenure
    partition_count: int
    cursor: Cursor  # of the last valid record
    next: Next
    now: datetime
    load: Callable[[StreamId], Stream]  # never waits


@dataclass(slots=True, kw_only=True)
class Slice:
    """Decisions not yet appended, in order, and what they make of the streams."""

    tenure: Tenure
    next: Next
    seq: int
    records: list[Record] = field(default_factory=list)
    decided: list[tuple[Body, Input | None]] = field(default_factory=list)
    states: dict[StreamId, Stream] = field(default_factory=dict)
    quarantined: list[Record] = field(default_factory=list)
    size_bytes: int = 0

    @property
    def is_full(self) -> bool:
        """Whether one append should take no more."""
        return len(self.records) >= DECISIONS_MAX or self.size_bytes >= SLICE_BYTES_MAX


class Decider:
    """Decides one slice, input by input."""

    def __init__(self, start: Start) -> None:
        """Begin an empty slice."""
        self._start = start
        self.slice = Slice(tenure=start.tenure, next=start.next, seq=start.cursor.seq)

    @property
    def published(self) -> Workspace:
        """Return what the partition has adopted, this slice included."""
        state = self._state(WORKSPACE).state
        if not isinstance(state, Workspace):
            raise TypeError
        return state

    def adopt(self, published: Published) -> None:
        """Decide to take the next publication into this partition's history."""
        w = published.publication.w
        item = Input(
            id=InputId(f"w{w}"),
            stream=WORKSPACE,
            at=self._start.now,
            actor="engine",
            source="adoption",
            request=Adopt(w=w),
        )
        raw = Raw(encode_input(item))
        body = rules.adopt(self._state(WORKSPACE), published.publication, item, raw)
        self.slice.next = replace(self.slice.next, workspace=published.cursor)
        self._keep(body, item)

    def decide_own(self, item: Input) -> None:
        """Decide an input that the owner raised."""
        self._decide(item, Raw(encode_input(item)))

    def decide_arrived(self, arrived: Arrived) -> None:
        """Decide, or quarantine, what stands next in an inbox."""
        following = arrived.offset + 1
        if arrived.lane is Lane.BULK:
            self.slice.next = replace(self.slice.next, bulk=following)
        else:
            self.slice.next = replace(self.slice.next, express=following)
        fault = arrived.fault or self._misplaced(arrived)
        if arrived.item is None or fault:
            self._quarantine_arrived(arrived, fault)
        else:
            self._decide(arrived.item, Raw(arrived.raw))

    def _misplaced(self, arrived: Arrived) -> str:
        """Return which rule keeps an input out of this partition; empty if none does."""
        item = arrived.item
        if item is None:
            return "undecodable"
        if item.stream != arrived.stream or not has_kind(item.stream):
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
            after = rules.evolve(before, body, item.id, self.slice.seq + 1)
        except Exception as error:  # noqa: BLE001  (a fault on one input must not stop all)
            self._quarantine_input(item, raw, f"rules raised {type(error).__name__}")
        else:
            self._append(body, item, after)

    def _quarantine_input(self, item: Input, raw: Raw, reason: str) -> None:
        self.slice.quarantined.append(Record(item.stream.encode(), bytes(raw)))
        self._quarantine(item.stream, item, raw, reason)

    def _quarantine_arrived(self, arrived: Arrived, fault: str) -> None:
        self.slice.quarantined.append(Record(arrived.stream.encode(), arrived.raw))
        item = arrived.item
        if item is not None and item.id.startswith(OWNER_IDS):
            item = None  # remembered, it would count as the timer's own input, decided
        raw = Raw(arrived.raw) if item else _pointer(arrived.raw)
        self._quarantine(arrived.stream, item, raw, fault)

    def _quarantine(self, stream: StreamId, item: Input | None, raw: Raw, reason: str) -> None:
        before = self._state(stream) if has_kind(stream) else None
        at = item.at if item and item.at.tzinfo else self._start.now
        body = Body(
            stream=stream,
            version=before.version if before else 0,
            at=max(at, before.at) if before else at,
            input=raw,
            outcome=Quarantined(reason=reason),
            under=Under(self.published.w),
        )
        self._keep(body, item)

    def _keep(self, body: Body, item: Input | None) -> None:
        after = None
        if has_kind(body.stream):
            input_id = item.id if item else None
            before = self._state(body.stream)
            after = rules.evolve(before, body, input_id, self.slice.seq + 1)
        self._append(body, item, after)

    def _append(self, body: Body, item: Input | None, after: Stream | None) -> None:
        part = self.slice
        part.seq += 1
        tenure = self._start.tenure
        envelope = Envelope(self._start.cursor.generation, tenure.epoch, part.seq, part.next)
        value = encode_record(Decision(envelope, encode_body(body)))
        part.records.append(Record(body.stream.encode(), value))
        part.decided.append((body, item))
        part.size_bytes += len(value)
        if after is not None:
            part.states[body.stream] = after

    def _state(self, stream: StreamId) -> Stream:
        held = self.slice.states.get(stream)
        return held if held is not None else self._start.load(stream)

    def _is_ours(self, stream: StreamId) -> bool:
        return home_of(stream, self._start.partition_count) == self._start.tenure.place


def is_owners(item: Input) -> bool:
    """Whether only a partition owner may raise an input, because of its request or its id."""
    return isinstance(item.request, OWNER_ONLY) or item.id.startswith(OWNER_IDS)


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
