"""A view with holes is noticed, built again beside the one in use, and equal."""

import asyncio
from typing import Any

import pytest

from console.desk.views import PostgresViews
from infra.log.errors import LogUnavailableError
from infra.log.port import Log, Place, StoredRecord
from projections import timeline
from projections.accounts.view import VIEW as ACCOUNTS
from projections.views import VIEWS
from tests.systems.house import House

pytestmark = pytest.mark.connected

PLANTED = (
    f"delete from {ACCOUNTS.schema}.touch where touch % 2 = 0",  # noqa: S608 (our own names)
    f"update {ACCOUNTS.schema}.account set name = 'ailleurs'",  # noqa: S608 (our own names)
    f"delete from {timeline.VIEW.schema}.decision where seq = 2",  # noqa: S608 (our own names)
)


def views_of(house: House, log: Log | None = None) -> PostgresViews:
    """Return the views as the command line has them."""

    async def opened() -> Log:
        return log or house.store.log

    return PostgresViews(house.store.pool, opened, generation=house.store.generation)


async def plant_holes(house: House) -> None:
    """Leave the views as a hand-over with holes left them."""
    for statement in PLANTED:
        await house.store.pool.execute(statement)
    assert {found.view for found in await house.differences()} == {"accounts", "timeline"}


async def schemas(house: House) -> set[str]:
    """Return the schemas of all views, in use or not."""
    names = tuple(view.name for view in VIEWS)
    rows = await house.store.pool.fetch("select nspname from pg_namespace")
    return {row["nspname"] for row in rows if row["nspname"].startswith(names)}


async def test_a_view_with_holes_is_built_again_while_its_home_works(house: House) -> None:
    """An old home may lack people in its views; nobody should have to stop for that."""
    told: list[tuple[int, int]] = []
    async with house.running() as life:
        await life.founded({"amiens": "a@amiens.example", "brest": "b@brest.example"})
        await plant_holes(house)

        views = views_of(house)
        for view in VIEWS:
            await asyncio.gather(
                views.rebuild(view.name, lambda done, total: told.append((done, total))),
                life.enrol(f"cahors-{view.name}", f"c@{view.name}.example"),
            )
        await life.enrol("dax", "d@dax.example")
        await life.runtime.quiet()

        assert await house.differences() == []
        assert set(life.runtime.health().views.values()) == {"running"}
    assert told[-1][0] >= told[-1][1] > 0
    assert await schemas(house) == {view.schema for view in VIEWS}


async def test_a_rebuild_that_was_cut_short_changes_nothing(house: House) -> None:
    """Its terminal was closed, the log went away: the view in use is whole, right or wrong."""
    async with house.running() as life:
        await life.founded({"amiens": "a@amiens.example"})
        await plant_holes(house)
        before = await house.differences()

        with pytest.raises(LogUnavailableError):
            await views_of(house, GoneAfterTwo(house.store.log)).rebuild("accounts", _unheard)

        assert await house.differences() == before
        await views_of(house).rebuild("accounts", _unheard)
        await views_of(house).rebuild("timeline", _unheard)
        assert await house.differences() == []


class GoneAfterTwo:
    """A log that does not answer after two reads."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._read_count = 0

    async def read(self, place: Place, offset: int, *, bytes_max: int) -> tuple[StoredRecord, ...]:
        """Read twice."""
        self._read_count += 1
        if self._read_count > 2:
            raise LogUnavailableError(type(self).__name__, "gone")
        return await self._log.read(place, offset, bytes_max=bytes_max)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  (whatever the log has)
        return getattr(self._log, name)


def _unheard(done: int, total: int) -> None:
    del done, total
