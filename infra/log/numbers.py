"""The topics' numbers in PostgreSQL rows; stored, so they never change."""

from collections.abc import Mapping

from infra.log.port import Topic

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
