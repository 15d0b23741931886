"""S1: an answer stops outreach for whom it concerns, and asks for one today."""

from datetime import date

import pytest

from engine import events as e
from engine import requests as r
from engine.decision import Events, Nothing
from engine.plan import Phase
from engine.refusals import RefusalCode
from tests.engine.account.story import (
    DGS,
    DSI,
    ELU,
    HEAD,
    POINT,
    Story,
    at,
    by_hand,
    code_of,
)

FRIDAY = at("2027-01-29", 14)


def written() -> Story:
    """Return a story in which the first e-mail was sent, to one of three people."""
    return Story().enrolled(HEAD, DGS, DSI).run_until(at("2027-01-20"))


class TestReply:
    @pytest.mark.capability("C12.4")
    def test_stops_outreach_for_everybody_and_asks_for_an_answer_today(self) -> None:
        """S1: whoever answered must not get the next automatic message, nor must a colleague."""
        story = written()

        story.ask(r.RecordReply(touch=1))

        assert story.planned() == {}
        assert story.state.enrolments[1].phase is Phase.ENGAGED
        assert [(task.kind, task.due_on) for task in story.state.tasks.values()] == [
            ("after_reply", date(2027, 1, 20))
        ]

    def test_by_a_colleague_outside_the_enrolment_concerns_the_account(self) -> None:
        """« Je réponds pour ma collègue »: outreach to her went on."""
        story = Story().enrolled(HEAD)
        story.with_people(DGS)

        story.ask(r.RecordReply(person=DGS))

        assert story.planned() == {}
        assert story.state.enrolments[1].phase is Phase.ENGAGED
        assert [
            (task.kind, task.person, task.enrolment) for task in story.state.tasks.values()
        ] == [("after_reply", DGS, 1)]

    def test_of_who_takes_part_in_one_enrolment_leaves_the_others(self) -> None:
        """Two offers to two services: an answer about one says nothing of the other."""
        story = Story().enrolled(HEAD).enrolled(DGS)

        story.ask(r.RecordReply(person=DGS))

        phases = [enrolment.phase for enrolment in story.state.enrolments.values()]
        assert phases == [Phase.OUTREACH, Phase.ENGAGED]

    def test_twice_opens_one_task(self) -> None:
        """Two messages in a row are two events and one thing to do."""
        story = written()
        story.ask(r.RecordReply(touch=1, message_id="<a@x>"))

        story.ask(r.RecordReply(touch=1, message_id="<b@x>"))

        assert (len(story.of(e.ReplyReceived)), story.kinds()) == (2, ["after_reply"])

    @pytest.mark.parametrize(
        ("request_", "code"),
        [
            (r.RecordReply(touch=99), RefusalCode.UNKNOWN_TOUCH),
            (r.RecordReply(touch=-1), RefusalCode.UNKNOWN_TOUCH),
            (r.RecordReply(person="nobody"), RefusalCode.UNKNOWN_PERSON),
            (r.RecordReply(), RefusalCode.PERSON_REQUIRED),
        ],
    )
    def test_from_nobody_we_know_is_refused(
        self, request_: r.RecordReply, code: RefusalCode
    ) -> None:
        """A reply filed under nobody would stop nothing."""
        assert code_of(written().ask(request_)) is code

    def test_to_work_that_addressed_nobody_is_refused(self) -> None:
        """A deliverable has no reader yet."""
        story = written()
        story.ask(r.RecordMeeting(enrolment=1, person=HEAD, meeting_at=FRIDAY))

        outcome = story.ask(r.RecordReply(touch=story.touch("1.13", "")))

        assert code_of(outcome) is RefusalCode.UNKNOWN_TOUCH

    @pytest.mark.capability("C12.4")
    def test_of_the_same_second_beats_the_message_that_was_due(self) -> None:
        """C12.4: decided first, it leaves nothing to attempt."""
        story = Story().enrolled(HEAD, DGS)
        due_at = story.state.touches[1].slot.due_at
        story.ask(r.RecordReply(person=DGS), when=due_at)

        outcome = story.ask(r.AttemptTouch(touch=1, attempt=1, due_at=due_at, fired_at=due_at))

        assert (outcome, story.of(e.TouchAttempted)) == (Nothing(), [])

    def test_after_the_end_is_still_answered(self) -> None:
        """People answer weeks later; the sequence is over, the person is not."""
        story = written()
        story.ask(r.Withdraw(enrolment=1, reason="doublon"))

        story.ask(r.RecordReply(touch=1))

        assert [(task.kind, task.enrolment) for task in story.state.tasks.values()] == [
            ("after_reply", 0)
        ]
        assert isinstance(story.close("finish", kind="after_reply", next_point=POINT), Events)

    def test_of_somebody_written_to_by_hand_stops_the_sequence_too(self) -> None:
        """The élu is no participant; an answer from there is an answer."""
        story = written()
        story.with_people(ELU)
        story.ask(r.RecordReply(person=HEAD))
        story.close("back", kind="after_reply")
        story.ask(by_hand(ELU, date(2027, 1, 22)))
        number = story.touch("", ELU)
        story.run_until(at("2027-01-22", 12))

        story.ask(r.RecordReply(touch=number))

        assert story.state.enrolments[1].phase is Phase.ENGAGED

    def test_of_a_colleague_is_the_colleagues(self) -> None:
        """The message went to the head, the DGS answers it: both are known."""
        story = written()

        story.ask(r.RecordReply(touch=1, person=DGS))

        assert story.state.enrolments[1].replied == (DGS,)

    def test_before_the_campaign_opens_can_end_the_enrolment(self) -> None:
        """An answer to something else must not leave an enrolment that waits for ever."""
        story = Story().enrolled(HEAD, campaign="c")
        story.ask(r.RecordReply(person=HEAD))

        story.close("stay", kind="after_reply")

        assert [event.reason for event in story.of(e.EnrolmentFinished)] == ["engaged"]
