"""A machine whose wall clock can be set."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

NOON = datetime(2027, 1, 11, 12, tzinfo=UTC)


@dataclass(slots=True)
class Machine:
    """A machine whose wall clock can be set while its time goes on."""

    seconds: float = 0.0
    set_by: timedelta = timedelta()

    def now(self) -> datetime:
        """Return what its wall clock shows."""
        return NOON + timedelta(seconds=self.seconds) + self.set_by

    def elapsed_seconds(self) -> float:
        """Return its elapsed time."""
        return self.seconds

    async def wait_until(self, instant: datetime) -> None:
        """Nobody waits on it."""

    @property
    def is_right(self) -> bool:
        """Believe it."""
        return True

    async def right(self) -> None:
        """Return at once."""
