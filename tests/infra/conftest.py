"""A catcher with faults and a vault in memory, for whoever writes or sends mail."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from infra.mail.catcher import Catcher
from infra.vault.key_vault import KeyVault
from tests.infra.mail.fault_script import FaultScript
from tests.infra.vault.examples import vault as memory_vault


@pytest.fixture
def faults() -> FaultScript:
    """Return a script in which nothing goes wrong yet."""
    return FaultScript()


@pytest_asyncio.fixture
async def catcher(tmp_path: Path, faults: FaultScript) -> AsyncIterator[Catcher]:
    """A running catcher."""
    running = Catcher(tmp_path / "mail", faults=faults)
    await running.start()
    yield running
    await running.stop()


@pytest.fixture
def vault() -> KeyVault:
    """Return a vault in memory."""
    return memory_vault()
