"""Log lines: where they go, and which are left out."""

import io
import json
from collections.abc import Iterator

import pytest
import structlog

from infra.settings import LogLevel
from infra.telemetry import get_logger, set_up


@pytest.fixture(autouse=True)
def _settings_as_they_were() -> Iterator[None]:
    before = structlog.get_config()
    yield
    structlog.configure(**before)


def test_a_line_is_one_document_with_its_event_and_fields() -> None:
    """Whoever collects logs reads them line by line."""
    stream = io.StringIO()
    set_up(form="json", stream=stream)

    get_logger("keeper").info("partition_taken", partition=3)

    (line,) = stream.getvalue().splitlines()
    document = json.loads(line)
    assert document.pop("timestamp").endswith("Z")
    assert document == {
        "event": "partition_taken",
        "level": "info",
        "part": "keeper",
        "partition": 3,
    }


def test_what_matters_less_than_asked_is_not_written() -> None:
    """RELANCE_LOG_LEVEL=warning shows what rings, and nothing else."""
    stream = io.StringIO()
    set_up(stream=stream, least=LogLevel.WARNING)

    get_logger("keeper").info("partition_taken")
    get_logger("keeper").warning("partition_backed_off")

    (line,) = stream.getvalue().splitlines()
    assert "partition_backed_off" in line
