"""Fold valid decisions into projections: rows and cursors in one transaction.

Each projection goes at its own pace with cursors of its own.  One whose fold breaks
stops alone, is reported, and goes on after a restart with better code.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from infra.log.errors import LogDamageError, LogUnavailableError
from infra.log.port import Log, Place
from infra.runtime.errors import PlaceDamageError
from infra.runtime.following.hand_over import Following, HandOver
from infra.runtime.following.projection_store import CursorMovedError, ProjectionStore
from infra.store.errors import StoreUnavailableError
from infra.telemetry import get_logger

BACK_OFF_SECONDS = 1.0

LOG = get_logger("projector")


@dataclass(slots=True, kw_only=True)
class _Folding:
    """One projection under way."""

    store: ProjectionStore
    following: Following
    stopped: str = ""
    is_busy: bool = False


class Projector:
    """Every projection of this process."""

    def __init__(self, log: Log, stores: Sequence[ProjectionStore]) -> None:
        """Fold into each store over the partitions `start` is given."""
        self._foldings = tuple(_Folding(store=one, following=Following(log)) for one in stores)

    @property
    def is_quiet(self) -> bool:
        """Whether each projection has folded everything handed over, or is stopped."""
        return all(
            one.stopped or (one.following.is_drained and not one.is_busy) for one in self._foldings
        )

    def hand_over(self, handed: HandOver) -> None:
        """Take what an owner validated."""
        for one in self._foldings:
            if not one.stopped:
                one.following.hand_over(handed)

    def snapshot(self) -> dict[str, str]:
        """Return the standing of each projection: `running`, or why it stopped."""
        return {one.store.name: one.stopped or "running" for one in self._foldings}

    async def start(self, places: Iterable[Place]) -> None:
        """Create tables and cursors that are missing, and go on from the cursors.

        Raises:
            StoreUnavailableError: PostgreSQL did not answer.
        """
        followed = tuple(places)
        for one in self._foldings:
            one.following.start(await one.store.open(followed))

    async def run(self) -> None:
        """Fold until cancelled."""
        async with asyncio.TaskGroup() as group:
            for one in self._foldings:
                group.create_task(self._run(one))

    async def _run(self, one: _Folding) -> None:
        while not one.stopped:
            await one.following.grown()
            one.is_busy = True
            try:
                await self._fold_all(one)
            except (StoreUnavailableError, LogUnavailableError) as error:
                name, kind = one.store.name, type(error).__name__
                LOG.warning("projection_backed_off", projection=name, kind=kind)
                await asyncio.sleep(BACK_OFF_SECONDS)
                one.following.again()
            except (LogDamageError, PlaceDamageError) as error:
                self._stop(one, str(error))
            except Exception as error:  # noqa: BLE001  (a fold that breaks must not stop the others)
                self._stop(one, type(error).__name__, with_traceback=True)
            finally:
                one.is_busy = False

    def _stop(self, one: _Folding, why: str, *, with_traceback: bool = False) -> None:
        one.stopped = f"stopped: {why}"
        name = one.store.name
        LOG.error("projection_stopped", projection=name, reason=why, exc_info=with_traceback)

    async def _fold_all(self, one: _Folding) -> None:
        while batches := await one.following.take():
            try:
                await one.store.fold(batches)
            except CursorMovedError:
                one.following.start(await one.store.cursors())
            else:
                one.following.moved(batches)
