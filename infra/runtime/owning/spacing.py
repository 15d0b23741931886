"""Keep a distance between the messages of a sender identity: nobody writes fifty in two seconds.

The distance is the mailbox's, and up to as much again by the touch: drawn from its name,
so that the same history leaves at the same instants.  Kept by the process, not stored.
"""

from datetime import datetime, timedelta
from hashlib import sha256

from infra.runtime.owning.touch_ports import GrantKey, WantedAttempt

SHARES = 2**32


class Spacing:
    """When the next message of each sender identity may leave."""

    def __init__(self) -> None:
        self._free_at: dict[str, datetime] = {}

    def is_kept(self, now: datetime) -> bool:
        """Whether somebody has to wait for an instant before the next message."""
        return any(at > now for at in self._free_at.values())

    def next_at(self) -> datetime | None:
        """Return when a message may leave again; None if nobody waits for that."""
        return min(self._free_at.values(), default=None)

    def ended(self, now: datetime) -> bool:
        """Whether a distance has been kept since this was last asked."""
        over = [name for name, at in self._free_at.items() if at <= now]
        for name in over:
            del self._free_at[name]
        return bool(over)

    def left(self, sender: str, wanted: WantedAttempt, now: datetime) -> None:
        """Note that a message of a sender identity was granted now."""
        gap = gap_after(wanted.key, gap_seconds_of(sender, wanted))
        if gap:
            self._free_at[sender] = now + gap


def gap_seconds_of(sender: str, wanted: WantedAttempt) -> int:
    """Return the least distance that a sender identity keeps."""
    mailbox = wanted.published.mailboxes.get(sender)
    return mailbox.gap_seconds if mailbox is not None else 0


def gap_after(key: GrantKey, seconds: int) -> timedelta:
    """Return the distance after an attempt: once to twice so many seconds, always the same.

    Examples:
        >>> from engine.ids import StreamId
        >>> key = GrantKey(StreamId("account:217901911"), touch=4, attempt=1)
        >>> gap_after(key, 5).total_seconds(), gap_after(key, 0).total_seconds()
        (7.677496, 0.0)
    """
    drawn = sha256(f"{key.stream}/{key.touch}/{key.attempt}".encode()).digest()
    share = int.from_bytes(drawn[:4], "big") / SHARES
    return timedelta(seconds=seconds * (1 + share))
