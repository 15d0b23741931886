"""The alarm on a touch that is decided about again and again."""

import io
import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
import structlog

from engine.account.trying import DECISIONS_MAX
from infra.runtime.owning.frequency import Frequency
from infra.telemetry import set_up
from tests.engine.account.story import NIORT
from tests.infra.runtime.homes import MONDAY


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Give what is logged."""
    before, stream = structlog.get_config(), io.StringIO()
    set_up(form="json", stream=stream)
    yield stream
    structlog.configure(**before)


def test_rings_once_when_the_promise_is_broken(lines: io.StringIO) -> None:
    """42,648 decisions in minutes, and nobody was told."""
    frequency = Frequency()

    for _ in range(10 * DECISIONS_MAX):
        frequency.decided(NIORT, 1, MONDAY)

    (line,) = lines.getvalue().splitlines()
    rung = json.loads(line)
    assert (rung["event"], rung["stream"], rung["touch"]) == ("touch_decided_often", NIORT, 1)


def test_is_silent_about_what_the_rules_allow(lines: io.StringIO) -> None:
    """Many touches, and many hours, are the course of things."""
    frequency = Frequency()

    for hour in range(3):
        for touch in range(50):
            for _ in range(DECISIONS_MAX):
                frequency.decided(NIORT, touch, MONDAY + timedelta(hours=hour))

    assert not lines.getvalue()
