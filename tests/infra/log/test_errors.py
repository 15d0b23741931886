"""Each error of the log says name, rule, value, and what to do."""

from datetime import UTC, datetime

import pytest

from infra.log import errors
from infra.log.port import Place, Topic

PLACE = Place(Topic.EXPRESS, 3)
NOON = datetime(2027, 1, 11, 12, 0, tzinfo=UTC)

SENTENCES = [
    (
        errors.LogUnavailableError("PostgreSQL", "AdminShutdownError 57P01"),
        (
            "expected PostgreSQL to answer, got: AdminShutdownError 57P01; "
            "an append under way may have landed, so recover from the log"
        ),
    ),
    (
        errors.FencedError(PLACE, 3, 4),
        "expected the epoch of inbox.express/3 to be at least 4, got: 3; give the partition up",
    ),
    (
        errors.LeaseHeldError(PLACE, "worker-2", NOON),
        (
            "expected the lease of inbox.express/3 to be free, got: held by worker-2 until "
            "2027-01-11T12:00:00+00:00; wait until then"
        ),
    ),
    (
        errors.LeaseLostError(PLACE, 4, 5),
        "expected the lease of inbox.express/3 to be of epoch 4, got: 5; give the partition up",
    ),
    (
        errors.LogAbsentError("Kafka", "topic relance.events"),
        (
            "expected Kafka to hold a log, got: no topic relance.events; "
            "create it with `relance log create`"
        ),
    ),
    (
        errors.LogElsewhereError("kafka://b:9092/relance", "postgres"),
        (
            "expected the log of this home to be kafka://b:9092/relance, got: postgres; "
            "a home keeps the log it was made with: start it without another one"
        ),
    ),
    (
        errors.LogExistsError("Kafka", "the topic relance.events"),
        (
            "expected Kafka to hold no log yet, got: the topic relance.events; "
            "open it, or create elsewhere"
        ),
    ),
    (
        errors.TrimmedError(PLACE, 5, 6),
        (
            "expected the offset in inbox.express/3 to be at least 6, got: 5; "
            "the records below were trimmed, so this cursor is older than the log"
        ),
    ),
    (
        errors.BeyondEndError(PLACE, 8, 7),
        (
            "expected the offset in inbox.express/3 to be at most 7, got: 8; "
            "this cursor belongs to another log, or the log was restored from a backup"
        ),
    ),
    (
        errors.DamagedError(PLACE, 5, "a frame whose checksum or form is wrong"),
        (
            "expected inbox.express/3 to be readable at offset 5, "
            "got: a frame whose checksum or form is wrong; restore this partition from a backup"
        ),
    ),
    (
        errors.PartitionCountError("the log", 16, 64),
        (
            "expected the log to have 16 partitions, got: 64; "
            "set the partition count to 64, it cannot change after creation"
        ),
    ),
    (
        errors.GenerationError(1, 2),
        (
            "expected the log to be of generation 1, got: 2; "
            "cursors and state of another generation do not fit it"
        ),
    ),
    (
        errors.RecordTooLargeError(PLACE, 11, 10),
        (
            "expected one append to inbox.express/3 to be at most 10 bytes, got: 11; "
            "make several appends of it"
        ),
    ),
    (
        errors.UntrimmableError(Place(Topic.EVENTS, 0)),
        "expected the place to trim to be an inbox, got: events/0",
    ),
    (
        errors.UnknownPlaceError(Place(Topic.EVENTS, 16), 16),
        "expected the partition of events to be from 0 to 15, got: 16",
    ),
    (
        errors.MalformedAppendError(PLACE, "hold at least one record", 0),
        "expected an append to inbox.express/3 to hold at least one record, got: 0",
    ),
]


@pytest.mark.parametrize(("error", "sentence"), SENTENCES)
def test_the_sentence_says_rule_value_and_remedy(error: errors.LogError, sentence: str) -> None:
    """Whoever reads it at night knows what to do."""
    assert str(error) == sentence


def test_every_error_has_its_sentence_here() -> None:
    """A new class without a line above would be a message nobody has read."""
    covered = {type(error) for error, _ in SENTENCES}
    roots = {errors.LogError, errors.LogDamageError}
    classes = {
        value
        for value in vars(errors).values()
        if isinstance(value, type) and issubclass(value, errors.LogError)
    }

    assert classes - roots == covered


def test_damage_can_be_told_from_the_rest() -> None:
    """The owner stops for damage, backs off when unavailable, gives up when fenced."""
    damage = {
        type(error).__name__ for error, _ in SENTENCES if isinstance(error, errors.LogDamageError)
    }

    assert damage == {
        "TrimmedError",
        "BeyondEndError",
        "DamagedError",
        "PartitionCountError",
        "GenerationError",
    }
