"""Repeated log lines: the first at once, then one a minute with a count."""

import io
from collections.abc import Iterator

import pytest
import structlog

from infra.folding import FOLDED_FOR_SECONDS, KEPT_MAX, Folding
from infra.telemetry import get_logger, set_up


@pytest.fixture(autouse=True)
def _settings_as_they_were() -> Iterator[None]:
    before = structlog.get_config()
    yield
    structlog.configure(**before)


class Watch:
    """Seconds as the test sets them."""

    def __init__(self) -> None:
        self.now_seconds = 100.0

    def __call__(self) -> float:
        """Return them."""
        return self.now_seconds


def passed(folding: Folding, **fields: object) -> dict[str, object] | None:
    """Return a line as it is written; None if it is held back."""
    line: dict[str, object] = {"level": "warning", "event": "view_backed_off", **fields}
    try:
        return dict(folding(None, "", line))
    except structlog.DropEvent:
        return None


def test_the_same_again_is_held_back_and_counted() -> None:
    """6,273 lines in 90 s while the database was away: nobody finds the one that matters."""
    watch = Watch()
    folding = Folding(watch)

    lines = [passed(folding, view="tasks") for _ in range(6_273)]
    watch.now_seconds += FOLDED_FOR_SECONDS
    later = passed(folding, view="tasks")

    assert [line for line in lines if line] == [
        {"level": "warning", "event": "view_backed_off", "view": "tasks"}
    ]
    assert later is not None
    assert later["folded_count"] == 6_272


def test_another_view_is_another_line() -> None:
    """Which of them is away is what somebody wants to know."""
    folding = Folding(Watch())

    assert passed(folding, view="tasks")
    assert passed(folding, view="timeline")


def test_how_much_is_no_other_line() -> None:
    """The same trouble with another number of touches is the same trouble."""
    folding = Folding(Watch())

    assert passed(folding, view="tasks", count=1, waited_seconds=0.5)
    assert passed(folding, view="tasks", count=2, waited_seconds=0.6) is None


def test_the_course_of_things_is_told_line_by_line() -> None:
    """Taking a partition twice is news twice."""
    folding = Folding(Watch())

    assert passed(folding, level="info")
    assert passed(folding, level="info")


def test_what_is_remembered_has_a_limit() -> None:
    """A fault with ever new ids must not fill the memory."""
    folding = Folding(Watch())

    for number in range(KEPT_MAX + 1):
        passed(folding, stream=f"account:{number}")

    assert passed(folding, stream="account:0")
    assert passed(folding, stream=f"account:{KEPT_MAX}") is None


def test_logs_are_folded_as_they_are_set_up() -> None:
    """Whoever logs need not think of it."""
    stream = io.StringIO()
    set_up(stream=stream)

    for _ in range(3):
        get_logger("views").warning("view_backed_off", view="tasks")

    assert len(stream.getvalue().splitlines()) == 1
