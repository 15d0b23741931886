"""The command line beside a real `relance up`: nothing is played, everything is real."""

import selectors
import signal
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import IO

import msgspec
import pytest

from console.cli.exits import Exit
from console.cli.main import run
from tests.console.homes import Ran

pytestmark = pytest.mark.connected

RELANCE = (sys.executable, "-c", "from console.cli.main import main; main()")
COMPLETE = "collectivite-prise-de-contact-30j"
STOP_SECONDS = 60
ASKED_MAX = 20  # the follower begins at some moment of its start


def relance(home: Path, *words: str) -> Ran:
    """Run one command line on a real home."""
    out, err = StringIO(), StringIO()
    code = run([*words, "--home", str(home), "--as", "camille"], out=out, err=err)
    return Ran(exit=code, out=out.getvalue(), err=err.getvalue())


def done(home: Path, *words: str) -> str:
    """Run a command that must succeed; return what it showed."""
    ran = relance(home, *words)
    assert (ran.exit, ran.err) == (Exit.DONE, "")
    return ran.out


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of a home of one's own that runs, stopped as Ctrl-C stops it."""
    folder = tmp_path_factory.mktemp("home")
    with (folder / "up.log").open("w") as lines:
        process = subprocess.Popen(
            [*RELANCE, "up", "--empty", "--json", "--home", str(folder / "relance")],
            stdout=subprocess.PIPE,
            stderr=lines,
            text=True,
        )
        announced = _announced(process)
        assert announced["kind"] == "own", (folder / "up.log").read_text()
        yield folder / "relance"
        process.send_signal(signal.SIGINT)
        assert process.wait(STOP_SECONDS) == Exit.DONE
        assert process.stdout is not None
        process.stdout.close()


LOOKS_MAX = 10
"""A view follows within moments, and each look takes one."""


def _announced(process: "subprocess.Popen[str]") -> dict[str, object]:
    """Return the document with which a start says that everything runs."""
    assert process.stdout is not None
    text = ""
    for line in process.stdout:
        text += line
        if line == "}\n":
            return msgspec.json.decode(text, type=dict[str, object])
    return {}


def test_from_nothing_to_a_plan_and_back(home: Path) -> None:
    """What the README promises somebody who starts with an empty home."""
    account = "217901917"
    done(home, "rulesets", "publish")
    done(home, "sequences", "publish", COMPLETE)
    done(
        *(home, "mailboxes", "publish", "contact", "--address", "nous@ville.example"),
        *("--sender-name", "Camille Arnault"),
    )
    done(home, "accounts", "add", "Niort", "--siren", account, "--departement", "79")
    done(
        *(home, "people", "add", "niort", "--role", "responsable_service", "--invented"),
        *("--given-name", "Zénobie", "--family-name", "Vasseur", "--person", "p-1"),
        *("--email", "zenobie@ville.example", "--phone", "05 49 00 00 00"),
    )
    done(
        *(home, "campaigns", "create", "guichet", "--title", "Guichet", "--sequence", COMPLETE),
        *("--offer", "guichet", "--start", "2027-01-11", "--goal", "meetings=8"),
        *("--next-point", "vote +10 bd|point budget|estimatif"),
    )

    planned = done(home, "enrol", "Niort", "--campaign", "guichet")
    refused = relance(home, "campaigns", "open", "guichet")
    unknown = relance(home, "enrol", "Atlantis", "--campaign", "guichet", "--json")

    assert f"undo: relance withdraw {account}" in planned
    assert refused.exit is unknown.exit is Exit.REFUSED
    assert "preparation_open" in refused.err
    assert unknown.fault["refusal"] == "unknown_account"
    timeline = relance(home, "timeline", "nior", "--json").document
    assert "Zénobie Vasseur" in str(timeline["people"])
    assert "preparation" in done(home, "tasks", "--until", "2027-02-01")
    done(home, "tasks", "done", "K-guichet-1", "--outcome", "done", "--check", "all")
    done(home, "tasks", "done", "K-guichet-2", "--outcome", "done", "--check", "all")
    done(home, "campaigns", "open", "guichet")
    assert "asked   +8 d, start" in done(home, "why", f"T-{account}-1")
    done(home, "pause", "Niort", "--reason", "attend")
    done(home, "resume", "Niort")
    assert f"T-{account}-1" in done(home, "timeline", account)
    assert "1 account, 1 person" in done(home, "status")
    assert "Guichet" in done(home, "pipeline")


def test_an_objection_is_seen(home: Path) -> None:
    """It is acknowledged only when the suppression holds it; the list of them is a view."""
    done(home, "record", "objection", "--address", "personne@ailleurs.example")

    assert any("exit.objection" in done(home, "suppressions") for _ in range(LOOKS_MAX))


def test_the_log_beside_it_is_sound(home: Path) -> None:
    """Verified while it grows; each view equals its fold from zero."""
    assert "no damage" in done(home, "log", "verify")
    assert "0 differences" in done(home, "projections", "check")
    head = msgspec.json.decode(done(home, "log", "head", "--json"), type=list[dict[str, object]])
    assert {partition["topic"] for partition in head} >= {"events", "workspace"}
    assert '"code_version"' in done(home, "log", "read", "workspace", "--json")


def test_the_log_is_followed_until_ctrl_c(home: Path) -> None:
    """What is decided while somebody watches is shown, and stopping to watch is no fault."""
    words = ("log", "tail", "--json", "--home", str(home))
    with subprocess.Popen([*RELANCE, *words], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            lines = _asked_until_seen(home, process.stdout)
            process.send_signal(signal.SIGINT)
            ended = process.wait(STOP_SECONDS)
        finally:
            process.kill()  # it would be waited for otherwise, also where it ignores a signal

        assert ended == Exit.DONE
    assert '"record_objection"' in lines


def _asked_until_seen(home: Path, lines: IO[str]) -> str:
    """Ask something again and again until the follower shows a decision."""
    with selectors.DefaultSelector() as selector:
        selector.register(lines, selectors.EVENT_READ)
        for number in range(ASKED_MAX):
            done(home, "record", "objection", "--address", f"n{number}@ailleurs.example")
            if selector.select(timeout=1):
                return lines.readline()
    return ""


def test_a_second_start_says_who_holds_the_home(home: Path) -> None:
    """Two owners of one home would be the end of both."""
    ran = relance(home, "up", "--empty")

    assert ran.exit is Exit.DAMAGE
    assert "to be free, got: held by process" in ran.err
    assert relance(home, "log", "create").exit is Exit.BAD_INPUT


def test_a_log_is_made_read_and_verified_while_nothing_runs(tmp_path: Path) -> None:
    """On a home that refuses to start these commands are all that is left."""
    folder = tmp_path / "home"

    assert "16 partitions" in done(folder, "log", "create")
    assert "no damage" in done(folder, "log", "verify")
    assert done(folder, "log", "head", "--json")
    again = relance(folder, "log", "create")
    assert again.exit is Exit.BAD_INPUT
    assert "to hold no log yet" in again.err
    assert relance(folder, "pipeline").exit is Exit.NOTHING_RUNS
