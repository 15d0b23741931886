"""Leave a sender identity alone for a while after an attempt could not reach its peer.

Kept by the process, not stored: a new process may try at once.  The gate keeps back what
is paused, so that a dead peer causes no storm.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

FIRST_FOR = timedelta(minutes=1)
LONGEST_FOR = timedelta(minutes=15)


class _Pause(NamedTuple):
    since_at: datetime
    until_at: datetime
    length: timedelta


class Pauses:
    """Until when each sender identity waits, by the workspace's clock."""

    def __init__(self) -> None:
        self._paused: dict[str, _Pause] = {}

    def until(self, sender: str, at: datetime) -> datetime | None:
        """Return until when a sender identity waits; None if it does not."""
        pause = self._paused.get(sender)
        return pause.until_at if pause is not None and pause.until_at > at else None

    def since(self, sender: str) -> datetime | None:
        """Return since when a sender identity has reached nobody; None if its last attempt did."""
        pause = self._paused.get(sender)
        return pause.since_at if pause is not None else None

    def failed(self, sender: str, at: datetime) -> None:
        """Pause a sender identity: one minute, then twice as long each time, at most fifteen."""
        pause = self._paused.get(sender, _Pause(at, at, FIRST_FOR / 2))
        if pause.until_at <= at:
            length = min(pause.length * 2, LONGEST_FOR)
            self._paused[sender] = _Pause(pause.since_at, at + length, length)

    def answered(self, sender: str) -> None:
        """Forget that a sender identity failed."""
        self._paused.pop(sender, None)
