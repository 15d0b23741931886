"""One command or request: who asks, through which entrance, of which home."""

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from console.desk.clock_words import DEFAULT_ZONE

if TYPE_CHECKING:  # drivers that a session which opens no home does not need
    from console.desk.ports import Home
    from infra.runtime.health import Health


class Session:
    """Whoever came in, and the home they came to.

    How the home stands is asked once, when it first matters: everything in a session
    happens at one instant of the home's clock, and costs one round trip to learn it.
    """

    def __init__(
        self,
        home: "Callable[[], Home]",
        *,
        actor: str,
        source: str,
        shows_names: bool = True,
    ) -> None:
        self._home = home
        self._health: Health | None = None
        self.actor = actor
        self.source = source
        self.shows_names = shows_names

    @property
    def home(self) -> "Home":
        """Return the home; each part of it is opened when first asked for."""
        return self._home()

    async def health(self) -> "Health":
        """Return how the home stood when this session first asked.

        Raises:
            NothingRunsError: Nobody runs it.
        """
        if self._health is None:
            self._health = await (await self.home.door()).health()
        return self._health

    async def today(self, zone: str = DEFAULT_ZONE) -> date:
        """Return the day it is for the home in a zone: a sample's clock is its own."""
        return (await self.health()).now_at.astimezone(ZoneInfo(zone)).date()
