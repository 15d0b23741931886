"""A decision: what one input caused, and the numbers that place it in a log.

The body is independent of any layout and unchanged for ever; the envelope belongs to
one layout (generation, partition count) and is written anew by a copy.
"""

from datetime import datetime

from msgspec import Raw, Struct

from engine.events import Event
from engine.ids import InputId, StreamId
from engine.inputs import Input
from engine.refusals import RefusalCode
from engine.requests import wire_name
from engine.validity import Cursor, Stamp


class _Outcome(Struct, frozen=True, kw_only=True, omit_defaults=True, tag=wire_name):
    """Wire settings that all outcomes share."""


class Events(_Outcome, frozen=True, kw_only=True):
    """The input caused these, oldest first, at least one; the version moves by one."""

    events: tuple[Event, ...]


class Refused(_Outcome, frozen=True, kw_only=True):
    """The input must not be so; `engine.refusals` says what would allow it."""

    code: RefusalCode
    detail: str = ""  # which value, in ids and numbers only
    until: datetime | None = None  # when it would be allowed, if time alone allows it
    rule: str = ""


class Repeated(_Outcome, frozen=True, kw_only=True):
    """An input of this id was decided before; `was` is its outcome's wire name."""

    of: InputId
    was: str
    code: RefusalCode | None = None


class Nothing(_Outcome, frozen=True, kw_only=True):
    """Already so."""


class Quarantined(_Outcome, frozen=True, kw_only=True):
    """The rules broke on it, or it does not decode: the bytes are in `quarantine`."""

    reason: str


Outcome = Events | Refused | Repeated | Nothing | Quarantined


def events_of(outcome: Outcome) -> tuple[Event, ...]:
    """Return the events of an outcome, oldest first; none where it is not `Events`."""
    return outcome.events if isinstance(outcome, Events) else ()


class Basis(Struct, frozen=True, omit_defaults=True):
    """What a decision was made under, so that history alone can be decided again."""

    w: int = 0  # publications adopted
    ruleset: str = ""  # version of the ruleset in force
    sequence: str = ""  # hash of the sequence it concerned


class Body(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One decision, whole by itself."""

    stream: StreamId
    version: int  # of the stream after it; only `Events` moves it
    at: datetime  # aware UTC, never before the stream's last
    input: Raw  # the input as it arrived, never encoded again
    outcome: Outcome
    under: Basis = Basis()

    @property
    def events(self) -> tuple[Event, ...]:
        """Return what it caused, oldest first; none where the outcome is not `Events`."""
        return events_of(self.outcome)


class Next(Struct, frozen=True, omit_defaults=True):
    """The offset after the last input taken from each lane."""

    express: int = 0
    bulk: int = 0
    workspace: Cursor = Cursor()


class Envelope(Struct, frozen=True, omit_defaults=True):
    """Where a body stands in one layout."""

    generation: int
    epoch: int
    seq: int  # dense per partition, from 1
    next: Next


class Decision(Struct, frozen=True, tag="decision"):
    """A record that holds a decision; the body stays bytes until somebody needs it."""

    envelope: Envelope
    body: Raw

    @property
    def stamp(self) -> Stamp:
        """Return what the validity rule looks at."""
        envelope = self.envelope
        return Stamp(
            is_marker=False,
            generation=envelope.generation,
            epoch=envelope.epoch,
            seq=envelope.seq,
        )


class Marker(Struct, frozen=True, tag="epoch"):
    """A record by which a partition owner begins its epoch."""

    generation: int
    epoch: int
    code_version: str = ""

    @property
    def stamp(self) -> Stamp:
        """Return what the validity rule looks at."""
        return Stamp(is_marker=True, generation=self.generation, epoch=self.epoch)


class Generation(Struct, frozen=True, tag="generation"):
    """The first record of a copied log: which log it continues."""

    generation: int
    former: str
    checkpoint: str = ""

    @property
    def stamp(self) -> Stamp:
        """Return what the validity rule looks at."""
        return Stamp(is_marker=True, generation=self.generation, epoch=0)


LogRecord = Decision | Marker | Generation


WORKSPACE_PARTITION = -1
"""Stands for the one partition of the workspace's own log beside the numbers of `events`."""


class PlacedDecision(Struct, frozen=True):
    """A valid decision with where it stands: what consequences, reactors and views get."""

    partition: int  # of `events`, or `WORKSPACE_PARTITION`
    seq: int
    offset: int
    body: Body
    input: Input | None  # None: quarantined, it does not decode
