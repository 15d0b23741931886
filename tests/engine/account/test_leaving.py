"""No way out of an open account without a dated next point, or a stated reason (C16.1)."""

from datetime import date

import pytest
from msgspec.structs import replace

from engine import events as e
from engine import requests as r
from engine.refusals import RefusalCode
from engine.values import NextPoint
from tests.engine.account.story import ASSESSED, DGS, HEAD, POINT, Story, at, code_of, sealed

FRIDAY = at("2027-01-29", 14)


def asked(story: Story) -> bool:
    """Return whether somebody is asked for the next point, and nothing else waits."""
    rules = [event.rule for event in story.of(e.TaskOpened) if event.kind == "next_point"]
    return story.kinds() == ["next_point"] and rules[-1] == "milestone.missing"


def ended_by_silence(story: Story) -> Story:
    """Return a story in which every call reached nobody, and nobody answered."""
    for day in ("2027-01-21", "2027-01-26", "2027-02-04"):
        story.run_until(at(day, 18))
        for number, task in tuple(story.state.tasks.items()):
            outcome = "absent" if task.kind == "call" else "done"
            story.ask(r.CompleteTask(task=number, outcome=outcome))
    return story.run_until(at("2027-02-27"))


@pytest.mark.capability("C16.2")
@pytest.mark.capability("C16.1", "C16.2")
class TestSilence:
    def test_takes_the_point_that_the_enrolment_promises(self) -> None:
        """1.14 did not leave: the point it would have fixed is fixed all the same."""
        story = Story().enrolled(HEAD)
        story.ask(r.SkipTouch(touch=story.touch("1.14"), reason="déjà dit"))

        ended_by_silence(story)

        assert [event.reason for event in story.of(e.EnrolmentFinished)] == ["exhausted"]
        assert story.rules_of(e.MilestoneSet) == ["milestone.default"]
        assert story.kinds() == []

    def test_without_a_promised_point_asks_for_one(self) -> None:
        """A sequence alone promises nothing: somebody says when, or why not."""
        story = Story().with_people(HEAD)
        story.ask(replace(story.enrol(HEAD), next_point=None))
        story.ask(r.SkipTouch(touch=story.touch("1.14"), reason="x"))

        assert asked(ended_by_silence(story))

    def test_keeps_a_point_that_was_agreed(self) -> None:
        """What somebody agreed is not moved by an end."""
        story = Story().enrolled(HEAD)
        story.ask(r.SkipTouch(touch=story.touch("1.14"), reason="x"))
        story.ask(r.SetMilestone(next_point=POINT))

        assert ended_by_silence(story).state.milestone == POINT


@pytest.mark.capability("C16.1")
class TestExchange:
    def test_whose_meeting_is_skipped_asks(self) -> None:
        """`touches skip` on the meeting ended without a next point."""
        story = Story().enrolled(HEAD)
        story.ask(r.RecordMeeting(person=HEAD, meeting_at=FRIDAY))
        story.ask(r.SkipTouch(touch=story.touch("1.13", ""), reason="x"))

        story.ask(r.SkipTouch(touch=story.touch("1.8"), reason="annulé"))

        assert asked(story)

    def test_whose_own_meeting_is_skipped_asks(self) -> None:
        """After the end of every enrolment, too."""
        story = Story().enrolled(HEAD)
        story.ask(r.Withdraw(enrolment=1, reason="doublon"))
        story.ask(r.RecordMeeting(person=HEAD, meeting_at=FRIDAY))

        story.ask(r.SkipTouch(touch=story.touch(""), reason="annulé"))

        assert asked(story)

    def test_sent_back_at_the_end_asks(self) -> None:
        """`back`, and nothing is left to go back to."""
        story = Story().enrolled(HEAD).run_until(at("2027-01-20"))
        story.ask(r.RecordReply(person=HEAD))
        story.now = at("2027-01-21", 9)
        story.close("back", kind="after_reply")
        for touch in tuple(story.state.touches):
            if touch in story.state.touches:
                story.ask(r.SkipTouch(touch=touch, reason="x"))

        assert asked(story)

    @pytest.mark.parametrize("outcome", ["back", "stay"])
    def test_closed_with_the_next_point_asks_nothing(self, outcome: str) -> None:
        """Whoever says it at once is not asked again; it was taken and forgotten."""
        story = Story().enrolled(HEAD)
        story.ask(r.Withdraw(enrolment=1, reason="doublon"))
        story.ask(r.RecordReply(person=HEAD))

        story.close(outcome, kind="after_reply", next_point=POINT)

        assert (story.kinds(), story.state.milestone) == ([], POINT)

    def test_closed_with_a_past_point_is_refused(self) -> None:
        """It reminds nobody."""
        story = Story().enrolled(HEAD)
        story.ask(r.RecordReply(person=HEAD))
        past = NextPoint(date(2026, 1, 5), "point", "note")

        outcome = story.close("stay", kind="after_reply", next_point=past)

        assert code_of(outcome) is RefusalCode.INSTANT_PAST

    def test_whose_steps_are_over_asks(self) -> None:
        """Somebody spoke to us: no promise of a campaign stands for what to say next."""
        story = Story().enrolled(HEAD).run_until(at("2027-01-21", 18))
        story.close("joint_interesse", **ASSESSED)
        for touch in tuple(story.state.touches):
            if touch in story.state.touches:
                story.ask(r.SkipTouch(touch=touch, reason="x"))

        assert asked(story)


@pytest.mark.capability("C16.1")
class TestOtherEnds:
    @pytest.mark.parametrize("given", [{}, {"next_point": POINT}])
    def test_nobody_in_a_required_role_asks(self, given: dict[str, NextPoint]) -> None:
        """The collectivité is still there."""
        story = Story().enrolled(HEAD)
        story.ask(r.RecordBounce(person=HEAD))

        story.close("nobody", kind="find_replacement", **given)

        assert asked(story) is not bool(given)
        assert story.state.milestone == given.get("next_point")

    @pytest.mark.parametrize("given", [{"outcome": "done"}, {"outcome": "skipped"}])
    def test_close_with_a_point_or_a_reason(self, given: dict[str, str]) -> None:
        """Neither is no answer."""
        story = Story().enrolled(HEAD)
        story.ask(r.RecordBounce(person=HEAD))
        story.close("nobody", kind="find_replacement")

        outcome = story.close(kind="next_point", **given)
        story.close("skipped", kind="next_point", note=sealed("note", "note"))

        assert code_of(outcome) in {RefusalCode.MILESTONE_REQUIRED, RefusalCode.REASON_REQUIRED}
        assert story.kinds() == []

    @pytest.mark.parametrize(
        "end",
        [
            r.Withdraw(enrolment=1, reason="doublon"),
            r.RecordOpportunity(reference="OPP-1"),
            r.RecordRefusal(person=HEAD),
            r.ChangeStatus(
                status="client",
                evidence="contract",
                reference="C-1",
                signed_on=date(2027, 1, 11),
            ),
        ],
    )
    def test_that_say_why_ask_nothing(self, end: r.Request) -> None:
        """The reason is on record."""
        story = Story().enrolled(HEAD)

        story.ask(end)

        assert story.kinds() == []

    def test_by_a_stage_that_somebody_gave_ask(self) -> None:
        """An opportunity has exactly one next point."""
        story = Story().enrolled(HEAD)
        story.ask(r.ChangeStatus(status="prospect"))

        assert asked(story)

    def test_are_asked_about_once(self) -> None:
        """The alarm of silence asks for the same: one open question is enough."""
        story = Story().enrolled(HEAD)
        story.ask(r.ChangeStatus(status="prospect"))

        assert asked(story.run_until(at("2027-04-01")))

    def test_of_one_of_two_enrolments_ask_nothing(self) -> None:
        """The other goes on."""
        story = Story().enrolled(HEAD).with_people(DGS)
        story.ask(story.enrol(DGS))
        story.ask(r.RecordBounce(person=HEAD))

        story.close("nobody", kind="find_replacement")

        assert "next_point" not in story.kinds()
