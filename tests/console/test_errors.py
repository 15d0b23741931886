"""Each way to fail ends with its code and one line, as text and as a document."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from console.cli.exits import Exit, document_of
from console.cli.show.log import short_line
from console.desk.errors import (
    AmbiguousError,
    NoAnswerError,
    RefusedError,
    UsageError,
    ViewBehindError,
)
from console.desk.moments import day_of, instant_of
from engine.decision import Refused
from engine.errors import InvalidValueError, WireDamageError
from engine.refusals import REFUSALS, RefusalCode
from infra.contacts.errors import ContactPointError
from infra.home.errors import HomeFormError, NowError, SampleOnlyError
from infra.log.errors import (
    LogAbsentError,
    LogElsewhereError,
    LogExistsError,
    LogUnavailableError,
    PartitionCountError,
)
from infra.log.port import Place, Topic
from infra.runtime.errors import DoorError, Expectation, NothingRunsError, PlaceDamageError
from infra.runtime.health import Health
from infra.settings import SettingFault, SettingsError
from infra.store.errors import HomeHeldError, MigrationUnknownError, StoreUnavailableError
from infra.vault.errors import KeyMissingError, WrongMasterKeyError
from projections.queries.happenings import TimelineLine
from tests.console.examples import ACCOUNT, COMPLETE, niort
from tests.console.homes import EngineDoor, MemoryHome, typed
from tests.console.lines import account_row

HOME = Path("/somewhere/home")
PLACE = Place(Topic.EVENTS, 3)
TABLE: list[tuple[BaseException, Exit]] = [
    (RefusedError("enrol x", Refused(code=RefusalCode.COOL_DOWN)), Exit.REFUSED),
    (UsageError("--on", "be a day"), Exit.BAD_INPUT),
    (AmbiguousError("Saint", [("a-1", "Saint-Denis"), ("a-2", "Saint-Paul")]), Exit.BAD_INPUT),
    (SettingsError((SettingFault(name="A", rule="be b", value="c"),)), Exit.BAD_INPUT),
    (InvalidValueError("zone", "be one of A, B, C", "D"), Exit.BAD_INPUT),
    (ContactPointError("--email", code="c", rule="r", remedy="m"), Exit.BAD_INPUT),
    (SampleOnlyError(HOME, "--now"), Exit.BAD_INPUT),
    (LogAbsentError("PostgreSQL", "row"), Exit.BAD_INPUT),
    (LogExistsError("PostgreSQL", "one"), Exit.BAD_INPUT),
    (LogElsewhereError("kafka://b:9092/relance", "postgres"), Exit.BAD_INPUT),
    (NothingRunsError(HOME), Exit.NOTHING_RUNS),
    (NoAnswerError("enrol x", 15), Exit.NO_ANSWER),
    (ViewBehindError("published", "building"), Exit.NO_ANSWER),
    (StoreUnavailableError("OSError"), Exit.NO_ANSWER),
    (LogUnavailableError("PostgreSQL", "OSError"), Exit.NO_ANSWER),
    (DoorError(Expectation.ANSWER_IN_TIME, "none"), Exit.NO_ANSWER),
    (HomeHeldError(HOME, "process 1"), Exit.DAMAGE),
    (HomeFormError(HOME, expected=1, found=2), Exit.DAMAGE),
    (MigrationUnknownError(("0099_new.sql",)), Exit.DAMAGE),
    (PartitionCountError("the log", 16, 8), Exit.DAMAGE),
    (WrongMasterKeyError(HOME / "keys/master.key"), Exit.DAMAGE),
    (KeyMissingError(["person-1"]), Exit.DAMAGE),
    (PlaceDamageError(PLACE, 7, "a gap"), Exit.DAMAGE),
    (WireDamageError("a record", "malformed"), Exit.DAMAGE),
    (IsADirectoryError(21, "Is a directory", "/somewhere/home/lock"), Exit.DAMAGE),
    (KeyboardInterrupt(), Exit.INTERRUPTED),
]


@pytest.mark.parametrize(("error", "code"), TABLE, ids=lambda value: type(value).__name__)
def test_each_error_ends_with_its_code(error: BaseException, code: Exit) -> None:
    """A script asks the code whom to wake."""
    fault = document_of(error)

    assert fault is not None
    assert (fault.exit_code, fault.error) == (code, code.word)
    assert "\n" not in fault.line


def test_what_failed_together_is_told_by_its_first() -> None:
    """Tasks of one group end together; a person needs one sentence."""
    group = BaseExceptionGroup(
        "tasks", [NothingRunsError(HOME), DoorError(Expectation.ANSWER, "b")]
    )

    fault = document_of(group)

    assert fault is not None
    assert fault.exit_code == Exit.NOTHING_RUNS


@pytest.mark.parametrize(
    "error", [KeyError("x"), BaseExceptionGroup("tasks", [KeyError("x"), NothingRunsError(HOME)])]
)
def test_our_own_mistake_is_none_of_them(error: BaseException) -> None:
    """It must be seen with its traceback, not dressed up as somebody's typing error."""
    assert document_of(error) is None


def test_nothing_runs_says_how_to_start() -> None:
    """It is the first thing a new user meets."""
    ran = typed(MemoryHome(engine=None), "pipeline")

    assert ran.exit is Exit.NOTHING_RUNS
    assert ran.err == "relance: nothing runs on /home-of-a-test: start it with `relance up`\n"
    assert ran.out == ""


@pytest.mark.parametrize("words", [("timeline", "\udcff"), ("--as", "\udcff", "pipeline")])
def test_a_word_in_another_encoding_is_a_typing_error(words: tuple[str, ...]) -> None:
    """No database takes it, and it must not end in a traceback."""
    ran = typed(MemoryHome(), *words)

    assert ran.exit is Exit.BAD_INPUT
    assert ran.err == "relance: expected each word to be text in UTF-8; type it again\n"


@pytest.mark.parametrize("day", ["0001-01-01", "1970-12-31", "2200-01-01", "9999-12-31"])
def test_a_day_where_no_plan_can_be_laid_out_is_a_typing_error(day: str) -> None:
    """Clocks run out of numbers there, in the middle of the rules."""
    with pytest.raises(UsageError, match="lie within 1971 to 2199"):
        day_of(day, name="--start")
    with pytest.raises(UsageError, match="lie within 1971 to 2199"):
        instant_of(f"{day}T00:00+14:00", name="--meeting-at")


def test_an_error_is_a_document_too() -> None:
    """A program reads both streams the same way."""
    ran = typed(MemoryHome(engine=None), "status", "--json")

    assert ran.fault == {
        "error": "nothing_runs",
        "exit_code": 3,
        "message": "nothing runs on /home-of-a-test: start it with `relance up`",
    }


def test_a_refusal_names_code_remedy_and_end() -> None:
    """Whoever is refused must know what would allow it, and when."""
    until = datetime(2027, 3, 1, tzinfo=UTC)
    refused = Refused(
        code=RefusalCode.COOL_DOWN, detail="person-1", until=until, rule="cool_down.silence"
    )

    fault = document_of(RefusedError("enrol Niort", refused))

    assert fault is not None
    assert fault.message == (
        "enrol Niort: cool_down (person-1) by cool_down.silence, until 2027-03-01 01:00; "
        "wait until the cool-down ends"
    )
    assert (fault.refusal, fault.until) == ("cool_down", until)
    assert fault.allowed_by == REFUSALS[RefusalCode.COOL_DOWN].lifted_by


def test_an_instant_is_said_as_its_account_reads_it() -> None:
    """« Until 23:00 » in UTC is tomorrow in Saint-Denis: a call at the wrong hour."""
    home = niort()
    home.rows.accounts = [account_row(name=ACCOUNT, time_zone="Indian/Reunion")]
    typed(home, "enrol", ACCOUNT, "--sequence", COMPLETE, "--offer", "x")
    meeting = ("record", "meeting", ACCOUNT, "--person", "p-1", "--enrolment", "1")

    ran = typed(home, *meeting, "--at", "2020-01-19T12:30")

    assert ran.exit is Exit.REFUSED
    assert "2020-01-19 12:30" in ran.err
    assert "08:30" not in ran.err


@pytest.mark.parametrize(
    "error",
    [
        NowError(datetime(2027, 1, 19, 8, 30, tzinfo=UTC), "be in the past"),
        RefusedError("x", Refused(code=RefusalCode.TOO_EARLY, detail="2027-01-19T08:30:00+00:00")),
        UsageError("--at", "be past", "2027-01-19T08:30:00Z"),
        ExceptionGroup("", [NowError(datetime(2027, 1, 19, 8, 30, tzinfo=UTC), "be past")]),
    ],
    ids=lambda error: type(error).__name__,
)
def test_no_sentence_names_an_instant_of_another_clock(error: Exception) -> None:
    """Whoever reads it has a watch, and it does not show UTC."""
    fault = document_of(error)

    assert fault is not None
    assert "2027-01-19 09:30" in fault.message
    assert "T08:30" not in fault.message


def test_a_tail_says_when_on_the_workspaces_clock() -> None:
    """A line beside the timeline of the same decision said another hour."""
    line = TimelineLine(
        partition=0,
        seq=1,
        at=datetime(2027, 1, 19, 8, 30, tzinfo=UTC),
        occurred_at=None,
        **dict.fromkeys(("input_id", "request", "actor", "source", "batch", "cause"), "x"),
        outcome="refused",
        code="too_early",
        detail="2027-01-19T08:45:00+00:00",
        **dict.fromkeys(("allowed_by", "rule", "ruleset"), ""),
        until=None,
        happenings=(),
    )

    said = short_line("account:x", line)

    assert said.startswith("2027-01-19 09:30 account:x ")
    assert said.endswith("too_early 2027-01-19 09:45")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["pipelin"], "got: pipelin; did you mean pipeline? `relance --help` says"),
        (["enroll"], "got: enroll; did you mean enrol?"),
        (["frobnicate"], "expected a command, got: frobnicate; `relance --help` says"),
        (["log", "tial"], "did you mean tail? `relance log --help` says"),
        (["tasks", "opne"], "no more after `relance tasks`, got: opne; did you mean open?"),
        (["suppressions", "--count", "-5"], 'Invalid value "-5" for --count. Must be >= 1'),
        (["log", "read", "3", "--from", "-5"], 'Invalid value "-5" for --from. Must be >= 0'),
        (["log", "read", "3", "--count", "0"], 'Invalid value "0" for --count'),
        (["log", "tail", "--count", "-2"], 'Invalid value "-2" for --count'),
        (["accounts", "add", "X", "--key", "x", "--population", "-5"], "Must be >= 0"),
        (["accounts", "add", "X", "--key", "x", "--tz", "localtime"], "such as Europe/Paris"),
        (["accounts", "add", "X", "--key", "x", "--tz", "Europe/Pari"], "you mean Europe/Pa"),
        (["up", "--empty", "--now", "2027-01-04"], "expected --now to come without --empty"),
        (["timeline"], "requires an argument"),
        (["enrol", "Niort", "--campain", "x"], "Did you mean --campaign?"),
        (["record", "purchase", "Niort", "--evidence", "hope"], "Choose from"),
        (["--as"], "expected --as to have a value"),
        (["why", "K-1-2"], "expected the touch to look like T-217901911-4"),
        (["sequences", "check"], "expected sequences check to be told which file"),
        (["touches", "settle", "T-1-1", "--reason", "x"], "--sent or --not-sent, got: neither"),
        (["log", "read", "outbox/1"], "expected the partition to be"),
    ],
)
def test_a_typing_error_ends_with_two_and_one_line(words: list[str], told: str) -> None:
    """Never a traceback for a user's mistake."""
    ran = typed(MemoryHome(), *words)

    assert ran.exit is Exit.BAD_INPUT
    assert told in ran.err
    assert ran.err.count("\n") == 1


class BrokenDoor(EngineDoor):
    """Breaks as only our own mistake would."""

    async def health(self) -> Health:
        """Break."""
        raise KeyError


def test_our_own_mistake_has_a_code_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    """Python would end with 1, which says "refused" here."""
    ran = typed(MemoryHome(engine=BrokenDoor()), "pipeline")

    assert ran.exit is Exit.FAULT
    assert "our own mistake (KeyError)" in ran.err
    assert "Traceback" in capsys.readouterr().err
