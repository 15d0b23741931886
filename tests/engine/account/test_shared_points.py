"""What an objection by a shared address ends, and what a lifted one allows again (S3)."""

from engine import events as e
from engine import requests as r
from engine.decision import Nothing
from engine.values import Channel
from tests.engine.account.story import DGS, DSI, HEAD, Story, at


def written() -> Story:
    """Return a story in which the first e-mail was sent, to one of three people."""
    return Story().enrolled(HEAD, DGS, DSI).run_until(at("2027-01-20"))


class TestSharedPoint:
    def test_objected_by_a_shared_number_ends_that_channel_alone(self) -> None:
        """« Ne plus appeler ce numéro »: the others at the switchboard keep their addresses."""
        story = written()

        story.ask(r.StopPoint(tag=f"call-{DGS}", person=DGS))

        position = story.state.people[DGS]
        assert (position.stopped_by, position.stopped_tags) == ("", (f"call-{DGS}",))
        left = {touch.channel for touch in story.state.touches.values() if touch.person == DGS}
        assert left
        assert Channel.CALL not in left
        assert story.ask(r.StopPoint(tag=f"call-{DGS}", person=DGS)) == Nothing()

    def test_objected_by_an_address_of_nobody_here_is_nothing(self) -> None:
        """It was another's, or is of an account that was merged."""
        story = written()
        assert story.ask(r.StopPoint(tag="call-x", person=DGS)) == Nothing()
        assert story.ask(r.StopPoint(tag=f"call-{DGS}", person="x")) == Nothing()

    def test_objected_by_the_number_of_every_call_takes_open_calls_away(self) -> None:
        """A task on somebody's list is a call that is about to be made."""
        story = Story().enrolled(HEAD).run_until(at("2027-01-21", 18))
        assert story.kinds() == ["call"]

        story.ask(r.StopPoint(tag=f"call-{HEAD}", person=HEAD))

        assert story.kinds() == []
        assert "exit.objection" in story.rules_of(e.TouchSkipped)

    def test_lifted_lets_the_person_be_assigned_again(self) -> None:
        """It was recorded by mistake; what it withdrew stays withdrawn."""
        story = written()
        story.ask(r.StopPerson(tag="", person=DGS))
        story.ask(r.StopPoint(tag=f"call-{DSI}", person=DSI))
        planned = len(story.planned())

        story.ask(r.LiftStop(person=DGS))
        story.ask(r.LiftStop(person=DSI, tag=f"call-{DSI}"))

        people = story.state.people
        assert (people[DGS].stopped_by, people[DSI].stopped_tags) == ("", ())
        assert len(story.planned()) == planned
        assert story.ask(r.LiftStop(person=DGS)) == Nothing()
        assert story.ask(r.LiftStop(person="x")) == Nothing()
