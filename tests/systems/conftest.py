"""A home on a fresh database, with a mail server that fails as told."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from infra.mail.catcher import Catcher
from infra.store.dsn import Dsn
from tests.infra.mail.fault_script import FaultScript
from tests.systems.house import House, opened


@pytest.fixture
def faults() -> FaultScript:
    """Return a script in which nothing goes wrong yet."""
    return FaultScript()


@pytest_asyncio.fixture
async def catcher(tmp_path: Path, faults: FaultScript) -> AsyncIterator[Catcher]:
    """Return a running mail server, which keeps its port when it is stopped and started."""
    with_port = Catcher(tmp_path / "mail", faults=faults)
    await with_port.start()
    port = with_port.port
    await with_port.stop()
    catcher = Catcher(tmp_path / "mail", faults=faults, port=port)
    await catcher.start()
    yield catcher
    await catcher.stop()


@pytest_asyncio.fixture
async def house(tmp_path: Path, database: Dsn, catcher: Catcher) -> AsyncIterator[House]:
    """Return a home that is open, and not yet running."""
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    async with opened(folder, database, catcher) as house:
        yield house
