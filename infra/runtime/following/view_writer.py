"""Fold valid decisions into views: rows and cursors in one transaction.

A view catches up at its own pace; those that have go together, a transaction for all.  One
whose fold breaks stops alone, is reported, and goes on after a restart with better code.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from infra.log.errors import LogDamageError, LogUnavailableError
from infra.log.port import Log, Place
from infra.runtime.errors import PlaceDamageError
from infra.runtime.following.hand_over import Batch, Following
from infra.runtime.following.view_store import CursorMovedError, ViewStore
from infra.runtime.health import BUILDING, RUNNING
from infra.store.errors import StoreUnavailableError
from infra.telemetry import get_logger

BACK_OFF_SECONDS = 1.0
TOGETHER_SECONDS = 0.020
"""While decisions keep coming, what changes within it is written once; after a rest, at once."""

UNANSWERED = (StoreUnavailableError, LogUnavailableError)

LOG = get_logger("views")


@dataclass(slots=True, kw_only=True)
class _Writing:
    """One view under way."""

    view: str
    following: Following
    stopped: str = ""
    is_busy: bool = False
    is_built: bool = False  # it has read what the log held when we started

    @property
    def standing(self) -> str:
        """Return `RUNNING`, `BUILDING`, or why it stopped."""
        return self.stopped or (RUNNING if self.is_built else BUILDING)

    @property
    def is_quiet(self) -> bool:
        """Whether it has folded everything handed over, or is stopped."""
        return bool(self.stopped) or (self.following.is_drained and not self.is_busy)


class ViewWriter:
    """Every view of this process."""

    def __init__(self, log: Log, store: ViewStore) -> None:
        """Fold into each view of the store over the partitions `start` is given."""
        self._store = store
        self._writings = tuple(
            _Writing(view=view, following=Following(log)) for view in store.names
        )
        self._grown = asyncio.Event()

    @property
    def is_quiet(self) -> bool:
        """Whether each view has folded everything handed over, or is stopped."""
        return all(writing.is_quiet for writing in self._writings)

    def hand_over(self, batch: Batch) -> None:
        """Take what an owner validated."""
        for writing in self._writings:
            if not writing.stopped:
                writing.following.hand_over(batch)
        self._grown.set()

    def snapshot(self) -> dict[str, str]:
        """Return how each view stands."""
        return {writing.view: writing.standing for writing in self._writings}

    async def start(self, places: Iterable[Place]) -> None:
        """Create tables and cursors that are missing, and go on from the cursors.

        Raises:
            StoreUnavailableError: PostgreSQL did not answer.
        """
        followed = tuple(places)
        for writing in self._writings:
            writing.following.start(await self._store.open(writing.view, followed))

    async def run(self) -> None:
        """Fold until cancelled."""
        async with asyncio.TaskGroup() as group:
            for writing in self._writings:
                group.create_task(self._catch_up(writing))
            group.create_task(self._go_together())

    async def _catch_up(self, writing: _Writing) -> None:
        while not (writing.is_built or writing.stopped):
            await writing.following.grown()
            await self._fold_alone(writing)
        self._grown.set()

    async def _go_together(self) -> None:
        loop = asyncio.get_running_loop()
        not_before_seconds = loop.time()
        while True:
            await self._grown.wait()
            await asyncio.sleep(not_before_seconds - loop.time())
            self._grown.clear()
            not_before_seconds = loop.time() + TOGETHER_SECONDS
            together = [each for each in self._writings if each.is_built and not each.stopped]
            for writing in together:
                writing.is_busy = True
            try:
                await self._fold_together(together)
            finally:
                for writing in together:
                    writing.is_busy = False
            if not all(writing.is_quiet for writing in together):
                self._grown.set()

    async def _fold_together(self, together: list[_Writing]) -> None:
        try:
            taken = [(writing, await writing.following.take()) for writing in together]
            batches = {writing.view: own for writing, own in taken if own}
            if batches:
                await self._store.fold(batches)
        except UNANSWERED as error:
            await _back_off("all", error)
            await self._each_alone(together)
        except Exception:  # noqa: BLE001  (whose it is shows when each goes alone)
            await self._each_alone(together)
        else:
            for writing, own in taken:
                writing.following.moved(own)

    async def _each_alone(self, together: list[_Writing]) -> None:
        """Let whoever can go on: a table that is locked or too slow is one view's."""
        for writing in together:
            await self._fold_alone(writing)

    async def _fold_alone(self, writing: _Writing) -> None:
        writing.is_busy = True
        try:
            await self._fold_all(writing)
            writing.is_built |= writing.following.has_caught_up
        except UNANSWERED as error:
            await _back_off(writing.view, error)
            writing.following.again()
        except (LogDamageError, PlaceDamageError) as error:
            _stop(writing, str(error))
        except Exception as error:  # noqa: BLE001  (a fold that breaks must not stop the others)
            _stop(writing, type(error).__name__, with_traceback=True)
        finally:
            writing.is_busy = False

    async def _fold_all(self, writing: _Writing) -> None:
        while batches := await writing.following.take():
            try:
                await self._store.fold({writing.view: batches})
            except CursorMovedError:
                writing.following.start(await self._store.cursors(writing.view))
            else:
                writing.following.moved(batches)


async def _back_off(view: str, error: Exception) -> None:
    LOG.warning("view_backed_off", view=view, kind=type(error).__name__)
    await asyncio.sleep(BACK_OFF_SECONDS)


def _stop(writing: _Writing, why: str, *, with_traceback: bool = False) -> None:
    writing.stopped = f"stopped: {why}"
    LOG.error("view_stopped", view=writing.view, reason=why, exc_info=with_traceback)
