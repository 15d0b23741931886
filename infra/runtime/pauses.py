"""Leave a mailbox alone for a while after its mail server did not answer.

Kept by the process, not stored: a new process may try at once.  The gate keeps touches
back while a mailbox is paused, so that a dead server causes no storm of attempts.
"""

from datetime import datetime, timedelta

FIRST_FOR = timedelta(minutes=1)
LONGEST_FOR = timedelta(minutes=15)


class Pauses:
    """Until when each mailbox waits, by the workspace's clock."""

    def __init__(self) -> None:
        """Begin with no mailbox paused."""
        self._paused: dict[str, tuple[datetime, timedelta]] = {}

    def until(self, mailbox: str, at: datetime) -> datetime | None:
        """Return until when a mailbox waits; None if it does not."""
        until_at, _ = self._paused.get(mailbox, (at, FIRST_FOR))
        return until_at if until_at > at else None

    def failed(self, mailbox: str, at: datetime) -> None:
        """Pause a mailbox: one minute, then twice as long each time, at most fifteen."""
        until_at, length = self._paused.get(mailbox, (at, FIRST_FOR / 2))
        if until_at <= at:
            length = min(length * 2, LONGEST_FOR)
            self._paused[mailbox] = (at + length, length)

    def answered(self, mailbox: str) -> None:
        """Forget that a mailbox failed."""
        self._paused.pop(mailbox, None)
