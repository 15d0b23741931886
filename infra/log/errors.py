"""What a log and its leases may raise.

LogError
+- LogUnavailableError   the backend did not answer: stop, back off, recover from the log
+- FencedError           a higher epoch owns the place: give up
+- LeaseHeldError, LeaseLostError   another process owns the partition: give up
+- LogAbsentError, LogExistsError, LogElsewhereError   a person started us on the wrong log
+- LogDamageError        stop the partition, say where
|  +- TrimmedError, BeyondEndError, DamagedError, PartitionCountError, GenerationError
+- RecordTooLargeError, UntrimmableError, UnknownPlaceError, MalformedAppendError
                         our own fault at the boundary
"""

from datetime import datetime

from engine.errors import RelanceError
from infra.log.port import Place


class LogError(RelanceError):
    """Root of what a log raises."""


class LogUnavailableError(LogError):
    """The backend did not answer; of an append, nobody knows whether it landed."""

    def __init__(self, backend: str, reason: str) -> None:
        """Keep which backend, and why in the driver's words (class and code, no values)."""
        super().__init__(
            f"expected {backend} to answer, got: {reason}; "
            "an append under way may have landed, so recover from the log"
        )
        self.backend = backend
        self.reason = reason


class FencedError(LogError):
    """Another owner took the place with a higher epoch; nothing was appended."""

    def __init__(self, place: Place, epoch: int, current_epoch: int) -> None:
        super().__init__(
            f"expected the epoch of {_name(place)} to be at least {current_epoch}, "
            f"got: {epoch}; give the partition up"
        )
        self.place = place
        self.epoch = epoch
        self.current_epoch = current_epoch


class LeaseHeldError(LogError):
    """Another process holds the lease of this partition, and it is fresh."""

    def __init__(self, place: Place, holder: str, until: datetime) -> None:
        """Keep the place, who holds it and until when (aware UTC, the database's clock)."""
        super().__init__(
            f"expected the lease of {place.topic}/{place.partition} to be free, "
            f"got: held by {holder} until {until.isoformat()}; wait until then"
        )
        self.place = place
        self.holder = holder
        self.until = until


class LeaseLostError(LogError):
    """Another process took the partition; whatever was under way must not go on."""

    def __init__(self, place: Place, epoch: int, current_epoch: int) -> None:
        super().__init__(
            f"expected the lease of {place.topic}/{place.partition} to be of epoch {epoch}, "
            f"got: {current_epoch}; give the partition up"
        )
        self.place = place
        self.epoch = epoch
        self.current_epoch = current_epoch


class LogAbsentError(LogError):
    """There is no log where one was to be opened."""

    def __init__(self, backend: str, what: str) -> None:
        super().__init__(
            f"expected {backend} to hold a log, got: no {what}; create it with `relance log create`"
        )
        self.backend = backend
        self.what = what


class LogExistsError(LogError):
    """There is a log already where one was to be created."""

    def __init__(self, backend: str, what: str) -> None:
        super().__init__(
            f"expected {backend} to hold no log yet, got: {what}; open it, or create elsewhere"
        )
        self.backend = backend
        self.what = what


class LogElsewhereError(LogError):
    """The home has a log, and not where a person said."""

    def __init__(self, expected_address: str, stored_address: str) -> None:
        super().__init__(
            f"expected the log of this home to be {expected_address}, got: {stored_address}; "
            "a home keeps the log it was made with: start it without another one"
        )
        self.expected_address = expected_address
        self.stored_address = stored_address


class LogDamageError(LogError):
    """The log cannot be what a correct writer left; a person must look."""


class TrimmedError(LogDamageError):
    """A reader asked for records that were deleted."""

    def __init__(self, place: Place, offset: int, first: int) -> None:
        super().__init__(
            f"expected the offset in {_name(place)} to be at least {first}, got: {offset}; "
            "the records below were trimmed, so this cursor is older than the log"
        )
        self.place = place
        self.offset = offset
        self.first = first


class BeyondEndError(LogDamageError):
    """A reader's cursor lies past the end: the log lost its tail, or is another one."""

    def __init__(self, place: Place, offset: int, end: int) -> None:
        super().__init__(
            f"expected the offset in {_name(place)} to be at most {end}, got: {offset}; "
            "this cursor belongs to another log, or the log was restored from a backup"
        )
        self.place = place
        self.offset = offset
        self.end = end


class DamagedError(LogDamageError):
    """Stored bytes do not decode, or a frame is missing."""

    def __init__(self, place: Place, offset: int, reason: str) -> None:
        """Keep the place, the first offset that cannot be read and the broken rule."""
        super().__init__(
            f"expected {_name(place)} to be readable at offset {offset}, got: {reason}; "
            "restore this partition from a backup"
        )
        self.place = place
        self.offset = offset
        self.reason = reason


class PartitionCountError(LogDamageError):
    """The log has another number of partitions than we were told."""

    def __init__(self, what: str, expected_count: int, stored_count: int) -> None:
        super().__init__(
            f"expected {what} to have {expected_count} partitions, got: {stored_count}; "
            f"set the partition count to {stored_count}, it cannot change after creation"
        )
        self.what = what
        self.expected_count = expected_count
        self.stored_count = stored_count


class GenerationError(LogDamageError):
    """The log is of another generation than the one we were told."""

    def __init__(self, expected_generation: int, stored_generation: int) -> None:
        super().__init__(
            f"expected the log to be of generation {expected_generation}, "
            f"got: {stored_generation}; cursors and state of another generation do not fit it"
        )
        self.expected_generation = expected_generation
        self.stored_generation = stored_generation


class RecordTooLargeError(LogError):
    """One unit exceeds what the log takes in one piece; nothing of it landed."""

    def __init__(self, place: Place, size_bytes: int, size_bytes_max: int) -> None:
        super().__init__(
            f"expected one append to {_name(place)} to be at most {size_bytes_max} bytes, "
            f"got: {size_bytes}; make several appends of it"
        )
        self.place = place
        self.size_bytes = size_bytes
        self.size_bytes_max = size_bytes_max


class UntrimmableError(LogError):
    """Only inboxes are transport; everything else is kept for ever."""

    def __init__(self, place: Place) -> None:
        super().__init__(f"expected the place to trim to be an inbox, got: {_name(place)}")
        self.place = place


class UnknownPlaceError(LogError):
    """No such partition in a log of this partition count."""

    def __init__(self, place: Place, partition_count: int) -> None:
        super().__init__(
            f"expected the partition of {place.topic} to be from 0 to {partition_count - 1}, "
            f"got: {place.partition}"
        )
        self.place = place
        self.partition_count = partition_count


class MalformedAppendError(LogError):
    """A unit holds no record, or a place occurs twice in one call."""

    def __init__(self, place: Place, rule: str, count: int) -> None:
        super().__init__(f"expected an append to {_name(place)} to {rule}, got: {count}")
        self.place = place
        self.rule = rule
        self.count = count


def _name(place: Place) -> str:
    return f"{place.topic}/{place.partition}"
