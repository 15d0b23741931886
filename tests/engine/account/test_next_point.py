"""The point an enrolment promises when nobody agreed one."""

from datetime import date

import pytest
from msgspec.structs import replace

from engine import requests as r
from engine.account.next_point import default_next_point
from tests.engine.account.story import HEAD, Story, at


class TestDefaultNextPoint:
    @pytest.mark.parametrize(
        ("day", "vote", "expected"),
        [
            ("2027-02-09", None, date(2027, 5, 3)),  # the assumed vote, zone B
            ("2027-03-30", date(2027, 3, 25), date(2027, 4, 9)),  # the vote as held
            ("2027-04-20", None, date(2027, 5, 3)),  # its day is past, its point is not
            ("2027-09-07", date(2027, 3, 25), date(2028, 5, 2)),  # the next vote, of a commune
            ("2027-09-07", None, date(2028, 5, 2)),
        ],
    )
    def test_is_the_first_that_lies_ahead(
        self, day: str, vote: date | None, expected: date
    ) -> None:
        """A campaign of September must not promise a point of last April."""
        story = Story().enrolled(HEAD)
        story.now = at(day)
        if vote is not None:
            story.ask(r.RecordVote(vote_on=vote))

        point = default_next_point(story.state, story.published, 1, story.now)

        assert point is not None
        assert point.on == expected

    @pytest.mark.parametrize(
        ("kind", "expected"),
        [("commune", date(2028, 5, 2)), ("région", date(2028, 5, 16)), ("", date(2028, 5, 16))],
    )
    def test_of_2028_knows_whose_assembly_is_renewed(self, kind: str, expected: date) -> None:
        """The row that was seen: a commune's point was 16 May, as if it were a région."""
        story = Story(kind=kind).enrolled(HEAD)
        story.now = at("2027-09-07")

        point = default_next_point(story.state, story.published, 1, story.now)

        assert point is not None
        assert point.on == expected

    def test_after_a_vote_held_in_december_is_of_the_budget_after_it(self) -> None:
        """« Après votre vote » of April would speak of a vote that was long ago."""
        story = Story().enrolled(HEAD)
        story.now = at("2027-01-20")
        story.ask(r.RecordVote(vote_on=date(2026, 12, 14)))

        point = default_next_point(story.state, story.published, 1, story.now)

        assert point is not None
        assert point.on == date(2028, 5, 2)

    def test_is_none_without_terms(self) -> None:
        """A sequence need not promise anything."""
        story = Story().with_people(HEAD)
        story.ask(replace(story.enrol(HEAD), next_point=None))

        assert default_next_point(story.state, story.published, 1, story.now) is None

    def test_is_none_where_no_day_is_ever_permitted(self) -> None:
        """A contract that ended has no point after its end."""
        story = Story().with_people(HEAD)
        request = story.enrol(HEAD)
        terms = request.next_point
        assert terms is not None
        ended = replace(request.about, contract_end_on=date(2026, 1, 1))
        anchor = replace(terms.anchor, kind=type(terms.anchor.kind)("contract_end"))
        story.ask(replace(request, about=ended, next_point=replace(terms, anchor=anchor)))

        assert default_next_point(story.state, story.published, 1, story.now) is None

    def test_is_none_before_a_ruleset_is_published(self) -> None:
        """A day can be promised on a calendar only."""
        story = Story().enrolled(HEAD)
        bare = replace(story.published, ruleset=None)

        assert default_next_point(story.state, bare, 1, story.now) is None
