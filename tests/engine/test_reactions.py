"""What an event of one stream asks of others: told once per event and target."""

from datetime import UTC, date, datetime

from msgspec import Raw

from engine import events as e
from engine import requests as r
from engine.account import Account
from engine.account.state import Position
from engine.decision import Body, DecidedInput, Events, Nothing, Outcome, Under
from engine.ids import InputId, StreamId
from engine.inputs import Input
from engine.reactions import needs_state, reactions
from engine.stream import State
from engine.values import About, Channel, ContactPoint, Sealed, SequenceRef

AT = datetime(2027, 1, 11, 8, tzinfo=UTC)
NIORT = StreamId("account:niort")
RENTREE = StreamId("campaign:rentree")
ADDRESS = StreamId("contact_point:tag1")
POINT = ContactPoint("tag1", Channel.EMAIL, "a.example", Sealed("p1", "email", "AAAA"))
NUMBER = ContactPoint("tag2", Channel.CALL, "", Sealed("p1", "phone", "AAAA"))
START = date(2027, 1, 11)


def decided(stream: StreamId, outcome: Outcome, version: int = 3) -> DecidedInput:
    """Return a decision of an input nobody looks at."""
    item = Input(
        id=InputId("i1"),
        stream=stream,
        at=AT,
        actor="claire",
        source="cli",
        request=r.OpenCampaign(),
        batch="b1",
    )
    body = Body(
        stream=stream, version=version, at=AT, input=Raw(b"{}"), outcome=outcome, under=Under(2)
    )
    return DecidedInput(body, item)


def asked(
    stream: StreamId, *events: e.Event, state: State | None = None
) -> list[tuple[StreamId, r.Request]]:
    """Return target and request of each reaction."""
    raised = reactions(decided(stream, Events(events=events)), state)
    return [(item.stream, item.request) for item in raised]


def test_an_enrolment_registers_with_its_campaign() -> None:
    """The campaign opens whom it knows."""
    enrolled = e.Enrolled(
        rule="x",
        enrolment=1,
        sequence=SequenceRef("s", "h"),
        sequence_class="prospecting",
        about=About("guichet"),
        participants={},
        start_on=START,
        campaign="rentree",
    )

    assert asked(NIORT, enrolled) == [(RENTREE, r.RegisterEnrolment(account="niort", enrolment=1))]


def test_a_campaign_opens_every_enrolment_it_knows() -> None:
    """Eighty accounts begin on one order."""
    opened = e.CampaignOpened(rule="x", start_on=START, enrolments=(("a", 1), ("b", 2)))

    assert asked(RENTREE, opened) == [
        (StreamId("account:a"), r.OpenEnrolment(enrolment=1, start_on=START)),
        (StreamId("account:b"), r.OpenEnrolment(enrolment=2, start_on=START)),
    ]


def test_who_registers_after_the_opening_is_opened_at_once() -> None:
    """The race between enrolling and opening has no loser."""
    late = e.EnrolmentRegistered(rule="x", account="a", enrolment=1, is_open=True, start_on=START)
    early = e.EnrolmentRegistered(rule="x", account="b", enrolment=1)

    assert asked(RENTREE, late, early) == [
        (StreamId("account:a"), r.OpenEnrolment(enrolment=1, start_on=START))
    ]


def test_a_person_is_linked_to_each_address_and_number() -> None:
    """An objection anywhere must find every account that knows the address."""
    added = e.PersonAdded(rule="x", person="p1", role="dgs", points=(POINT,))
    more = e.ContactPointAdded(rule="x", person="p1", point=NUMBER)
    link = r.LinkPerson(account="niort", person="p1")

    assert asked(NIORT, added, more) == [(ADDRESS, link), (StreamId("contact_point:tag2"), link)]


def test_a_person_known_by_a_suppressed_address_is_stopped() -> None:
    """An address on an opt-out list stops whoever comes with it later."""
    linked = e.PersonLinked(rule="x", account="niort", person="p1", is_suppressed=True)
    free = e.PersonLinked(rule="x", account="niort", person="p2")

    assert asked(ADDRESS, linked, free) == [(NIORT, r.StopPerson(tag="tag1", person="p1"))]


def test_an_objection_stops_the_person_in_every_account() -> None:
    """It holds for the address wherever it is known."""
    objected = e.Objected(rule="x", scope="all", accounts=(("niort", "p1"), ("pau", "p7")))

    assert asked(ADDRESS, objected) == [
        (NIORT, r.StopPerson(tag="tag1", person="p1")),
        (StreamId("account:pau"), r.StopPerson(tag="tag1", person="p7")),
    ]


def test_a_dead_address_stops_with_its_own_reason() -> None:
    """Nobody objected; the address may be replaced."""
    died = e.PointDied(rule="x", accounts=(("niort", "p1"),))

    stop = r.StopPerson(tag="tag1", person="p1", reason="bounce")
    assert asked(ADDRESS, died) == [(NIORT, stop)]


def test_an_objection_stated_in_an_account_goes_to_each_address() -> None:
    """The contact points decide it everywhere."""
    stated = e.ObjectionStated(rule="x", person="p1", tags=("tag1",), touch=4)

    record = r.RecordObjection(account="niort", person="p1", touch=4)
    assert asked(NIORT, stated) == [(ADDRESS, record)]


def test_only_a_permanent_bounce_kills_an_address() -> None:
    """A full mailbox is not a dead one."""
    dead = e.BounceReceived(rule="x", person="p1", tag="tag1", code="550")
    full = e.BounceReceived(rule="x", person="p1", tag="tag1", is_permanent=False)

    record = r.RecordDeadPoint(account="niort", person="p1", code="550")
    assert asked(NIORT, dead, full) == [(ADDRESS, record)]


def test_a_reply_is_noted_at_the_addresses_of_the_person() -> None:
    """The retention clock of the address runs from it."""
    state = Account(people={"p1": Position(role="dgs", points=(POINT, NUMBER))})
    replied = e.ReplyReceived(rule="x", person="p1")

    assert needs_state(decided(NIORT, Events(events=(replied,))))
    assert asked(NIORT, replied, state=state) == [
        (ADDRESS, r.RecordIncoming(account="niort", person="p1"))
    ]
    assert asked(NIORT, replied, e.ReplyReceived(rule="x", person="p2"), state=state) == [
        (ADDRESS, r.RecordIncoming(account="niort", person="p1"))
    ]


def test_what_is_no_event_asks_nothing() -> None:
    """A refusal changes nothing anywhere."""
    assert reactions(decided(NIORT, Nothing()), None) == ()
    assert not needs_state(decided(NIORT, Nothing()))


def test_a_reaction_asked_again_is_the_same_input() -> None:
    """Carried twice after a crash, it is decided once."""
    objected = Events(events=(e.Objected(rule="x", scope="all", accounts=(("niort", "p1"),)),))

    (first,) = reactions(decided(ADDRESS, objected), None)
    (again,) = reactions(decided(ADDRESS, objected), None)
    (later,) = reactions(decided(ADDRESS, objected, version=4), None)

    assert first == again
    assert later.id != first.id
    assert (first.cause, first.batch, first.needs_w, first.at) == ("i1", "b1", 2, AT)
