"""What steps are counted from."""

from datetime import UTC, date, datetime

import pytest
from msgspec import structs

from engine.cadence.anchors import AnchorPoint, Facts, demand, find
from engine.cadence.touches import Anchors
from engine.plan import Anchor, AnchorKind, Offset, Unit
from engine.values import Asked
from tests.engine.cadence.examples import ANCHORS, TERMS, here, step

NOON = datetime(2027, 1, 26, 11, tzinfo=UTC)  # in Paris


def known(zone: str = "", **given: object) -> Facts:
    """Return what an enrolment of 30 November 2026 knows, and `given`."""
    return Facts(
        anchors=structs.replace(ANCHORS, **given), terms=TERMS, calendars=here(zone), planned={}
    )


def nth(count: int, weekday: int, month: int) -> Anchor:
    """Return the nth weekday of a month."""
    return Anchor(AnchorKind.NTH_WEEKDAY, nth=count, weekday=weekday, month=month)


class TestFind:
    def test_start_is_a_day(self) -> None:
        """Nobody says at what hour a campaign starts."""
        assert find(Anchor(AnchorKind.START), known()) == AnchorPoint(
            on=date(2027, 1, 11), is_shifted=True
        )

    def test_entry_is_an_instant_on_the_persons_calendar(self) -> None:
        """23:30 UTC is the next day in Paris."""
        late = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)

        assert find(Anchor(AnchorKind.ENTRY), known(entry_at=late)) == AnchorPoint(
            on=date(2026, 12, 1), at=late, is_shifted=True
        )

    def test_an_observed_vote_beats_the_assumed_one(self) -> None:
        """The law gives the last day, the assembly its own."""
        vote = Anchor(AnchorKind.VOTE)

        assert find(vote, known()) == AnchorPoint(on=date(2027, 4, 15), is_assumed=True)
        assert find(vote, known(votes={2027: date(2027, 3, 25)})) == AnchorPoint(
            on=date(2027, 3, 25)
        )

    def test_an_assumed_vote_is_the_first_from_the_entry(self) -> None:
        """Who enters in May waits for the next spring."""
        entry_at = datetime(2027, 4, 16, 9, tzinfo=UTC)

        found = find(Anchor(AnchorKind.VOTE), known(entry_at=entry_at))

        # An unknown kind of account takes the later date of a renewal year.
        assert found == AnchorPoint(on=date(2028, 4, 30), is_assumed=True)

    def test_what_is_not_known_is_none(self) -> None:
        """The step is left out with its reason, and planned once it is known."""
        unknown = (
            Anchor(AnchorKind.MEETING),
            Anchor(AnchorKind.CONTRACT_END),
            Anchor(AnchorKind.EVENT, event="salon"),
            Anchor(AnchorKind.STEP, step="9.9"),
        )

        assert [find(anchor, known()) for anchor in unknown] == [None] * 4

    def test_an_event_has_the_day_of_the_enrolment(self) -> None:
        """The date of a fair is set per workspace."""
        fair = {"salon": date(2027, 11, 16)}

        assert find(Anchor(AnchorKind.EVENT, event="salon"), known(events=fair)) == AnchorPoint(
            on=date(2027, 11, 16)
        )

    def test_a_done_step_gives_its_actual_instant(self) -> None:
        """Delays run from the send, not from the plan."""
        plan = Facts(
            anchors=structs.replace(ANCHORS, done={"1.4": NOON}),
            terms=TERMS,
            calendars=here(),
            planned={"1.4": datetime(2027, 1, 1, tzinfo=UTC), "1.5": NOON},
        )

        for name in ("1.4", "1.5"):
            assert find(Anchor(AnchorKind.STEP, step=name), plan) == AnchorPoint(
                on=date(2027, 1, 26), at=NOON
            )


@pytest.mark.parametrize(
    ("anchor", "zone", "expected"),
    [
        (Anchor(AnchorKind.AFTER_SUMMER), "B", date(2027, 9, 14)),
        (Anchor(AnchorKind.AFTER_SUMMER), "", date(2027, 9, 14)),
        (nth(2, 2, 6), "B", date(2027, 6, 8)),
        (nth(1, 2, 10), "B", date(2027, 10, 5)),
        (nth(5, 1, 2), "", date(2044, 2, 29)),
    ],
)
def test_yearly_days_are_the_first_from_the_entry(
    anchor: Anchor, zone: str, expected: date
) -> None:
    """The dates of the nurturing sequence; a fifth Monday of February takes until 2044."""
    found = find(anchor, known(zone))

    if expected.year > 2040:
        assert found is None  # further away than any plan looks
    else:
        assert found == AnchorPoint(on=expected)


def test_a_yearly_day_that_is_the_day_of_entry_counts() -> None:
    """On or after, not after."""
    entry_at = datetime(2027, 6, 8, 9, tzinfo=UTC)

    assert find(nth(2, 2, 6), known(entry_at=entry_at)) == AnchorPoint(on=date(2027, 6, 8))


@pytest.mark.parametrize("anchor", [nth(0, 2, 6), nth(6, 2, 6), nth(1, 8, 6), nth(1, 2, 13)])
def test_a_weekday_that_no_month_has_is_unknown(anchor: Anchor) -> None:
    """Total: a fault of a sequence leaves the step out and raises nothing."""
    assert find(anchor, known()) is None


def test_a_demand_says_what_was_asked() -> None:
    """The audit trail starts with it."""
    asked = demand(
        step(offset=Offset(10, Unit.BUSINESS_DAY), anchor=Anchor(AnchorKind.VOTE)), known("B")
    )

    assert not isinstance(asked, str)
    assert asked.asked == Asked(
        offset="+10 bd",
        anchor="vote",
        anchor_on=date(2027, 4, 15),
        on=date(2027, 4, 29),
        is_assumed=True,
    )


def test_late_openings_shift_offsets_from_start_and_entry_only() -> None:
    """A vote does not wait for our campaign."""
    shifted = Facts(
        anchors=structs.replace(ANCHORS, votes={2027: date(2027, 4, 15)}),
        terms=structs.replace(TERMS, shift_days=7),
        calendars=here(),
        planned={},
    )
    days = [
        answer.asked.on
        for kind in (AnchorKind.START, AnchorKind.ENTRY, AnchorKind.VOTE)
        if not isinstance(answer := demand(step(anchor=Anchor(kind)), shifted), str)
    ]

    assert days == [date(2027, 1, 18), date(2026, 12, 7), date(2027, 4, 15)]


def test_elapsed_time_is_exact() -> None:
    """One second after a send is one second after it, across midnight and zones."""
    at = datetime(2027, 1, 26, 22, 59, 59, tzinfo=UTC)
    plan = known(done={"1": at})
    answer = demand(
        step(offset=Offset(2, Unit.SECOND), anchor=Anchor(AnchorKind.STEP, step="1")), plan
    )

    assert not isinstance(answer, str)
    assert answer.floor_at == datetime(2027, 1, 26, 23, 0, 1, tzinfo=UTC)
    assert answer.asked.on == date(2027, 1, 27)


@pytest.mark.parametrize(
    "offset",
    [Offset(10**15, Unit.SECOND), Offset(10**9, Unit.DAY), Offset(-(10**5), Unit.MONTH)],
)
def test_what_lies_beyond_the_calendar_is_out_of_range(offset: Offset) -> None:
    """Total: no overflow leaves the arithmetic."""
    assert demand(step(offset=offset), known()) == "date.out_of_range"


def test_extreme_anchors_stay_total() -> None:
    """An instant of year 1 or 9999 cannot be turned into local time as it is."""
    for extreme in (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)):
        anchors = Anchors(
            start_on=extreme.date(),
            entry_at=extreme,
            meeting_at=extreme,
            contract_end_on=extreme.date(),
            votes={2027: extreme.date()},
        )
        plan = Facts(anchors=anchors, terms=TERMS, calendars=here(), planned={})
        for kind in AnchorKind:
            for unit in Unit:
                demand(step(offset=Offset(-3, unit), anchor=Anchor(kind)), plan)


def test_a_shift_beyond_the_calendar_is_out_of_range() -> None:
    """Total also for elapsed time and for a number of days that no hold can last."""
    far = Facts(
        anchors=ANCHORS,
        terms=structs.replace(TERMS, shift_days=10**9),
        calendars=here(),
        planned={},
    )

    for unit in (Unit.SECOND, Unit.DAY):
        assert demand(step(offset=Offset(1, unit)), far) == "date.out_of_range"
