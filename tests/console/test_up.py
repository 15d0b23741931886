"""What `relance up` shows while it starts, and what it suggests once it runs."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
import structlog
from rich.console import Console

from console.cli.commands.up import LogLines
from console.cli.exits import Exit
from console.cli.show.up import Progress, draw_started, started_document
from console.cli.terminal import Terminal
from infra.home.facts import HomeFacts, Past
from infra.home.layout import LOG_FILE
from infra.home.restoring import Restored
from infra.home.up import Announcement
from infra.settings import Settings, read_settings
from infra.telemetry import get_logger
from tests.console.homes import MemoryHome, typed
from tests.console.lines import NOW


class Watched(StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


@pytest.fixture(autouse=True)
def _log_settings_restored() -> Iterator[None]:
    """Leave the process's log settings as they were."""
    yield
    structlog.reset_defaults()


def settings_of(home: Path, **words: str) -> Settings:
    """Return the settings of a home whose environment also says these words."""
    return read_settings({"RELANCE_HOME": str(home), **words})


def test_lines_go_to_a_file_while_somebody_watches(tmp_path: Path) -> None:
    """The terminal shows what a person can act on."""
    err = Watched()
    with LogLines(settings_of(tmp_path), Terminal(err=err)) as lines:
        lines.begin()
        get_logger("door").info("door_opened")

    assert "door_opened" in (tmp_path / LOG_FILE).read_text()
    assert err.getvalue() == ""


def test_lines_go_to_standard_error_otherwise(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A supervisor collects that, and nothing else."""
    with LogLines(settings_of(tmp_path), Terminal(err=StringIO())) as lines:
        lines.begin()
        get_logger("door").info("door_opened")

    assert "door_opened" in capsys.readouterr().err
    assert not (tmp_path / LOG_FILE).exists()


def test_a_level_leaves_out_what_matters_less(tmp_path: Path) -> None:
    """Whoever asks for warnings alone looks for them, in a file or elsewhere."""
    settings = settings_of(tmp_path, RELANCE_LOG_LEVEL="warning")
    with LogLines(settings, Terminal(err=Watched())) as lines:
        lines.begin()
        get_logger("door").info("door_opened")
        get_logger("door").warning("frame_refused")

    written = (tmp_path / LOG_FILE).read_text()
    assert "frame_refused" in written
    assert "door_opened" not in written


def test_no_file_is_made_before_the_home_is_ours(tmp_path: Path) -> None:
    """A home that refuses to start is left as it is."""
    with LogLines(settings_of(tmp_path), Terminal(err=Watched())):
        pass

    assert list(tmp_path.iterdir()) == []


def test_stages_are_lines_where_nobody_watches() -> None:
    """A bar in a file of lines is noise; each stage is told once."""
    err = StringIO()

    with Progress(Terminal(err=err)) as progress:
        for stage, share in (("database", 0.0), ("playing", 0.1), ("playing", 0.7)):
            progress.report(stage, share)

    assert err.getvalue() == "relance: starting the database\nrelance: playing past weeks\n"


def test_stages_are_a_bar_where_somebody_watches() -> None:
    """Minutes without a sign look like a fault."""
    err = Watched()

    with Progress(Terminal(err=err)) as progress:
        progress.report("filling", 0.0)
        progress.report("playing", 0.5)
        progress.report("playing", 1.5)  # a clock may pass the end it was given

    assert "playing past weeks" in err.getvalue()
    assert "100%" in err.getvalue()


@pytest.mark.parametrize(
    ("kind", "told"), [("sample", "relance timeline Niort"), ("own", "relance sequences publish")]
)
def test_once_it_runs_it_says_what_to_try(kind: str, told: str) -> None:
    """The next command is what a new user needs, and it differs with the home."""
    out = StringIO()

    draw_started(Console(file=out, width=120), started(kind))

    assert told in out.getvalue()
    assert "/somewhere" in out.getvalue()


def test_what_is_announced_is_a_document_too() -> None:
    """A script waits for it before it asks anything."""
    assert started_document(started("sample")) == {
        "home": "/somewhere",
        "kind": "sample",
        "now_at": NOW,
        "start_on": date(2026, 10, 26),
        "restored": None,
        "log_ends_at": None,
    }


def test_a_restored_home_says_what_it_does_not_know_and_what_to_do() -> None:
    """Whoever restores does it once in years, and in a hurry."""
    drawn = StringIO()
    restored = Restored(last_decision_at=NOW, unknown_count=3)
    console = Console(file=drawn, width=140)

    draw_started(console, replace(started("own"), restored=restored))

    assert "3 e-mails may have left" in drawn.getvalue()
    assert "Objections since are lost too" in drawn.getvalue()
    assert "relance sending resume" in drawn.getvalue()


def test_a_now_that_is_none_is_said_before_anything_starts() -> None:
    """A first start takes a minute; a typing error must not cost it."""
    ran = typed(MemoryHome(engine=None), "up", "--now", "yesterday")

    assert ran.exit is Exit.BAD_INPUT
    assert "expected --now to be an instant such as" in ran.err


def started(kind: str) -> Announcement:
    """Return a home that runs."""
    past = Past(start_on=date(2026, 10, 26)) if kind == "sample" else None
    facts = HomeFacts(past=past)
    return Announcement(home=Path("/somewhere"), facts=facts, now_at=NOW)
