"""Name the partitions an owner can own, and their inbox lanes."""

from functools import lru_cache

from engine.decision import WORKSPACE_PARTITION
from engine.ids import WORKSPACE, StreamId, partition_of
from engine.inputs import Lane
from infra.log.port import Place, Topic

HOMES_REMEMBERED = 100_000  # hashing a name costs 15 µs, and each input asks twice

WORKSPACE_PLACE = Place(Topic.WORKSPACE, 0)


def number_of(place: Place) -> int:
    """Return the number that rows and hand-over use for a place of decisions."""
    return WORKSPACE_PARTITION if place.topic is Topic.WORKSPACE else place.partition


@lru_cache
def place_of(number: int) -> Place:
    """Return the place of decisions that a number stands for."""
    return WORKSPACE_PLACE if number == WORKSPACE_PARTITION else Place(Topic.EVENTS, number)


@lru_cache(maxsize=HOMES_REMEMBERED)
def home_of(stream: StreamId, partition_count: int) -> Place:
    """Return where decisions of a stream go."""
    if stream == WORKSPACE:
        return WORKSPACE_PLACE
    return place_of(partition_of(stream, partition_count))


def inbox_of(home: Place, lane: Lane) -> Place:
    """Return the inbox place that feeds a place of decisions; one lane for the workspace."""
    if home.topic is Topic.WORKSPACE:
        return Place(Topic.INBOX_WORKSPACE, 0)
    return Place(Topic.BULK if lane is Lane.BULK else Topic.EXPRESS, home.partition)


def quarantine_of(home: Place) -> Place:
    """Return where the bytes of a quarantined input go."""
    return Place(Topic.QUARANTINE, home.partition)


def homes(partition_count: int) -> tuple[Place, ...]:
    """Return every place of decisions: the workspace's first."""
    return (WORKSPACE_PLACE, *(Place(Topic.EVENTS, number) for number in range(partition_count)))
