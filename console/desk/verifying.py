"""Apply the validity rule to whole partitions, and the two invariants that go with it."""

from collections import Counter
from collections.abc import Callable

from msgspec import Struct

from engine.decision import Decision, Events, Next
from engine.errors import WireDamageError
from engine.ids import StreamId
from engine.validity import Cursor
from engine.wire import decode_body
from infra.log.errors import LogDamageError
from infra.log.port import Log, Place
from infra.runtime.errors import PlaceDamageError
from infra.runtime.partitions import homes
from infra.runtime.reading import read_valid

GENERATION = 1  # the first; a copied log begins with a record that says another
Progressed = Callable[[int, int], None]
"""Told how many records were read, and how many there are."""


class Verification(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one partition holds, and the first damage found in it."""

    topic: str
    partition: int
    record_count: int  # read, up to the damage if there is one
    valid_count: int
    skipped_count: int  # late or repeated writes of former owners
    stream_count: int
    epoch: int
    outcomes: dict[str, int]
    damage: str = ""


class Tally:
    """Counts the valid decisions of one partition, and watches its invariants."""

    def __init__(self) -> None:
        self.versions: dict[StreamId, int] = {}
        self.outcomes: Counter[str] = Counter()
        self.next = Next()

    def add(self, offset: int, record: Decision, place: Place) -> None:
        """Count one decision.

        Raises:
            PlaceDamageError: A stream's versions are not dense, a lane ran back, or the
                body does not decode.
        """
        try:
            body = decode_body(record.body)
        except WireDamageError as error:
            raise PlaceDamageError(place, offset, str(error)) from error
        expected = self.versions.get(body.stream, 0) + isinstance(body.outcome, Events)
        if body.version != expected:
            reason = f"version {body.version} of {body.stream} where {expected} follows"
            raise PlaceDamageError(place, offset, reason)
        following = record.envelope.next
        if following.express < self.next.express or following.bulk < self.next.bulk:
            raise PlaceDamageError(place, offset, "a lane that ran back")
        self.versions[body.stream], self.next = expected, following
        self.outcomes[str(type(body.outcome).__struct_config__.tag)] += 1


async def verify_all(log: Log, progressed: Progressed) -> tuple[Verification, ...]:
    """Return what each partition of decisions holds; damage in one does not stop the others."""
    places = homes(log.partition_count)
    spans = await log.spans(places)
    total = sum(span.end for span in spans.values())
    verified: list[Verification] = []
    for place in places:
        before_count = sum(partition.record_count for partition in verified)
        verified.append(await _verify(log, place, _counting(progressed, before_count, total)))
    return tuple(verified)


def _counting(progressed: Progressed, before_count: int, total: int) -> Callable[[int], None]:
    return lambda count: progressed(before_count + count, total)


async def _verify(log: Log, place: Place, counted: Callable[[int], None]) -> Verification:
    tally = Tally()
    cursor = Cursor(generation=GENERATION)
    skipped_count, damage = 0, ""
    try:
        async for read in read_valid(log, place, cursor):
            for offset, record in read.valid:
                tally.add(offset, record, place)
            cursor = read.after
            skipped_count += read.skipped_count
            counted(cursor.offset)
    except (PlaceDamageError, LogDamageError) as error:
        damage = str(error)
    return Verification(
        topic=place.topic.value,
        partition=place.partition,
        record_count=cursor.offset,
        valid_count=sum(tally.outcomes.values()),
        skipped_count=skipped_count,
        stream_count=len(tally.versions),
        epoch=cursor.epoch,
        outcomes=dict(sorted(tally.outcomes.items())),
        damage=damage,
    )
