"""Another ruleset: what it would move is shown, and only then it is put in force."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import msgspec
import pytest

from console.cli.exits import Exit
from console.cli.show.status import calendars_line
from engine.requests import PlanAgain, PublishRuleset
from projections.queries.status import CalendarReach
from sequences.rulesets import load_ruleset
from tests.console.examples import ACCOUNT, COMPLETE, asked, niort
from tests.console.homes import MemoryHome, typed


class TestPublish:
    def test_with_preview_publishes_nothing(self) -> None:
        """Whoever only looks changes nothing."""
        home = MemoryHome()

        document = typed(home, "rulesets", "publish", "--preview", "--json").document

        assert asked(home) == []
        assert (document["ruleset"], document["changes"]) == ("fr-2026.11", [])

    def test_again_asks_no_account_that_goes_through_nothing(self) -> None:
        """A home without enrolments has nothing to plan again."""
        home = niort()

        document = typed(home, "rulesets", "publish", "--json").document

        kinds = {type(item.request) for item in asked(home)}
        assert PublishRuleset in kinds
        assert PlanAgain not in kinds
        assert document["moved_account_count"] == 0


def _of_calendars(document: Mapping[str, object]) -> list[str]:
    """Return the warnings that speak of the calendars' end; others speak of what lacks."""
    warnings = msgspec.convert(document["warnings"], list[str])
    return [warning for warning in warnings if "extend" in warning]


class TestEndOfTheCalendars:
    def test_a_plan_that_reaches_further_says_so(self) -> None:
        """Holidays that nobody knows yet move nothing: whoever enrols must know."""
        home = niort()

        words = ("--sequence", COMPLETE, "--offer", "x", "--start", "2028-08-14", "--json")
        (warning,) = _of_calendars(typed(home, "enrol", ACCOUNT, *words).document)

        assert "the first (1.3) on 2028-09-01" in warning
        assert "relance rulesets extend" in warning

    def test_a_plan_within_them_says_nothing(self) -> None:
        """A warning that always comes is none."""
        home = niort()

        words = ("--sequence", COMPLETE, "--offer", "x", "--start", "2027-01-11", "--json")

        assert _of_calendars(typed(home, "enrol", ACCOUNT, *words).document) == []

    @pytest.mark.parametrize(
        ("beyond_count", "today", "is_told"),
        [(0, "2027-01-11", False), (3, "2027-01-11", True), (0, "2027-10-01", True)],
    )
    def test_status_says_so_when_something_lies_further_or_the_end_is_near(
        self, beyond_count: int, today: str, *, is_told: bool
    ) -> None:
        """A year ahead there is time to publish another version."""
        calendars = CalendarReach(
            ruleset="fr-2026.11",
            public_until=date(2030, 12, 31),
            school_until=date(2028, 8, 31),
            beyond_count=beyond_count,
        )

        line = calendars_line(calendars, date.fromisoformat(today))

        assert ("school holidays on 2028-08-31" in line) is is_told

    def test_extend_writes_another_version_and_no_file_twice(self, tmp_path: Path) -> None:
        """What somebody wrote by hand is not written over."""
        out = tmp_path / "next.yaml"
        words = ("rulesets", "extend", "--until", "2032", "--name", "fr-x", "--out", str(out))

        first, second = typed(MemoryHome(), *words), typed(MemoryHome(), *words)

        assert (first.exit, second.exit) == (Exit.DONE, Exit.BAD_INPUT)
        assert load_ruleset(out).public_holidays.last_year == 2032
        assert "name no file yet" in second.err
