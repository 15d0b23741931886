"""What an event of one stream asks of others: once per event, deduplicated by id."""

import pytest
from msgspec.structs import replace

from engine import events as e
from engine import requests as r
from engine.decision import Body, Events, Nothing
from engine.ids import WORKSPACE, StreamId
from engine.inputs import Input
from engine.reactions import needs_state, person_reactions, reactions
from engine.rules import State
from engine.wire import decode_body_and_input, encode_body
from tests.engine.account.story import DGS, HEAD, MONDAY, Story, points


def last(story: Story) -> tuple[Body, Input | None]:
    """Return the last decision of a story as a reactor reads it."""
    return decode_body_and_input(encode_body(story.bodies[-1]))


def raised(story: Story, state: State | None = None) -> list[tuple[StreamId, r.Request]]:
    """Return what the last decision asks of others."""
    return [(item.stream, item.request) for item in reactions(*last(story), state)]


def to_persons(story: Story) -> list[tuple[StreamId, r.Request]]:
    """Return what the last decision tells the streams of persons."""
    return [(item.stream, item.request) for item in person_reactions(*last(story), None)]


class TestReactions:
    def test_of_an_enrolment_register_it_with_its_campaign(self) -> None:
        """The campaign opens those it knows."""
        story = Story().enrolled(HEAD, campaign="c")

        assert raised(story) == [
            ("campaign:c", r.RegisterEnrolment(account="commune-79191", enrolment=1))
        ]

    def test_of_an_enrolment_that_goes_on_ask_its_campaign_again(self) -> None:
        """It may have been paused or closed since the mistake that ended the enrolment."""
        story = Story().enrolled(HEAD, campaign="c")
        story.ask(r.OpenEnrolment(enrolment=1, start_on=MONDAY))
        story.ask(r.RecordOpportunity(reference="O-1"))

        story.ask(r.TakeBack(reason="un autre compte"))

        assert raised(story) == [
            ("campaign:c", r.RegisterEnrolment(account="commune-79191", enrolment=1))
        ]

    def test_of_an_enrolment_without_a_campaign_are_none(self) -> None:
        """It has nobody to wait for."""
        assert raised(Story().enrolled(HEAD)) == []

    def test_of_a_person_link_each_address(self) -> None:
        """An objection must find the account by any of them."""
        story = Story()
        story.ask(r.AddPerson(person=HEAD, role=HEAD, points=points(HEAD)))
        link = r.LinkPerson(account="commune-79191", person=HEAD)

        assert raised(story) == [
            (f"contact_point:mail-{HEAD}", link),
            (f"contact_point:call-{HEAD}", link),
        ]

    def test_of_a_second_address_link_it(self) -> None:
        """It may be suppressed already."""
        story = Story().with_people(HEAD)
        story.ask(r.AddContactPoint(person=HEAD, point=points("second")[0]))

        assert [stream for stream, _ in raised(story)] == ["contact_point:mail-second"]

    def test_of_an_objection_reach_the_person_wherever_known(self) -> None:
        """Stated in a call, it holds for the mailbox too, and in other accounts."""
        story = Story().enrolled(HEAD).run_until(Story().now)
        story.run_until(story.state.touches[2].slot.due_at)
        story.close("joint_refus", no_more_calls=True)

        assert raised(story) == []
        assert to_persons(story) == [
            (f"person:{HEAD}", r.RecordPersonObjection(account="commune-79191", touch=2))
        ]

    def test_of_a_person_tell_the_person_who_knows_it(self) -> None:
        """An objection said anywhere must find this account."""
        story = Story()
        story.ask(r.AddPerson(person=HEAD, role=HEAD, points=points(HEAD)))
        noted = r.NotePosition(account="commune-79191", points=(f"mail-{HEAD}", f"call-{HEAD}"))

        assert to_persons(story) == [(f"person:{HEAD}", noted)]

    def test_of_an_address_with_others_behind_it_link_each(self) -> None:
        """A stop of the switchboard holds for an extension of it."""
        story = Story().with_people(HEAD)
        extension = replace(points("x")[1], is_shared=True, former=("old",), behind="line")
        story.ask(r.AddContactPoint(person=HEAD, point=extension))
        link = r.LinkPerson(account="commune-79191", person=HEAD, is_shared=True)

        assert raised(story) == [
            ("contact_point:call-x", link),
            ("contact_point:old", link),
            ("contact_point:line", link),
        ]
        assert to_persons(story) == [
            (
                f"person:{HEAD}",
                r.NotePosition(account="commune-79191", points=("call-x",), shared=("call-x",)),
            )
        ]

    @pytest.mark.parametrize(("is_permanent", "count"), [(True, 1), (False, 0)])
    def test_of_a_bounce_mark_the_address_if_it_is_dead(
        self,
        is_permanent: bool,  # noqa: FBT001 (a column of the table)
        count: int,
    ) -> None:
        """A full mailbox is no dead one."""
        story = Story().enrolled(HEAD)
        story.ask(r.RecordBounce(person=HEAD, is_permanent=is_permanent))

        assert len(raised(story)) == count

    def test_of_a_reply_note_what_came_in(self) -> None:
        """How long an address may be kept counts from it; the state knows the addresses."""
        story = Story().enrolled(HEAD, DGS)
        story.ask(r.RecordReply(person=HEAD))

        assert needs_state(story.bodies[-1])
        assert [stream for stream, _ in raised(story, story.state)] == [
            f"contact_point:mail-{HEAD}"
        ]
        assert raised(story) == []

    def test_of_a_fault_of_the_mailbox_hold_it(self) -> None:
        """The account hears of it first; the mailbox is the workspace's."""
        story = Story().enrolled(HEAD)
        story.run_until(story.state.touches[1].slot.due_at, sends=r.Reach.UNKNOWN)
        fault = "mailbox.refused:auth 535 5.7.8"
        story.ask(
            r.RecordAttempt(
                touch=1, attempt=1, reach=r.Reach.NOT_SENT, code=fault, mailbox="contact"
            )
        )

        assert raised(story) == [(WORKSPACE, r.HoldMailbox(mailbox="contact", code=fault))]

    def test_have_ids_made_of_event_and_target(self) -> None:
        """Asked twice, decided once; nobody keeps a list of what was asked."""
        story = Story().enrolled(HEAD, campaign="c")
        (first,) = reactions(*last(story), None)
        (again,) = reactions(*last(story), None)

        assert first == again
        assert first.id.startswith("re:")
        assert (first.needs_w, first.cause) == (2, "input-4")

    def test_of_what_changed_nothing_are_none(self) -> None:
        """Refusals and repeats ask nothing of anybody."""
        body = Story().bodies[0]
        quiet = Body(stream=body.stream, version=0, at=body.at, input=body.input, outcome=Nothing())

        assert (reactions(quiet, None, None), needs_state(quiet)) == ((), False)

    def test_of_a_quarantined_input_name_no_cause(self) -> None:
        """The events stand by themselves."""
        body = Story().bodies[0]
        added = e.PersonAdded(rule="x", person="p", role="dgs", points=points("p"))
        unread = Body(
            stream=body.stream,
            version=1,
            at=body.at,
            input=body.input,
            outcome=Events(events=(added,)),
        )

        assert {item.cause for item in reactions(unread, None, None)} == {""}
        assert all(isinstance(item, Input) for item in reactions(unread, None, None))
