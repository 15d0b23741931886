"""A catcher with faults, for whoever speaks to a mail server."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from infra.mail.catcher import Catcher
from infra.mail.faults import FaultScript


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
