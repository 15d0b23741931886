"""What an entrance needs of a home, and nothing more.

Behind these stand a running Relance's door, the views in PostgreSQL, the log and the
vault (`console.desk.local_home`); in tests, the pure engine and prepared rows.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from engine.inputs import Input, Lane
from engine.validity import Cursor
from infra.log.port import Log, Place
from infra.runtime.answers import Answer
from infra.runtime.health import Health
from infra.vault.port import Vault
from infra.vault.tags import Tagger
from projections.check import ViewCheck
from projections.queries.page import Page

P = ParamSpec("P")
T = TypeVar("T")


class HomeDoor(Protocol):
    """Whoever runs the home."""

    async def ask(
        self, items: Sequence[Input], *, lane: Lane, within_seconds: float
    ) -> Sequence[Answer | None]:
        """Return the answers in order; None where none came in time."""

    async def health(self) -> Health:
        """Return how it stands."""


class Views(Protocol):
    """What the views hold; the questions are the functions of `projections.queries`."""

    async def ask(
        self,
        query: Callable[Concatenate[Page, P], Awaitable[T]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Return what a query finds on a page of its own.

        Args:
            query: Takes a page first.
            args: What it takes besides.
            kwargs: The same.
        """

    async def check(self) -> tuple[ViewCheck, ...]:
        """Return for each view what a fold from zero does not confirm."""

    async def rebuild(self, name: str, progressed: Callable[[int, int], None]) -> int:
        """Build a view again from zero and put it in the place of the one in use.

        Args:
            name: Of a view of `projections.views.VIEWS`.
            progressed: Is told how many records of how many were read.

        Returns:
            How many decisions it holds.
        """


class Home(Protocol):
    """A home as entrances use it; each part is opened when it is first asked for."""

    @property
    def folder(self) -> Path:
        """Return the home's folder."""

    async def door(self) -> HomeDoor:
        """Return the way to whoever runs the home.

        Raises:
            NothingRunsError: Nobody does.
        """

    async def views(self) -> Views:
        """Return the views of a running home."""

    async def log(self) -> Log:
        """Return the log of a running home."""

    async def published(self) -> Views:
        """Return the views, once that of what is published holds every publication.

        Raises:
            ViewBehindError: It still does not after some seconds.
        """

    async def vault(self) -> Vault:
        """Return the vault of a running home."""

    async def tagger(self) -> Tagger:
        """Return what makes tags of addresses."""

    async def cursors(self) -> dict[Place, Cursor]:
        """Return how far the timeline has read each place of a running home."""

    async def create_log(self) -> int:
        """Create the home's log; return its partition count.

        Raises:
            LogExistsError: There is one already.
        """

    def log_even_stopped(self) -> AbstractAsyncContextManager[Log]:
        """Open the log for a block, even of a home that nobody runs."""
