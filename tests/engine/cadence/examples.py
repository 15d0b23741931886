"""One good example of a ruleset, of calendars, of terms; a test states what differs."""

from datetime import UTC, date, datetime, time

from engine.cadence.calendars import Calendars, calendars_at
from engine.cadence.touches import Anchors, FixedContact, LayoutTerms, TouchDraft
from engine.plan import Anchor, AnchorKind, Fill, Gap, GapScope, Offset, Role, Step, StepKind, Unit
from engine.ruleset import (
    Alternation,
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
    Window,
)
from engine.values import Channel

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
WORKDAYS = (1, 2, 3, 4, 5)
MORNING_MAIL = Interval(time(8, 30), time(11, 30))
AFTERNOON_MAIL = Interval(time(14), time(16, 30))
MORNING_CALL = Interval(time(9, 30), time(12))
AFTERNOON_CALL = Interval(time(14), time(17, 30))


def _days(names: str) -> tuple[Holiday, ...]:
    return tuple(Holiday(date.fromisoformat(name), name) for name in names.split())


def _breaks(spans: str) -> tuple[SchoolBreak, ...]:
    days = [date.fromisoformat(day) for day in spans.split()]
    return tuple(
        SchoolBreak(first_on, last_on, str(first_on))
        for first_on, last_on in zip(days[::2], days[1::2], strict=True)
    )


# School holidays and public holidays from December 2026 to the end of 2027, as published.
RULESET = Ruleset(
    version="test",
    country="FR",
    language="fr",
    time_zone="Europe/Paris",
    windows={
        "email": Window(WORKDAYS, (MORNING_MAIL, AFTERNOON_MAIL)),
        "email_am": Window(WORKDAYS, (MORNING_MAIL,)),
        "email_pm": Window(WORKDAYS, (AFTERNOON_MAIL,)),
        "call": Window(WORKDAYS, (MORNING_CALL, AFTERNOON_CALL)),
        "call_am": Window(WORKDAYS, (MORNING_CALL,)),
        "call_pm": Window(WORKDAYS, (AFTERNOON_CALL,)),
        "day": Window(WORKDAYS, (Interval(time(9), time(18)),)),
    },
    alternating_windows={"call_other": Alternation("call_am", "call_pm")},
    open_windows=("agreed",),
    quiet_periods=(
        QuietPeriod("summer", "07-14", "08-25"),
        QuietPeriod("end of the year", "12-20", "01-03"),
    ),
    budget_vote=BudgetVote(
        renewals=(Renewal(2026, ("commune",)), Renewal(2028, ("departement", "region")))
    ),
    public_holidays=PublicHolidays(
        2026,
        2027,
        _days(
            "2026-11-01 2026-11-11 2026-12-25 2027-01-01 2027-03-29 2027-05-01 2027-05-06"
            " 2027-05-08 2027-05-17 2027-07-14 2027-08-15 2027-11-01 2027-11-11 2027-12-25"
        ),
        {
            "alsace-moselle": _days("2026-12-26 2027-03-26 2027-12-26"),
            "974": _days("2026-12-20 2027-12-20"),
            "988": _days("2027-09-24"),
        },
    ),
    school_holidays=SchoolHolidays(
        date(2026, 9, 1),
        date(2027, 12, 31),
        {
            "A": _breaks(
                "2026-12-19 2027-01-03 2027-02-13 2027-02-28 2027-04-10 2027-04-25"
                " 2027-05-06 2027-05-08 2027-07-03 2027-08-31 2027-10-23 2027-11-07"
            ),
            "B": _breaks(
                "2026-12-19 2027-01-03 2027-02-20 2027-03-07 2027-04-17 2027-05-02"
                " 2027-05-06 2027-05-08 2027-07-03 2027-08-31 2027-10-23 2027-11-07"
            ),
            "C": _breaks(
                "2026-12-19 2027-01-03 2027-02-06 2027-02-21 2027-04-03 2027-04-18"
                " 2027-05-06 2027-05-08 2027-07-03 2027-08-31 2027-10-23 2027-11-07"
            ),
        },
    ),
)

TERMS = LayoutTerms(
    enrolment=1,
    locality=Locality("Europe/Paris"),
    gap=Gap(0, Unit.DAY, GapScope.PERSON),
    now_at=LONG_AGO,
)
ANCHORS = Anchors(start_on=date(2027, 1, 11), entry_at=datetime(2026, 11, 30, 9, tzinfo=UTC))


def here(zone: str = "", area: str = "", time_zone: str = "Europe/Paris") -> Calendars:
    """Return the calendars of a locality that has some."""
    calendars = calendars_at(Locality(time_zone, zone, area), RULESET)
    assert calendars is not None
    return calendars


PARIS = here()


def step(**changes: object) -> Step:
    """Return an e-mail to the service head, asked for on the day of the start."""
    fields: dict[str, object] = {
        "id": "1",
        "kind": StepKind.CONTACT,
        "channel": Channel.EMAIL,
        "aim": "capter",
        "offset": Offset(0, Unit.DAY),
        "anchor": Anchor(AnchorKind.START),
        "window": "email",
        "fill": Fill.FIRST,
        "roles": (Role("head", is_required=True),),
    }
    return Step(**(fields | changes))  # type: ignore[arg-type]  # a test states what differs


def draft(one: Step, index: int = 0, person: str = "ada", **changes: object) -> TouchDraft:
    """Return the draft of a step's touch."""
    fields: dict[str, object] = {
        "step_index": index,
        "step": one,
        "role": "head",
        "person": person,
    }
    return TouchDraft(**(fields | changes))  # type: ignore[arg-type]  # a test states what differs


def contact(on: date, person: str = "ada", **changes: object) -> FixedContact:
    """Return an e-mail that stands."""
    fields: dict[str, object] = {
        "on": on,
        "person": person,
        "role": "head",
        "enrolment": 1,
        "channel": Channel.EMAIL,
    }
    return FixedContact(**(fields | changes))  # type: ignore[arg-type]  # a test states what differs
