"""What the compact forms of a sequence file say, and that nothing else is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.plan import (
    Anchor,
    AnchorKind,
    Fill,
    Gap,
    GapScope,
    Need,
    Offset,
    Requirement,
    Unit,
)
from sequences.grammar import (
    COUNT_MAX,
    GrammarError,
    parse_addressees,
    parse_anchor,
    parse_gap,
    parse_moment,
    parse_months,
    parse_offset,
    parse_requirements,
)

offsets = st.sampled_from(list(Unit)).flatmap(
    lambda unit: st.builds(
        Offset, count=st.integers(-COUNT_MAX[unit], COUNT_MAX[unit]), unit=st.just(unit)
    )
)
plain_anchors = st.sampled_from(
    [Anchor(kind=kind) for kind in AnchorKind if kind not in {"step", "event", "nth_weekday"}]
)
anchors = st.one_of(
    plain_anchors,
    st.builds(
        Anchor,
        kind=st.just(AnchorKind.NTH_WEEKDAY),
        nth=st.integers(1, 4),
        weekday=st.integers(1, 7),
        month=st.integers(1, 12),
    ),
    st.just(Anchor(kind=AnchorKind.STEP, step="4.1")),
    st.just(Anchor(kind=AnchorKind.EVENT, event="salon")),
)


@given(offsets)
def test_an_offset_is_read_as_it_is_written(offset: Offset) -> None:
    """What the timeline shows can be pasted into a file."""
    assert parse_offset(str(offset)) == offset


@given(anchors)
def test_an_anchor_is_read_as_it_is_written(anchor: Anchor) -> None:
    """What the timeline shows can be pasted into a file."""
    assert parse_anchor(str(anchor)) == anchor


def test_an_anchor_may_name_day_and_month() -> None:
    """Nobody remembers which day is the second."""
    expected = Anchor(kind=AnchorKind.NTH_WEEKDAY, nth=2, weekday=2, month=6)

    assert parse_anchor("nth_weekday(2, tuesday, june)") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("vote +10 bd", (Anchor(kind=AnchorKind.VOTE), Offset(10, Unit.BUSINESS_DAY))),
        ("contract_end -6 m", (Anchor(kind=AnchorKind.CONTRACT_END), Offset(-6, Unit.MONTH))),
        ("after_summer", (Anchor(kind=AnchorKind.AFTER_SUMMER), Offset(0, Unit.DAY))),
    ],
)
def test_a_moment_is_an_anchor_and_an_offset(text: str, expected: tuple[Anchor, Offset]) -> None:
    """A campaign's default next point is said in the words of its sequence."""
    assert parse_moment(text) == expected


def test_a_gap_says_how_far_and_between_whose_contacts() -> None:
    """Per person and per enrolment differ by weeks in a sequence to four people."""
    assert parse_gap("2 bd per person") == Gap(
        count=2, unit=Unit.BUSINESS_DAY, scope=GapScope.PERSON
    )
    assert parse_gap("21 d per enrolment") == Gap(count=21, unit=Unit.DAY, scope=GapScope.ENROLMENT)


def test_a_cool_down_is_counted_in_months() -> None:
    """Three months of rest is how people say it."""
    assert parse_months("3 m") == 3


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dgs | dga", (Fill.FIRST, ("dgs", "dga"))),
        ("service, dsi", (Fill.EACH, ("service", "dsi"))),
        ("dsi", (Fill.FIRST, ("dsi",))),
        ("replied", (Fill.REPLIED, ())),
    ],
)
def test_addressees_are_the_first_or_each(
    text: str, expected: tuple[Fill, tuple[str, ...]]
) -> None:
    """One sign decides whether one person or four receive it."""
    assert parse_addressees(text) == expected


@pytest.mark.parametrize(
    "text",
    ["1.4 or 1.6 attempted", "1.4, 1.6 attempted", "1.4 attempted or 1.6 attempted"],
)
def test_any_of_several_steps_may_fulfil_a_requirement(text: str) -> None:
    """The three ways people write it say the same."""
    assert parse_requirements(text) == (Requirement(steps=("1.4", "1.6"), need=Need.ATTEMPTED),)


def test_requirements_joined_by_and_hold_together() -> None:
    """A text may mention both an e-mail and a call."""
    assert parse_requirements("1.3 sent and 1.4 reached") == (
        Requirement(steps=("1.3",), need=Need.SENT),
        Requirement(steps=("1.4",), need=Need.REACHED),
    )


@pytest.mark.parametrize(
    "text", ["", "sent", "1.3", "1.3 sent or 1.4 reached", "1.3 sent and", "sent 1.3", "1.3 opened"]
)
def test_an_unclear_requirement_is_not_guessed_at(text: str) -> None:
    """A step that waits for the wrong thing never goes out, and nobody notices."""
    with pytest.raises(GrammarError, match=r"expected requires\.syntax to be kept"):
        parse_requirements(text)


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    """No text of a file ends in another error than the one that becomes a finding."""
    for parse in (parse_offset, parse_anchor, parse_gap, parse_months, parse_moment):
        try:
            parse(text)
        except GrammarError as error:
            assert error.remedy  # noqa: PT017 - reading it is also allowed
