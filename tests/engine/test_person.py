"""What holds for a human wherever he or she stands."""

from datetime import timedelta

import pytest

from engine import events as e
from engine import requests as r
from engine.decision import Events, Nothing
from engine.errors import StreamDamageError
from engine.ids import InputId, StreamId
from engine.inputs import Input
from engine.person import PersonState, decide, fold
from engine.reactions import reactions
from engine.refusals import RefusalCode
from engine.values import Sealed
from tests.engine.account.story import MONDAY, at, code_of
from tests.engine.streams import Told

PERSON = StreamId("person:p")
HERE = r.NotePosition(account="1", points=("mail", "call"))
THERE = r.NotePosition(account="2", points=("mail",))
OBJECTION = r.RecordPersonObjection(account="1", touch=4)
LIFT = r.LiftObjection(reason=Sealed("p", "lift_reason", "sealed"))
STOP = r.StopPerson(tag="", person="p")
OWN = r.SuppressOwnPoint(account="1", person="p", touch=4)


def told(*requests: r.Request) -> Told:
    """Return a person who was asked these."""
    person = Told(PERSON)
    for request in requests:
        person.ask(request)
    return person


def raised(person: Told) -> list[tuple[str, r.Request]]:
    """Return what the last decision asks of others."""
    return [(item.stream, item.request) for item in reactions(person.bodies[-1], None, None)]


class TestNotePosition:
    def test_remembers_who_knows_the_person_and_by_what(self) -> None:
        """An objection must find every account, and every address."""
        state = told(HERE, THERE).stream.state

        assert state == PersonState(known_by=("1", "2"), points=("mail", "call"))

    def test_again_is_nothing(self) -> None:
        """Reactors deliver at least once."""
        assert told(HERE).ask(HERE) == Nothing()

    def test_of_somebody_who_objected_stops_the_person_there_too(self) -> None:
        """Known to an account only later, and not to be written to either."""
        person = told(OBJECTION)

        person.ask(THERE)

        own = r.SuppressOwnPoint(account="2", person="p")
        assert raised(person) == [("account:2", STOP), ("contact_point:mail", own)]


class TestRecordPersonObjection:
    def test_reaches_every_account_and_every_point(self) -> None:
        """Which of the points are the person's own, they know themselves."""
        person = told(HERE, THERE)

        person.ask(OBJECTION)

        assert raised(person) == [
            ("account:1", STOP),
            ("account:2", STOP),
            ("contact_point:mail", OWN),
            ("contact_point:call", OWN),
        ]

    def test_again_is_nothing(self) -> None:
        """It was said, and it holds."""
        assert told(HERE, OBJECTION).ask(OBJECTION) == Nothing()

    def test_of_somebody_nobody_knows_stands(self) -> None:
        """It binds whoever learns of the person, and by whatever address, later."""
        person = told()

        assert isinstance(person.ask(OBJECTION), Events)
        assert raised(person) == [("account:1", STOP)]

    def test_heard_in_an_account_unknown_so_far_stops_the_person_there(self) -> None:
        """A position may be carried later than what was said in it."""
        person = told(r.RecordPersonObjection())

        person.ask(OBJECTION)

        assert raised(person) == [("account:1", STOP)]

    def test_first_hand_after_a_recorded_one_is_nobody_elses_to_lift(self) -> None:
        """Somebody recorded it by mistake, then the person said so."""
        person = told(HERE, OBJECTION, r.RecordPersonObjection(is_first_hand=True))

        assert code_of(person.ask(LIFT)) is RefusalCode.OBJECTION_STANDS


class TestLiftObjection:
    def test_is_told_to_every_account_and_every_point(self) -> None:
        """Each of them had been told of the objection."""
        person = told(HERE, OBJECTION)

        person.ask(LIFT)

        back = r.LiftObjection(person="p")
        assert raised(person) == [
            ("account:1", r.LiftStop(person="p")),
            ("contact_point:mail", back),
            ("contact_point:call", back),
        ]
        assert person.stream.state == PersonState(known_by=("1",), points=("mail", "call"))

    def test_of_no_objection_is_nothing(self) -> None:
        """It was lifted a moment ago."""
        assert told(HERE).ask(LIFT) == Nothing()

    def test_of_a_point_lifts_only_what_came_by_it(self) -> None:
        """The person may have objected in another way as well."""
        by_point = r.LiftObjection(tag="mail", reason=LIFT.reason)

        assert told(HERE, OBJECTION).ask(by_point) == Nothing()
        said_by_it = told(HERE, r.RecordPersonObjection(tag="mail"))
        assert isinstance(said_by_it.ask(by_point), Events)

    def test_after_a_week_is_refused(self) -> None:
        """What nobody doubted for a week is taken at its word."""
        person = told(OBJECTION)

        outcome = person.ask(LIFT, when=person.now + timedelta(days=8))

        assert code_of(outcome) is RefusalCode.OBJECTION_STANDS

    def test_that_races_another_objection_gives_way_to_it(self) -> None:
        """Whoever objects again after a mistake means it."""
        person = told(HERE, OBJECTION, LIFT)

        assert isinstance(person.ask(OBJECTION), Events)
        assert person.stream.state.objected_at == at(MONDAY, 8)  # type: ignore[union-attr]  # the state of a person


def test_what_belongs_to_another_stream_is_refused() -> None:
    """A routing fault must be seen."""
    assert code_of(told().ask(r.OpenCampaign())) is RefusalCode.WRONG_STREAM
    item = Input(
        id=InputId("i"),
        stream=PERSON,
        at=at(MONDAY),
        actor="ana",
        source="test",
        request=r.Adopt(w=1),
    )
    assert code_of(decide(PersonState(), item, at(MONDAY))) is RefusalCode.WRONG_STREAM


def test_an_event_of_another_stream_is_damage() -> None:
    """No decision could have written it."""
    with pytest.raises(StreamDamageError):
        fold(PersonState(), (e.PersonDeparted(rule="x", person="p"),), at(MONDAY), PERSON)
