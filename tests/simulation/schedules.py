"""Random schedules of owners on one partition: takeovers, former owners that still write.

Records are real ones, and the rule that judges them is given as an argument, so that the
same schedules show what happens without one of its protections.
"""

import random
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from msgspec import Raw

from engine.decision import Body, Decision, Envelope, Marker, Next, Nothing
from engine.errors import PartitionDamageError
from engine.ids import StreamId
from engine.validity import Cursor, Stamp, Verdict
from engine.wire import decode_body, decode_record, encode_body, encode_record

Rule = Callable[[Cursor, Stamp], tuple[Verdict, Cursor]]

INPUTS_MAX = 12
STREAMS = tuple(StreamId(f"contact_point:{number}") for number in range(3))
AT = datetime(2027, 1, 11, tzinfo=UTC)
START = Cursor(generation=1)


class BrokenScheduleError(AssertionError):
    """Decided on a state that is not the valid one, or inputs lost, repeated, out of order."""


@dataclass(frozen=True)
class Valid:
    """A valid decision as the check looks at it."""

    stream: StreamId
    cause: int  # index of its input
    base: str  # fingerprint of the state it was decided on
    result: str  # fingerprint of the state it makes


@dataclass
class Reader:
    """Folds a partition under a rule."""

    rule: Rule
    cursor: Cursor = START
    states: dict[StreamId, str] = field(default_factory=dict)
    next_input: int = 0
    valid: list[Valid] = field(default_factory=list)

    def read(self, log: list[bytes]) -> None:
        """Read to the end."""
        for data in log[self.cursor.offset :]:
            record = decode_record(data)
            verdict, self.cursor = self.rule(self.cursor, record.stamp)
            if verdict is Verdict.COUNTS and isinstance(record, Decision):
                self._fold(record)

    def _fold(self, record: Decision) -> None:
        body = decode_body(record.body)
        _, cause, base, result = bytes(body.input).decode().strip('"').split(" ")
        self.valid.append(Valid(body.stream, int(cause), base, result))
        self.states[body.stream] = result
        self.next_input = record.envelope.next.express


@dataclass
class Owner:
    """A process that believes it owns the partition."""

    world: "World"
    epoch: int
    in_flight: list[bytes] = field(default_factory=list)
    reader: Reader | None = None  # None: not started, or stopped
    planned: tuple[dict[StreamId, str], int, int] | None = None

    @property
    def marker(self) -> bytes:
        """Return the record that begins this epoch."""
        return encode_record(Marker(1, self.epoch, f"code-{self.epoch}"))

    def recover(self) -> None:
        """Read what is valid, and start unless somebody else took over."""
        reader = Reader(self.world.rule)
        reader.read(self.world.log)
        if reader.cursor.epoch <= self.epoch:
            self.reader = reader

    def decide(self) -> None:
        """Decide one to three inputs, and have them under way."""
        if self.reader is None or self.in_flight:
            return
        states, seq = dict(self.reader.states), self.reader.cursor.seq
        following = self.reader.next_input
        for _ in range(self.world.random.randint(1, 3)):
            if following >= len(self.world.inbox):
                break
            stream, seq, following = self.world.inbox[following], seq + 1, following + 1
            self.in_flight.append(self._decided(states, stream, seq, following))

    def appended(self) -> None:
        """Go on from what a reader now sees; give up if another epoch is there."""
        self.in_flight = []
        if self.reader is not None:
            self.reader.read(self.world.log)
            if self.reader.cursor.epoch > self.epoch:
                self.reader = None

    def _decided(
        self, states: dict[StreamId, str], stream: StreamId, seq: int, following: int
    ) -> bytes:
        base = states.get(stream, "new")
        # Another epoch runs other code, so it makes another state of the same input.
        result = f"{zlib.crc32(f'{base} {following} {self.epoch}'.encode()):x}"
        states[stream] = result
        raw = Raw(f'"input {following - 1} {base} {result}"'.encode())
        body = Body(stream=stream, version=seq, at=AT, input=raw, outcome=Nothing())
        envelope = Envelope(1, self.epoch, seq, Next(express=following))
        return encode_record(Decision(envelope, encode_body(body)))


class World:
    """One partition, its inbox, and owners that come and do not always go."""

    def __init__(self, seed: int, rule: Rule, *, waits_for_marker: bool = True) -> None:
        """Begin with one owner and a dozen inputs."""
        self.random = random.Random(seed)
        self.rule = rule
        self.waits_for_marker = waits_for_marker
        self.inbox = [self.random.choice(STREAMS) for _ in range(INPUTS_MAX)]
        self.log: list[bytes] = []
        self.late: list[list[bytes]] = []
        self.owners: list[Owner] = []
        self.take()

    def take(self, *, at_rest: bool = False) -> None:
        """Let a new owner come."""
        owner = Owner(self, len(self.owners) + 1)
        self.owners.append(owner)
        if self.waits_for_marker or at_rest:
            self.log.append(owner.marker)
        else:
            self.late.append([owner.marker])
        owner.recover()

    def step(self) -> None:
        """Let one thing happen."""
        chance = self.random.random()
        owner = self.random.choice(self.owners)
        if chance < 0.5:
            owner.decide()
        elif chance < 0.75 and owner.in_flight:
            self._land(owner)
        elif chance < 0.80 and owner.in_flight:
            owner.in_flight, owner.reader = [], None  # lost: unknown outcome, recover or end
        elif chance < 0.88:
            self.take()
        elif self.late:
            self.log += self.late.pop(self.random.randrange(len(self.late)))

    def _land(self, owner: Owner) -> None:
        self.log += owner.in_flight
        if self.random.random() < 0.05:
            self.late.append(list(owner.in_flight))  # repeated below us
        owner.appended()

    def run(self, steps: int = 60) -> None:
        """Run a schedule to a quiet end, and check what a reader sees."""
        for _ in range(steps):
            self.step()
        self.take(at_rest=True)
        for owner in self.owners[:-1]:
            self.log += owner.in_flight if self.random.random() < 0.5 else []
        for late in self.late:
            self.log += late
        last = self.owners[-1]
        last.recover()
        while last.reader is not None and last.reader.next_input < len(self.inbox):
            last.decide()
            self.log += last.in_flight
            last.appended()
        self.check()

    def check(self) -> None:
        """Compare what is valid with what correct owners must have decided."""
        reader = Reader(self.rule)
        reader.read(self.log)
        states: dict[StreamId, str] = {}
        for one in reader.valid:
            if one.base != states.get(one.stream, "new"):
                raise BrokenScheduleError(one.base)
            states[one.stream] = one.result
        if [one.cause for one in reader.valid] != list(range(len(self.inbox))):
            raise BrokenScheduleError([one.cause for one in reader.valid])


def breaks(seed: int, rule: Rule, *, waits_for_marker: bool = True) -> bool:
    """Return whether a schedule ends in something no correct owner wrote."""
    try:
        World(seed, rule, waits_for_marker=waits_for_marker).run()
    except (BrokenScheduleError, PartitionDamageError):
        return True
    return False
