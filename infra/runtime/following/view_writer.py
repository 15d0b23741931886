"""Fold valid decisions into views: rows and cursors in one transaction.

Each view goes at its own pace with cursors of its own.  One whose fold breaks
stops alone, is reported, and goes on after a restart with better code.
"""

import asyncio
from collections.abc import Iterable, Sequence
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

LOG = get_logger("views")


@dataclass(slots=True, kw_only=True)
class _Writing:
    """One view under way."""

    store: ViewStore
    following: Following
    stopped: str = ""
    is_busy: bool = False
    is_built: bool = False  # it has read what the log held when we started

    @property
    def standing(self) -> str:
        """Return `RUNNING`, `BUILDING`, or why it stopped."""
        return self.stopped or (RUNNING if self.is_built else BUILDING)


class ViewWriter:
    """Every view of this process."""

    def __init__(self, log: Log, stores: Sequence[ViewStore]) -> None:
        """Fold into each store over the partitions `start` is given."""
        self._writings = tuple(_Writing(store=store, following=Following(log)) for store in stores)

    @property
    def is_quiet(self) -> bool:
        """Whether each view has folded everything handed over, or is stopped."""
        return all(
            writing.stopped or (writing.following.is_drained and not writing.is_busy)
            for writing in self._writings
        )

    def hand_over(self, batch: Batch) -> None:
        """Take what an owner validated."""
        for writing in self._writings:
            if not writing.stopped:
                writing.following.hand_over(batch)

    def snapshot(self) -> dict[str, str]:
        """Return how each view stands."""
        return {writing.store.name: writing.standing for writing in self._writings}

    async def start(self, places: Iterable[Place]) -> None:
        """Create tables and cursors that are missing, and go on from the cursors.

        Raises:
            StoreUnavailableError: PostgreSQL did not answer.
        """
        followed = tuple(places)
        for writing in self._writings:
            writing.following.start(await writing.store.open(followed))

    async def run(self) -> None:
        """Fold until cancelled."""
        async with asyncio.TaskGroup() as group:
            for writing in self._writings:
                group.create_task(_run(writing))


async def _run(writing: _Writing) -> None:
    while not writing.stopped:
        await writing.following.grown()
        writing.is_busy = True
        try:
            await _fold_all(writing)
            writing.is_built |= writing.following.has_caught_up
        except (StoreUnavailableError, LogUnavailableError) as error:
            name, kind = writing.store.name, type(error).__name__
            LOG.warning("view_backed_off", view=name, kind=kind)
            await asyncio.sleep(BACK_OFF_SECONDS)
            writing.following.again()
        except (LogDamageError, PlaceDamageError) as error:
            _stop(writing, str(error))
        except Exception as error:  # noqa: BLE001  (a fold that breaks must not stop the others)
            _stop(writing, type(error).__name__, with_traceback=True)
        finally:
            writing.is_busy = False


def _stop(writing: _Writing, why: str, *, with_traceback: bool = False) -> None:
    writing.stopped = f"stopped: {why}"
    LOG.error("view_stopped", view=writing.store.name, reason=why, exc_info=with_traceback)


async def _fold_all(writing: _Writing) -> None:
    while batches := await writing.following.take():
        try:
            await writing.store.fold(batches)
        except CursorMovedError:
            writing.following.start(await writing.store.cursors())
        else:
            writing.following.moved(batches)
