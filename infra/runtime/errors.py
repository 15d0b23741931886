"""What the runtime may raise.

RuntimeFaultError
+- PlaceDamageError     a partition holds what no correct owner wrote: stop it, say where
+- LostTenureError      a higher epoch was seen: give the partition up
+- NothingRunsError     no process serves this home: a person must start one
+- ForeignHomeError     the home belongs to another user of the machine
+- DoorError            the process behind the door does not speak our language
"""

from enum import StrEnum
from pathlib import Path

from engine.errors import RelanceError
from infra.log.port import Place


class RuntimeFaultError(RelanceError):
    """Root of what the runtime raises."""


class PlaceDamageError(RuntimeFaultError):
    """Records that no correct owner wrote; a person must look."""

    def __init__(self, place: Place, offset: int, reason: str) -> None:
        """Keep where, and which rule is broken; `reason` holds no stored value."""
        self.place, self.offset, self.reason = place, offset, reason
        super().__init__(
            f"expected {place.topic}/{place.partition} to be sound at offset {offset}, "
            f"got: {reason}; run `relance log verify`, then restore from a backup"
        )


class LostTenureError(RuntimeFaultError):
    """Another owner's epoch is in the log."""

    def __init__(self, place: Place, epoch: int, current_epoch: int) -> None:
        self.place, self.epoch, self.current_epoch = place, epoch, current_epoch
        super().__init__(
            f"expected {place.topic}/{place.partition} to be of epoch {epoch}, "
            f"got: {current_epoch}; give the partition up"
        )


class NothingRunsError(RuntimeFaultError):
    """No process serves this home."""

    def __init__(self, home: Path) -> None:
        self.home = home
        super().__init__(
            f"expected Relance to run on {home}, got: nobody answers; start it with `relance up`"
        )


class ForeignHomeError(RuntimeFaultError):
    """The home belongs to another user of the machine."""

    def __init__(self, home: Path) -> None:
        self.home = home
        super().__init__(
            f"expected {home} to be a home of the user who asks, got: one of another user; "
            "ask as that user, or name another home with --home"
        )


class Expectation(StrEnum):
    """What one side of the door waits for."""

    FRAME = "a frame of a known form"
    SMALL_FRAME = "a frame no longer than the door takes"
    FEW_INPUTS = "a bounded number of inputs"
    WHOLE_FRAME = "a frame to be whole in time"
    ROOM = "room for another connection"
    OWN_USER = "the user who runs the home"
    ANSWER = "an answer"
    ANSWER_IN_TIME = "an answer in time"
    UNDERSTANDING = "to be understood"


class DoorError(RuntimeFaultError):
    """The process behind the door answered something else than asked, or nothing."""

    def __init__(self, what: Expectation, reason: str) -> None:
        self.what, self.reason = what, reason
        super().__init__(f"expected {what} through the door, got: {reason}")
