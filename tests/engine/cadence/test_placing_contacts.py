"""Which contacts keep away from each other, and which go together."""

from datetime import date

from msgspec import structs

from engine.cadence import lay_out
from engine.plan import (
    Anchor,
    AnchorKind,
    Gap,
    GapScope,
    Landing,
    StepKind,
    Unit,
)
from engine.values import Channel
from tests.engine.cadence.examples import ANCHORS, RULESET, TERMS, contact, draft, step
from tests.engine.cadence.placing import ENROLMENT_GAP, PERSON_GAP, at, days, on, placed


class TestGap:
    def test_is_kept_from_what_stands_before_and_after(self) -> None:
        """A distance has no direction."""
        fixed_contacts = [contact(date(2027, 1, 12))]

        assert on(placed([draft(step())], gap=PERSON_GAP, fixed_contacts=fixed_contacts)) == [
            "2027-01-14 gap.person"
        ]

    def test_per_person_looks_at_all_enrolments_of_the_person(self) -> None:
        """She does not know how many sequences we run."""
        other = [contact(date(2027, 1, 8), enrolment=2)]

        assert on(placed([draft(step())], gap=PERSON_GAP, fixed_contacts=other)) == [
            "2027-01-12 gap.person"
        ]

    def test_per_enrolment_looks_at_everybody_in_it(self) -> None:
        """And at nobody beyond it."""
        inside = [contact(date(2027, 1, 8), "bob")]
        outside = [contact(date(2027, 1, 8), "bob", enrolment=2)]

        assert on(placed([draft(step())], gap=ENROLMENT_GAP, fixed_contacts=inside)) == [
            "2027-01-13 gap.enrolment"
        ]
        assert on(placed([draft(step())], gap=ENROLMENT_GAP, fixed_contacts=outside)) == [
            "2027-01-11"
        ]

    def test_does_not_hold_for_work(self) -> None:
        """A task disturbs nobody."""
        task = step(kind=StepKind.WORK, channel=Channel.TASK, window="day")
        drafts = [draft(task, 0, "", role=""), draft(step(), 1)]

        assert on(placed(drafts, gap=PERSON_GAP)) == ["2027-01-11", "2027-01-11"]

    def test_is_kept_from_an_agreed_date_on_both_sides(self) -> None:
        """The agreed one stays where it is, although it was asked for last."""
        agreed = step(
            id="fair",
            channel=Channel.MEETING,
            anchor=Anchor(AnchorKind.EVENT, event="fair"),
            window="agreed",
            landing=Landing.SAME_TIME,
        )
        drafts = [draft(step(offset=days(4)), 0), draft(agreed, 1)]
        saturday = {"fair": date(2027, 1, 16)}

        found = placed(drafts, gap=ENROLMENT_GAP, events=saturday)

        assert on(found) == ["2027-01-21 gap.enrolment", "2027-01-16"]

    def test_pushes_past_each_contact_in_its_way(self) -> None:
        """One move, to the first day that every contact permits."""
        fixed_contacts = [contact(date(2027, 1, day)) for day in (11, 13, 15)]

        assert on(placed([draft(step())], gap=PERSON_GAP, fixed_contacts=fixed_contacts)) == [
            "2027-01-19 gap.person"
        ]


class TestOnePersonADay:
    def test_another_person_waits_for_a_free_day(self) -> None:
        """Two mails on one day to one town hall look like a campaign."""
        drafts = [draft(step(), 0), draft(step(), 1, "bob")]

        assert on(placed(drafts)) == ["2027-01-11", "2027-01-12 cap.one_person_a_day"]

    def test_the_same_person_twice_on_one_day_is_allowed(self) -> None:
        """A call and the mail that follows it."""
        assert on(placed([draft(step(), 0), draft(step(), 1)])) == ["2027-01-11"] * 2

    def test_counts_contacts_of_all_enrolments_agreed_ones_too(self) -> None:
        """The account is one organisation."""
        fixed_contacts = [
            contact(date(2027, 1, 11), "bob", enrolment=2),
            contact(date(2027, 1, 12), "eve", enrolment=3, is_agreed=True),
        ]

        assert on(placed([draft(step())], fixed_contacts=fixed_contacts)) == [
            "2027-01-13 cap.one_person_a_day"
        ]

    def test_is_as_large_as_the_ruleset_says(self) -> None:
        """The number is data."""
        caps = structs.replace(
            RULESET.caps,
            people_per_account_per_day=RULESET.caps.people_per_account_per_day.__class__(2),
        )
        drafts = [draft(step(), index, person) for index, person in enumerate("abc")]

        found = lay_out(
            drafts,
            anchors=ANCHORS,
            fixed_contacts=(),
            terms=TERMS,
            ruleset=structs.replace(RULESET, caps=caps),
        )

        assert on(found) == ["2027-01-11", "2027-01-11", "2027-01-12 cap.one_person_a_day"]

    def test_roles_that_nobody_fills_yet_are_people(self) -> None:
        """Whoever comes will need a day."""
        drafts = [draft(step(), 0, "", role="a"), draft(step(), 1, "", role="b")]

        assert on(placed(drafts)) == ["2027-01-11", "2027-01-12 cap.one_person_a_day"]


class TestFollowingPersons:
    first = step(id="5", offset=days(1))
    following = step(id="6", offset=days(4))

    def test_come_after_all_steps_a_free_day_each(self) -> None:
        """They never move the next step."""
        drafts = [
            draft(self.first, 0, "ada"),
            draft(self.first, 0, "bob", role="b", follower=1),
            draft(self.first, 0, "eve", role="e", follower=2),
            draft(self.following, 1, "dot", role="d"),
        ]

        assert on(placed(drafts)) == [
            "2027-01-12",
            "2027-01-13 cap.one_person_a_day",
            "2027-01-14 cap.one_person_a_day",
            "2027-01-15",
        ]

    def test_do_not_count_in_the_gap_of_an_enrolment(self) -> None:
        """It runs from one first person to another."""
        late = step(id="6", offset=days(7))
        drafts = [
            draft(self.first, 0, "ada"),
            draft(self.first, 0, "bob", role="b", follower=1),
            draft(late, 1, "ada"),
        ]

        found = placed(drafts, gap=Gap(6, Unit.DAY, GapScope.ENROLMENT))

        assert on(found) == ["2027-01-12", "2027-01-13 cap.one_person_a_day", "2027-01-18"]

    def test_that_stand_do_not_count_either(self) -> None:
        """Done or not, they are the same persons."""
        fixed_contacts = [
            contact(date(2027, 1, 8)),
            contact(date(2027, 1, 12), "bob", step="5", follower=1),
        ]

        assert on(
            placed([draft(step(offset=days(2)))], gap=ENROLMENT_GAP, fixed_contacts=fixed_contacts)
        ) == ["2027-01-13"]

    def test_start_from_where_the_first_person_landed(self) -> None:
        """And tell the same story of how they got there."""
        friday = step(id="5", offset=days(4))
        fixed_contacts = [contact(date(2027, 1, 12), "zoe")]
        drafts = [
            draft(friday, 0, "ada"),
            draft(friday, 0, "bob", role="b", follower=1),
        ]

        assert on(placed(drafts, gap=ENROLMENT_GAP, fixed_contacts=fixed_contacts)) == [
            "2027-01-18 gap.enrolment window.weekend",
            "2027-01-19 gap.enrolment window.weekend cap.one_person_a_day",
        ]

    def test_come_after_a_first_person_that_is_done(self) -> None:
        """The order of persons holds when the plan is made again in between."""
        bob = draft(self.first, 0, "bob", role="b", follower=1)
        fixed_contacts = [contact(date(2027, 1, 14), "ada", step="5")]

        assert on(placed([bob], fixed_contacts=fixed_contacts)) == [
            "2027-01-15 order.first_person cap.one_person_a_day"
        ]
        done = {"5": at("2027-01-14T10:00")}
        assert on(placed([bob], fixed_contacts=fixed_contacts, done=done)) == [
            "2027-01-15 order.first_person cap.one_person_a_day"
        ]


class TestGroups:
    call = step(id="1", channel=Channel.CALL, window="call_am", group="first")
    mail = step(id="2", window="email_pm", group="first")

    def test_count_as_one_contact(self) -> None:
        """No gap between a call and the mail that follows it."""
        found = placed([draft(self.call, 0), draft(self.mail, 1)], gap=PERSON_GAP)

        assert [placement.slot.due_at for placement in found if placement.slot] == [
            at("2027-01-11T08:30"),
            at("2027-01-11T13:00"),
        ]

    def test_move_together(self) -> None:
        """What one of them cannot do that day, the other does not do either."""
        drafts = [draft(self.call, 0, lands_again=True), draft(self.mail, 1)]

        assert on(placed(drafts, now="2027-01-11T12:00")) == ["2027-01-12 window.passed"] * 2

    def test_land_on_the_latest_day_that_one_of_them_asks_for(self) -> None:
        """Never before a day that was asked for."""
        later = structs.replace(self.mail, offset=days(1))

        assert on(placed([draft(self.call, 0), draft(later, 1)])) == [
            "2027-01-12 group.together",
            "2027-01-12",
        ]

    def test_the_rest_follows_what_is_done(self) -> None:
        """The call was made a day late; its mail goes with it, without a gap."""
        fixed_contacts = [contact(date(2027, 1, 12), group="first", channel=Channel.CALL)]

        found = placed([draft(self.mail, 1)], gap=PERSON_GAP, fixed_contacts=fixed_contacts)

        assert on(found) == ["2027-01-12 group.together"]

    def test_of_different_people_stay_apart(self) -> None:
        """A group is one contact of one person."""
        drafts = [draft(self.call, 0), draft(self.mail, 1, "bob")]

        assert on(placed(drafts)) == ["2027-01-11", "2027-01-12 cap.one_person_a_day"]


class TestAgreed:
    meeting = step(
        id="m",
        channel=Channel.MEETING,
        anchor=Anchor(AnchorKind.MEETING),
        window="agreed",
        landing=Landing.SAME_TIME,
    )

    def test_is_moved_by_no_rule(self) -> None:
        """A Sunday evening next to another contact, if that is what was agreed."""
        sunday_at = at("2027-01-17T19:00")
        fixed_contacts = [contact(date(2027, 1, 17), "bob"), contact(date(2027, 1, 15))]

        (found,) = placed(
            [draft(self.meeting)],
            gap=PERSON_GAP,
            fixed_contacts=fixed_contacts,
            meeting_at=sunday_at,
        )

        assert found.slot is not None
        assert (found.slot.due_at, found.slot.moves) == (sunday_at, ())

    def test_that_is_over_is_passed(self) -> None:
        """Half-open: it closes at the midnight after it."""
        meeting_at = at("2027-01-15T10:00")

        for now, expected in (("22:59", "2027-01-15"), ("23:00", "anchor.passed")):
            found = placed([draft(self.meeting)], now=f"2027-01-15T{now}", meeting_at=meeting_at)
            assert on(found) == [expected]

    def test_with_two_people_is_one_date(self) -> None:
        """A meeting reunites them; the cap does not part them."""
        drafts = [draft(self.meeting, 0), draft(self.meeting, 0, "bob", follower=1)]

        assert on(placed(drafts, meeting_at=at("2027-01-15T10:00"))) == ["2027-01-15"] * 2


class TestCallOther:
    first = step(id="1", channel=Channel.CALL, window="call_pm")
    other = step(id="2", channel=Channel.CALL, window="call_other", offset=days(2))

    def test_takes_the_half_day_the_planned_call_leaves(self) -> None:
        """Afternoon, then morning."""
        found = placed([draft(self.first, 0), draft(self.other, 1)])

        assert [placement.slot.due_at for placement in found if placement.slot] == [
            at("2027-01-11T13:00"),
            at("2027-01-13T08:30"),
        ]

    def test_takes_the_half_day_the_last_call_made_left(self) -> None:
        """What was done counts, not what was planned."""
        fixed_contacts = [
            contact(date(2027, 1, 8), channel=Channel.CALL, window_half="pm"),
            contact(date(2027, 1, 11), channel=Channel.CALL, window_half="am"),
            contact(date(2027, 1, 12), "bob", channel=Channel.CALL, window_half="pm"),
        ]

        (found,) = placed([draft(self.other)], fixed_contacts=fixed_contacts)

        assert found.slot is not None
        assert found.slot.due_at == at("2027-01-13T13:00")
