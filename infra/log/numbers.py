"""The topics' numbers in PostgreSQL rows; stored, so they never change."""

from collections.abc import Iterable, Mapping

from infra.log.port import Place, Topic

# The same pairs stand in the table log_topic, for readers of SQL.
TOPIC_NUMBERS: Mapping[Topic, int] = {
    Topic.EVENTS: 1,
    Topic.EXPRESS: 2,
    Topic.BULK: 3,
    Topic.WORKSPACE: 4,
    Topic.INBOX_WORKSPACE: 5,
    Topic.QUARANTINE: 6,
}
TOPICS: Mapping[int, Topic] = {number: topic for topic, number in TOPIC_NUMBERS.items()}


def columns(places: Iterable[Place]) -> tuple[list[int], list[int]]:
    """Return topics and partitions as the two arrays that statements unnest."""
    listed = tuple(places)
    return [TOPIC_NUMBERS[place.topic] for place in listed], [place.partition for place in listed]
