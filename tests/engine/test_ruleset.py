"""A ruleset that can be built is in order."""

from datetime import date, time

import msgspec
import pytest

from engine.errors import InvalidValueError
from engine.ruleset import (
    BudgetVote,
    Holiday,
    Interval,
    Locality,
    PublicHolidays,
    QuietPeriod,
    Renewal,
    Ruleset,
    SchoolBreak,
    SchoolHolidays,
    Territory,
    Window,
    budget_year_of,
)
from tests.engine.cadence.examples import RULESET

MAY, JUNE = date(2027, 5, 1), date(2027, 6, 1)


def test_survives_the_wire() -> None:
    """A ruleset is published through the log and read back for ever."""
    assert msgspec.json.decode(msgspec.json.encode(RULESET), type=Ruleset) == RULESET


def test_is_named_by_its_version_on_the_wire() -> None:
    """A file says `ruleset: fr-2026.11`; a decision names the same word."""
    assert msgspec.to_builtins(RULESET)["ruleset"] == "test"


def test_hours_that_never_open_are_refused() -> None:
    """A touch would look for an opening for ever."""
    with pytest.raises(InvalidValueError, match="expected interval to close after it opens"):
        Interval(time(9), time(9))


def test_hours_out_of_order_are_refused() -> None:
    """Landings take the first hours that are not over."""
    with pytest.raises(InvalidValueError, match="expected hours of a window to be in order"):
        Window((1,), (Interval(time(14), time(16)), Interval(time(8), time(14, 30))))


def test_public_holidays_out_of_order_are_refused() -> None:
    """They are searched by halves, so one out of place would be missed."""
    with pytest.raises(InvalidValueError, match="expected public holidays to be in order"):
        PublicHolidays(2027, 2027, (), {"57": (Holiday(JUNE, "b"), Holiday(MAY, "a"))})


def test_school_holidays_out_of_order_are_refused() -> None:
    """The same, for breaks and for the ends of one break."""
    with pytest.raises(InvalidValueError, match="expected school holidays to be in order"):
        SchoolHolidays(MAY, JUNE, {"A": (SchoolBreak(JUNE, MAY, "reversed"),)})


def test_a_day_of_the_year_has_a_month_and_a_day() -> None:
    """`7-14` would compare as later than `12-20`."""
    with pytest.raises(msgspec.ValidationError, match=r"first_month_day"):
        msgspec.convert(
            {"name": "summer", "first_month_day": "7-14", "last_month_day": "08-25"}, QuietPeriod
        )


class TestLocality:
    def test_of_a_departement_holds_what_time_needs(self) -> None:
        """An account is placed on the calendar by its département alone."""
        territory = Territory("Europe/Paris", "B", "alsace-moselle")
        ruleset = msgspec.structs.replace(RULESET, territories={"57": territory})

        assert ruleset.locality("57") == Locality("Europe/Paris", "B", "alsace-moselle")

    def test_without_zone_or_area_is_empty_there(self) -> None:
        """Corsica has neither."""
        ruleset = msgspec.structs.replace(RULESET, territories={"2A": Territory("Europe/Paris")})

        assert ruleset.locality("2A") == Locality("Europe/Paris")

    def test_of_an_unknown_departement_is_none(self) -> None:
        """The caller says so; nothing is guessed."""
        assert RULESET.locality("99") is None


class TestBudgetVote:
    rule = BudgetVote(renewals=(Renewal(2026, ("commune",)), Renewal(2028, ("region",))))

    def test_is_later_in_the_year_of_a_renewal(self) -> None:
        """A new assembly gets two more weeks by law."""
        assert self.rule.assumed_on(2028, "region") == date(2028, 4, 30)

    def test_is_not_later_for_assemblies_that_are_not_renewed(self) -> None:
        """Communes vote on time while régions are renewed."""
        assert self.rule.assumed_on(2028, "commune") == date(2028, 4, 15)

    def test_takes_the_later_date_where_the_kind_is_unknown(self) -> None:
        """Asking too late is better than asking what was voted before it was."""
        assert self.rule.assumed_on(2028) == date(2028, 4, 30)
        assert self.rule.assumed_on(2028, "syndicat mixte") == date(2028, 4, 30)
        assert self.rule.assumed_on(2027) == date(2027, 4, 15)

    @pytest.mark.parametrize("kind", ["région", "Region", "la région"])
    def test_knows_a_kind_however_it_is_written(self, kind: str) -> None:
        """Messages say « région », a ruleset `region`."""
        assert self.rule.assumed_on(2028, kind) == date(2028, 4, 30)
        assert self.rule.assumed_on(2026, kind) == date(2026, 4, 15)


@pytest.mark.parametrize(
    ("vote_on", "year"), [("2027-03-25", 2027), ("2026-12-14", 2027), ("2026-06-01", 2026)]
)
def test_a_vote_is_of_the_budget_that_is_still_to_come(vote_on: str, year: int) -> None:
    """Many assemblies vote in December: that spring has no vote any more."""
    assert budget_year_of(date.fromisoformat(vote_on)) == year
