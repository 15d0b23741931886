"""The reference scenario, played once for all tests that look at it."""

import io
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from infra import telemetry
from infra.home.facts import Past
from infra.home.up import Troupe
from tests.journeys.scenario import START_ON, load_scenario
from tests.journeys.scripted import scripted
from tests.journeys.stage import Look, found_home, looked_at, play
from tests.journeys.whole_store import keep_inboxes

ENDS_AT = datetime(2027, 3, 12, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A home at rest, and what its process wrote while it played."""

    look: Look
    log_lines: str


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def scenario(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Played]:
    """The scenario's home, played to its end, with its inboxes kept."""
    home = tmp_path_factory.mktemp("scenario") / "home"
    written = io.StringIO()
    telemetry.set_up(stream=written)
    found_home(home, Past(start_on=START_ON, now_at=ENDS_AT))
    await keep_inboxes(home)
    rows = load_scenario()
    await play(
        home, troupe=Troupe(cast_of=lambda sample, store, _: scripted(sample, store.tagger, rows))
    )
    async with looked_at(home) as look:
        yield Played(look=look, log_lines=written.getvalue())


@pytest.fixture(scope="session")
def played(scenario: Played) -> Look:
    """What the scenario's home holds."""
    return scenario.look
