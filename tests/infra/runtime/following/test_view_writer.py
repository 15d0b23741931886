"""Views that go together: one that cannot go on keeps none of the others."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress

import pytest

from engine.decision import PlacedDecision
from engine.validity import Cursor
from infra.log.port import Place
from infra.runtime.following import view_writer
from infra.runtime.following.hand_over import Batch
from infra.runtime.following.view_store import CursorMovedError
from infra.runtime.following.view_writer import ViewWriter
from infra.runtime.health import RUNNING
from infra.store.errors import StoreUnavailableError
from tests.infra.runtime.following.test_hand_over import COUNT, PLACE, at, batch, written

VIEWS = ("first", "second", "third")
NO_ANSWER = StoreUnavailableError(reason="LockNotAvailableError 55P03")


class StoredViews:
    """The decisions that each view has had, in memory; one of them may break."""

    names = VIEWS

    def __init__(self) -> None:
        self.seen: dict[str, list[int]] = {name: [] for name in VIEWS}
        self.broken: dict[str, Exception] = {}
        self._moved = asyncio.Event()

    async def open(self, view: str, places: Sequence[Place]) -> Mapping[Place, Cursor]:
        """Return where a view stands."""
        del places
        return await self.cursors(view)

    async def cursors(self, view: str) -> Mapping[Place, Cursor]:
        """Return the same."""
        return {PLACE: self._cursor(view)}

    async def fold(self, batches: Mapping[str, Sequence[Batch]]) -> None:
        """Take all batches, or none."""
        for view, own in batches.items():
            if own[0].before != self._cursor(view):
                raise CursorMovedError
            if view in self.broken:
                raise self.broken[view]
        for view, own in batches.items():
            self.seen[view] += [placed.seq for each in own for placed in each.decisions]
        self._moved.set()

    async def have_seen(self, *views: str, seq: int) -> None:
        """Return once these views stand there."""
        async with asyncio.timeout(10):
            while not all(self.seen[view][-1:] == [seq] for view in views):
                await self._moved.wait()
                self._moved.clear()

    def _cursor(self, view: str) -> Cursor:
        return at(len(self.seen[view]))


@asynccontextmanager
async def following(
    store: StoredViews,
) -> AsyncIterator[tuple[ViewWriter, tuple[PlacedDecision, ...]]]:
    """Run a writer whose views have had the first three decisions."""
    log, placed = await written()
    writer = ViewWriter(log, store)
    await writer.start([PLACE])
    task = asyncio.create_task(writer.run())
    writer.hand_over(batch(placed, 1, 3))
    await store.have_seen(*VIEWS, seq=3)
    yield writer, placed
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


@pytest.mark.parametrize("error", [NO_ANSWER, ZeroDivisionError()], ids=["late", "broken"])
async def test_one_that_cannot_go_on_keeps_none_of_the_others(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody locked one view's table for an hour: tasks of the day stood still with it."""
    monkeypatch.setattr(view_writer, "BACK_OFF_SECONDS", 0.0)
    store = StoredViews()
    async with following(store) as (writer, placed):
        store.broken["second"] = error

        writer.hand_over(batch(placed, 4, COUNT))
        await store.have_seen("first", "third", seq=COUNT)

    assert store.seen["first"] == store.seen["third"] == list(range(1, COUNT + 1))
    assert store.seen["second"] == [1, 2, 3]


async def test_one_that_answers_again_misses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lock is let go of, and nobody starts anything again."""
    monkeypatch.setattr(view_writer, "BACK_OFF_SECONDS", 0.0)
    store = StoredViews()
    async with following(store) as (writer, placed):
        store.broken["second"] = NO_ANSWER
        writer.hand_over(batch(placed, 4, COUNT))
        await store.have_seen("first", "third", seq=COUNT)

        store.broken.clear()
        await store.have_seen(*VIEWS, seq=COUNT)

        assert writer.snapshot() == dict.fromkeys(VIEWS, RUNNING)

    assert store.seen["second"] == list(range(1, COUNT + 1))


async def test_one_whose_cursor_was_moved_reads_on_from_there() -> None:
    """A rebuild took its place, a little behind: the others do not notice."""
    store = StoredViews()
    async with following(store) as (writer, placed):
        store.seen["second"] = [1]

        writer.hand_over(batch(placed, 4, COUNT))
        await store.have_seen(*VIEWS, seq=COUNT)

    assert set(map(tuple, store.seen.values())) == {tuple(range(1, COUNT + 1))}
