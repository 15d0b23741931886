"""The workspace's clock in a simulation, and the machines that show it, now and then wrongly."""

from datetime import datetime, timedelta

from tests.infra.runtime.homes import MONDAY
from tests.simulation.virtual_loop import VirtualLoop


class WorkspaceClock:
    """It runs with virtual time, and jumps to what is due."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop
        self._skipped = timedelta()

    def now(self) -> datetime:
        """Return the instant."""
        return MONDAY + self._skipped + timedelta(seconds=self._loop.time())

    def advance_to(self, instant: datetime) -> None:
        """Jump forward."""
        self._skipped += max(timedelta(), instant - self.now())


class ProcessMachine:
    """The machine of one process: its wall clock can be set, what passes on it cannot."""

    def __init__(self, workspace: WorkspaceClock) -> None:
        self._workspace = workspace
        self.set_by = timedelta()

    def now(self) -> datetime:
        """Return what its wall clock shows."""
        return self._workspace.now() + self.set_by

    def set_right(self) -> None:
        """Let it show what the others do."""
        self.set_by = timedelta()

    def elapsed_seconds(self) -> float:
        """Return its elapsed time."""
        return (self._workspace.now() - MONDAY).total_seconds()

    async def wait_until(self, instant: datetime) -> None:
        """Nobody waits on it."""

    @property
    def is_right(self) -> bool:
        """Believe it: whoever does not, watches it."""
        return True

    async def right(self) -> None:
        """Return at once."""
