"""The log port: append atomically, read by offset, wait for more, trim.

An adapter promises what `tests/contracts/test_log.py` checks and nothing else.  What a
record means (epochs, sequence numbers, validity) is `engine.validity`'s concern; the
log keeps bytes in order.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple, Protocol


class Topic(StrEnum):
    """What a partition holds; the wire names are stored and never change."""

    EVENTS = "events"
    EXPRESS = "inbox.express"
    BULK = "inbox.bulk"
    WORKSPACE = "workspace"
    INBOX_WORKSPACE = "inbox.workspace"
    QUARANTINE = "quarantine"


class Place(NamedTuple):
    """One partition of one topic; workspace topics have partition 0 only."""

    topic: Topic
    partition: int


class Record(NamedTuple):
    """A record to append; the key is the stream's name."""

    key: bytes
    value: bytes


class StoredRecord(NamedTuple):
    """A record as it stands in the log."""

    offset: int
    key: bytes
    value: bytes


class Append(NamedTuple):
    """One atomic unit of one partition: all of its records land, in order, or none."""

    place: Place
    records: Sequence[Record]  # at least one
    epoch: int | None = None  # of the partition owner; None for inboxes and quarantine
    must_last: bool = False  # of an inbox: nobody waits for the decision, to ask again without one


class Span(NamedTuple):
    """The offsets a partition holds: half-open, `first` moves by trimming only."""

    first: int
    end: int


class Log(Protocol):
    """An ordered, durable set of partitions."""

    @property
    def partition_count(self) -> int:
        """P: partitions of events and of each inbox lane, fixed at creation."""

    @property
    def lands_together(self) -> bool:
        """Whether the units of a call share a fate, at the price of one.

        If not, each place has a leader of its own: one that does not answer must not
        keep the others waiting, so they are appended to apart.
        """

    async def append(self, appends: Sequence[Append]) -> tuple[int, ...]:
        """Append each unit atomically; return the first offset of each, in order.

        Returned only once durable (an adapter may weaken this for inboxes where inbox
        and log share a server, unless a unit must last).  A place occurs at most once in
        a call.  Where the backend has transactions all units land together.

        Raises:
            FencedError: A higher epoch owns one of the places; nothing landed.  Best effort:
                Kafka cannot compare epochs and never raises it, so that only the validity
                rule decides what a record is worth (docs/decisions/0011).
            RecordTooLargeError: A unit exceeds `infra.log.checks.UNIT_BYTES_MAX`; nothing
                landed.
            LogUnavailableError: The outcome is unknown; recover from the log.  Also where the
                server that holds log and inboxes was started again since: nothing landed, and
                inboxes may have lost their tail.
        """

    async def read(self, place: Place, offset: int, *, bytes_max: int) -> tuple[StoredRecord, ...]:
        """Return the records from `offset` on, oldest first, empty at the end.

        At least one record when there is one, then no more than about `bytes_max`.

        Raises:
            TrimmedError: `offset` is below the first offset held.
            BeyondEndError: `offset` is above the end.
            DamagedError: Stored bytes do not decode; names place and offset.
            LogUnavailableError: The backend did not answer.
        """

    async def spans(self, places: Sequence[Place]) -> Mapping[Place, Span]:
        """Return first and end offset of each place, as of now."""

    async def wait(self, ends: Mapping[Place, int]) -> None:
        """Return when any place holds a record at or beyond the offset given for it.

        Waits for ever otherwise: the caller sets the deadline, and may cancel at any time.

        Raises:
            LogUnavailableError: The backend did not answer.
        """

    async def trim(self, place: Place, before_offset: int) -> None:
        """Delete inbox records below an offset; repeatable.

        Raises:
            UntrimmableError: The place is `events`, `workspace` or `quarantine`: kept for ever.
            BeyondEndError: `before_offset` is above the end; nothing was deleted.
            LogUnavailableError: The backend did not answer; trim again.
        """

    async def close(self) -> None:
        """Release connections; repeatable."""
