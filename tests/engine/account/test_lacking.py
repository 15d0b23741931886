"""What an enrolment lacks is said when it begins, and who is dispensable is left out."""

from msgspec.structs import replace

from engine import events as e
from engine import requests as r
from engine.account.lacking import COMES_BY_ITSELF
from engine.refusals import RefusalCode
from engine.values import Channel
from engine.variables import EngineVariable
from tests.engine.account.story import DAF, DGS, HEAD, Story, code_of, points, thirty_days


def person(role: str, *channels: Channel) -> r.AddPerson:
    """Return a person who is reached by these channels alone."""
    own = tuple(point for point in points(role) if point.channel in channels)
    return r.AddPerson(person=role, role=role, points=own)


class TestEnrolment:
    def test_goes_on_without_whom_it_can_do_without(self) -> None:
        """The whole account was refused since its DAF had no address."""
        story = Story().with_people(HEAD)
        story.ask(person(DAF))

        story.ask(story.enrol(HEAD, DAF))

        assert story.state.enrolments[1].participants == {HEAD: HEAD}
        assert [event.left_out for event in story.of(e.EnrolmentLacked)] == [
            {DAF: "no_contact_point"}
        ]

    def test_leaves_out_a_colleague_whom_another_enrolment_addresses(self) -> None:
        """A second offer to a second service: its director hears of one at a time."""
        story = Story().enrolled(HEAD, DGS)
        story.ask(r.AddPerson(person="other", role=HEAD, points=points("other")))

        request = replace(story.enrol(HEAD, DGS), participants={HEAD: "other", DGS: DGS})
        story.ask(request)

        assert story.state.enrolments[2].participants == {HEAD: "other"}
        assert story.of(e.EnrolmentLacked)[-1].left_out == {DGS: "already_enrolled"}

    def test_is_refused_if_who_is_needed_cannot_be_reached(self) -> None:
        """It could never go: a refusal today, not a task in a week."""
        story = Story().with_people(DGS)
        story.ask(person(HEAD))

        outcome = story.ask(story.enrol(HEAD, DGS))

        assert code_of(outcome) is RefusalCode.NO_CONTACT_POINT
        assert story.state.enrolments == {}

    def test_of_the_dispensable_alone_is_refused_if_none_is_left(self) -> None:
        """An enrolment of nobody waits for nobody."""
        story = Story()
        story.ask(person(DAF))

        assert code_of(story.ask(story.enrol(DAF))) is RefusalCode.NO_CONTACT_POINT

    def test_says_which_role_nobody_has(self) -> None:
        """People may come later; whoever enrols knows that they must."""
        story = Story().enrolled(DGS)

        (lacked,) = story.of(e.EnrolmentLacked)
        assert lacked.roles == (HEAD,)

    def test_says_which_steps_have_no_address(self) -> None:
        """A switchboard alone: five e-mails of the plan go nowhere."""
        story = Story()
        story.ask(person(HEAD, Channel.CALL))

        story.ask(story.enrol(HEAD))

        assert [event.points for event in story.of(e.EnrolmentLacked)] == [(f"{HEAD}: email",)]

    def test_says_which_values_its_messages_need(self) -> None:
        """Nobody hears on the morning of the first e-mail that it cannot be written."""
        plan = thirty_days()
        needing = {
            key: replace(message, needs=(*message.needs, "nouveau", "jour_dernier_appel"))
            for key, message in plan.messages.items()
        }
        story = Story(replace(plan, messages=needing)).enrolled(HEAD)

        (lacked,) = story.of(e.EnrolmentLacked)
        assert "nouveau" in lacked.values
        assert EngineVariable.LAST_CALL not in lacked.values

    def test_that_lacks_nothing_says_nothing(self) -> None:
        """A line that always comes is read by nobody."""
        assert Story().enrolled(HEAD, DGS).of(e.EnrolmentLacked) == []


def test_what_comes_by_itself_is_never_lacking() -> None:
    """Days and points are the plan's own: asking for them would ask for the impossible."""
    assert set(EngineVariable) >= COMES_BY_ITSELF
