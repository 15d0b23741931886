"""What holds for an address wherever it is known."""

import pytest
from msgspec import Raw

from engine import events as e
from engine import requests as r
from engine import rules
from engine.contact_point import ContactPointState, decide, fold
from engine.decision import Events, Nothing, Outcome
from engine.errors import StreamDamageError
from engine.ids import InputId, StreamId
from engine.inputs import Input
from engine.reactions import reactions
from engine.refusals import RefusalCode
from engine.requests import Request
from engine.wire import decode_body_and_input, encode_body, encode_input
from engine.workspace import Workspace
from tests.engine.account.story import MONDAY, at, code_of

POINT = StreamId("contact_point:tag")


class Told:
    """An address, and what was asked of it."""

    def __init__(self, *requests: Request) -> None:
        """Ask these first."""
        self.stream = rules.new(POINT)
        self.count = 0
        self.reactions: list[tuple[str, Request]] = []
        self.reaction_ids: list[InputId] = []
        for request in requests:
            self.ask(request)

    def ask(self, request: Request) -> Outcome:
        """Ask, fold, and keep what other streams are asked for it."""
        self.count += 1
        item = Input(
            id=InputId(f"i{self.count}"),
            stream=POINT,
            at=at(MONDAY),
            actor="ana",
            source="test",
            request=request,
        )
        body = rules.decide(self.stream, Workspace(), item, Raw(encode_input(item)))
        self.stream = rules.evolve(self.stream, body, item.id, self.count)
        raised = reactions(*decode_body_and_input(encode_body(body)), None)
        self.reactions = [(item.stream, item.request) for item in raised]
        self.reaction_ids = [item.id for item in raised]
        return body.outcome


LINK = r.LinkPerson(account="1", person="p")
OTHER = r.LinkPerson(account="2", person="p")
STOP = r.StopPerson(tag="tag", person="p")


class TestLinkPerson:
    def test_remembers_who_knows_the_address(self) -> None:
        """An objection must find every account."""
        assert Told(LINK).stream.state == ContactPointState(known_by=(("1", "p"),))

    def test_again_is_nothing(self) -> None:
        """Reactors deliver at least once."""
        assert Told(LINK).ask(LINK) == Nothing()

    def test_of_a_suppressed_address_stops_the_person_at_once(self) -> None:
        """Known after the objection, and not to be written to either."""
        told = Told(LINK, r.RecordObjection())

        told.ask(OTHER)

        assert told.reactions == [("account:2", STOP)]

    def test_of_a_dead_address_is_no_objection(self) -> None:
        """The address does not exist; the person never said a word."""
        told = Told(LINK, r.RecordDeadPoint(code="5.1.1"))

        told.ask(OTHER)

        assert told.reactions == [
            ("account:2", r.StopPerson(tag="tag", person="p", reason="bounce"))
        ]

    def test_of_an_address_that_died_and_objected_is_an_objection(self) -> None:
        """The stronger reason holds."""
        told = Told(r.RecordDeadPoint(), r.RecordObjection())

        told.ask(LINK)

        assert told.reactions == [("account:1", STOP)]


class TestRecordObjection:
    def test_is_told_to_every_account_that_knows_the_address(self) -> None:
        """Recorded in one account, it holds in all."""
        told = Told(LINK, OTHER)

        told.ask(r.RecordObjection(account="1", person="p"))

        assert told.reactions == [("account:1", STOP), ("account:2", STOP)]

    def test_of_a_shared_address_reaches_each_person(self) -> None:
        """Two stops under one id: the account would take the second for a repeat of the first."""
        told = Told(LINK, r.LinkPerson(account="1", person="q"), OTHER)

        told.ask(r.RecordObjection())

        assert told.reactions == [
            ("account:1", r.StopPoint(tag="tag", person="p")),
            ("account:1", r.StopPoint(tag="tag", person="q")),
            ("account:2", r.StopPoint(tag="tag", person="p")),
        ]
        assert len(set(told.reaction_ids)) == 3

    def test_again_is_nothing(self) -> None:
        """Each address of the person says it, and the person says it twice."""
        assert Told(r.RecordObjection()).ask(r.RecordObjection()) == Nothing()

    def test_of_an_address_nobody_knows_stands(self) -> None:
        """Opt-out lists name people we have not met yet."""
        told = Told()

        assert isinstance(told.ask(r.RecordObjection()), Events)
        assert told.stream.state.is_suppressed  # type: ignore[union-attr]  # the state of an address


class TestRecordDeadPoint:
    def test_is_told_to_every_account(self) -> None:
        """None of them writes to it again."""
        told = Told(LINK)

        told.ask(r.RecordDeadPoint(code="5.1.1"))

        assert told.reactions == [
            ("account:1", r.StopPerson(tag="tag", person="p", reason="bounce"))
        ]

    def test_again_is_nothing(self) -> None:
        """Mail servers repeat themselves."""
        assert Told(r.RecordDeadPoint()).ask(r.RecordDeadPoint()) == Nothing()


def test_an_incoming_message_is_noted() -> None:
    """How long an address may be kept counts from the last one."""
    told = Told(LINK, r.RecordIncoming(account="1", person="p"))

    assert told.stream.state.incoming_at == at(MONDAY)  # type: ignore[union-attr]  # the state of an address


def test_what_belongs_to_another_stream_is_refused() -> None:
    """A routing fault must be seen."""
    assert code_of(Told().ask(r.OpenCampaign())) is RefusalCode.WRONG_STREAM
    item = Input(
        id=InputId("i"),
        stream=POINT,
        at=at(MONDAY),
        actor="ana",
        source="test",
        request=r.Adopt(w=1),
    )
    assert code_of(decide(ContactPointState(), item, at(MONDAY))) is RefusalCode.WRONG_STREAM


def test_an_event_of_another_stream_is_damage() -> None:
    """No decision could have written it."""
    with pytest.raises(StreamDamageError):
        fold(ContactPointState(), (e.PersonDeparted(rule="x", person="p"),), at(MONDAY), POINT)
