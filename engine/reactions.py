"""What an event of one stream asks of other streams.

Two readers carry them, each with a cursor of its own: `reactions` what there has been from
the first record on, `person_reactions` what the streams of persons are told.  Whoever began
before there were such streams tells them the whole log, once.

Pure, and asked at least once per event: a reaction's id is made of the event, its target
and its place among what the event asks of that target, so that each is decided once,
however often it is asked.  Safety never waits for a reaction: an attempt re-checks
everything under the rules in force then.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date

from msgspec.structs import replace

from engine import events as e
from engine import requests as r
from engine.account import Account
from engine.campaign_orders import CLOSED, PAUSED, RESUMED
from engine.contact_point import whose_word
from engine.decision import Body
from engine.ids import WORKSPACE, InputId, StreamId, StreamKind, kind_of, name_of, stream_id
from engine.inputs import REACTOR, Input, Lane
from engine.requests import Request
from engine.rules import State
from engine.values import Channel, ContactPoint

Reaction = tuple[StreamId, Request]

STOPS = (
    r.StopPerson, r.StopPoint, r.LiftStop, r.LiftObjection, r.RecordPersonObjection,
    r.SuppressOwnPoint, r.RecordObjection, r.RecordDeadPoint, r.HoldMailbox,
)  # fmt: skip
ACTOR = "engine"


def reactions(body: Body, cause: Input | None, state: State | None) -> tuple[Input, ...]:
    """Return the inputs that a valid decision raises in other streams, in order.

    Args:
        body: The decision.
        cause: Its input; None if that does not decode.
        state: State of its stream at or after it, where `needs_state` asks for it.
    """
    return _raised(body, cause, lambda event: _reactions(body.stream, event, state))


def person_reactions(body: Body, cause: Input | None, state: State | None) -> tuple[Input, ...]:
    """Return what a valid decision tells the streams of persons; as `reactions`."""
    del state
    return _raised(body, cause, lambda event: _to_persons(body.stream, event))


def _raised(
    body: Body, cause: Input | None, asked_by: Callable[[e.Event], Iterable[Reaction]]
) -> tuple[Input, ...]:
    names: Counter[str] = Counter()
    raised: list[Input] = []
    for index, event in enumerate(body.events):
        for target, request in asked_by(event):
            kind = r.wire_name(type(request).__name__)
            name = f"{body.stream}/{body.version}/{index}/{target}/{kind}"
            # Two people of one account may share an address: each is a reaction of its own.
            named = f"{name}/{names[name]}" if names[name] else name
            raised.append(_input(body, cause, name=named, target=target, request=request))
            names[name] += 1
    return tuple(raised)


def lane_of(reaction: Input) -> Lane:
    """Return the lane of a reaction: stops overtake, what fans out must not hold answers up."""
    return Lane.EXPRESS if isinstance(reaction.request, STOPS) else Lane.BULK


def needs_state(body: Body) -> bool:
    """Whether `reactions` must be given the state of the decision's stream."""
    return any(isinstance(event, e.ReplyReceived) for event in body.events)


def _input(
    body: Body, cause: Input | None, *, name: str, target: StreamId, request: Request
) -> Input:
    digest = hashlib.blake2b(name.encode(), digest_size=15).hexdigest()
    return Input(
        id=InputId(f"re:{digest}"),
        stream=target,
        at=body.at,
        actor=ACTOR,
        source=REACTOR,
        request=request,
        batch=cause.batch if cause else "",
        needs_w=body.under.w,
        cause=cause.id if cause else "",
    )


def _reactions(stream: StreamId, event: e.Event, state: State | None) -> Iterator[Reaction]:
    name = name_of(stream)
    match event:
        case (
            e.Enrolled(campaign=campaign, enrolment=enrolment)
            | e.EnrolmentReopened(campaign=campaign, enrolment=enrolment)
        ) if campaign:
            request = r.RegisterEnrolment(account=name, enrolment=enrolment)
            yield stream_id(StreamKind.CAMPAIGN, campaign), request
        case e.EnrolmentRegistered():
            yield from _registered(event)
        case (
            e.CampaignOpened(start_on=start_on, enrolments=enrolments)
            | e.EnrolmentsReleased(start_on=start_on, enrolments=enrolments)
        ):
            for account, enrolment in enrolments:
                yield _account(account), r.OpenEnrolment(enrolment=enrolment, start_on=start_on)
        case e.CampaignPaused() | e.CampaignResumed() | e.CampaignClosed() | e.EnrolmentsTold():
            yield from _orders(event)
        case e.PersonAdded(person=person, points=points):
            for point in points:
                yield from _links(name, person, point)
        case e.ContactPointAdded(person=person, point=point):
            yield from _links(name, person, point)
        case e.TouchSettled(mailbox=mailbox, code=code) if mailbox:
            yield WORKSPACE, r.HoldMailbox(mailbox=mailbox, code=code)
        case _:
            yield from _stops(stream, event, state)


def _registered(event: e.EnrolmentRegistered) -> Iterator[Reaction]:
    account, number = _account(event.account), event.enrolment
    if event.order:
        yield account, _order(event.order, number, reason=event.reason, until=event.until)
    if event.is_open and event.start_on is not None and event.order != CLOSED:
        yield account, r.OpenEnrolment(enrolment=number, start_on=event.start_on)


def _orders(
    event: e.CampaignPaused | e.CampaignResumed | e.CampaignClosed | e.EnrolmentsTold,
) -> Iterator[Reaction]:
    order, reason, until = _said(event)
    for account, number in event.enrolments:
        yield _account(account), _order(order, number, reason=reason, until=until)


def _said(
    event: e.CampaignPaused | e.CampaignResumed | e.CampaignClosed | e.EnrolmentsTold,
) -> tuple[str, str, date | None]:
    match event:
        case e.CampaignPaused(reason=reason, until=until):
            return PAUSED, reason, until
        case e.CampaignResumed():
            return RESUMED, "", None
        case e.CampaignClosed(reason=reason):
            return CLOSED, reason, None
        case e.EnrolmentsTold(order=order, reason=reason, until=until):
            return order, reason, until


def _order(order: str, number: int, *, reason: str, until: date | None) -> Request:
    match order:
        case "paused":
            return r.PauseForCampaign(enrolment=number, reason=reason, until=until)
        case "resumed":
            return r.ResumeForCampaign(enrolment=number)
        case _:
            return r.CloseForCampaign(enrolment=number, reason=reason)


def _stops(stream: StreamId, event: e.Event, state: State | None) -> Iterator[Reaction]:
    name = name_of(stream)
    match event:
        case e.PersonLinked(is_suppressed=True, is_shared=True, reason="objection"):
            yield _account(event.account), r.StopPoint(tag=name, person=event.person)
        case e.PersonLinked(account=account, person=person, is_suppressed=True, reason=reason):
            yield _account(account), r.StopPerson(tag=name, person=person, reason=reason)
        case e.Objected(is_shared=True, accounts=accounts):
            for account, person in accounts:
                yield _account(account), r.StopPoint(tag=name, person=person)
        case e.Objected(accounts=accounts):
            for account, person in accounts:
                yield _account(account), r.StopPerson(tag=name, person=person)
        case e.PointDied(accounts=accounts):
            for account, person in accounts:
                yield _account(account), r.StopPerson(tag=name, person=person, reason="bounce")
        case e.PositionNoted(account=account, points=points, is_stopped=True):
            yield _account(account), r.StopPerson(tag="", person=name)
            own = r.SuppressOwnPoint(account=account, person=name)
            yield from _suppressed(own, points, event.shared)
        case e.PersonObjected(accounts=accounts, points=points):
            for account in accounts:
                yield _account(account), r.StopPerson(tag=event.tag, person=name)
            own = r.SuppressOwnPoint(
                account=event.account,
                person=name,
                touch=event.touch,
                is_first_hand=event.is_first_hand,
            )
            yield from _suppressed(own, points, event.shared)
        case e.ObjectionLifted():
            yield from _lifts(stream, event)
        case e.BounceReceived(person=person, tag=tag, is_permanent=True, code=code) if tag:
            yield _point(tag), r.RecordDeadPoint(account=name, person=person, code=code)
        case e.ReplyReceived(person=person):
            for tag in _email_tags(state, person):
                yield _point(tag), r.RecordIncoming(account=name, person=person)
        case _:
            return


def _suppressed(
    own: r.SuppressOwnPoint, points: Iterable[str], shared: Iterable[str]
) -> Iterator[Reaction]:
    for tag in points:
        yield _point(tag), replace(own, is_shared=tag in shared)


def _lifts(stream: StreamId, event: e.ObjectionLifted) -> Iterator[Reaction]:
    name = name_of(stream)
    if kind_of(stream) is StreamKind.PERSON:
        for account, person in event.accounts:
            yield _account(account), r.LiftStop(person=person)
        for tag in event.points:
            yield _point(tag), r.LiftObjection(person=name)
        return
    for account, person in event.accounts:
        yield _account(account), r.LiftStop(person=person, tag=name)
    for person in event.persons:
        yield _person(person), r.LiftObjection(tag=name)


def _to_persons(stream: StreamId, event: e.Event) -> Iterator[Reaction]:
    name = name_of(stream)
    match event:
        case e.PersonAdded(person=person, points=points):
            yield _person(person), _noted(name, points)
        case e.ContactPointAdded(person=person, point=point):
            yield _person(person), _noted(name, (point,))
        case e.ObjectionStated(person=person, touch=touch):
            yield _person(person), r.RecordPersonObjection(account=name, touch=touch)
        case e.Objected():
            objection = r.RecordPersonObjection(
                account=event.account,
                touch=event.touch,
                tag=name,
                is_first_hand=event.is_first_hand,
            )
            yield from ((_person(person), objection) for person in whose_word(event))
        case e.PersonLinked(is_objector=True):
            objection = r.RecordPersonObjection(account=event.account, tag=name)
            yield _person(event.person), objection
        case _:
            return


def _noted(account: str, points: Iterable[ContactPoint]) -> r.NotePosition:
    known = tuple(points)
    return r.NotePosition(
        account=account,
        points=tuple(point.tag for point in known),
        shared=tuple(point.tag for point in known if point.is_shared),
    )


def _links(account: str, person: str, point: ContactPoint) -> Iterator[Reaction]:
    link = r.LinkPerson(account=account, person=person, is_shared=point.is_shared)
    yield from ((_point(tag), link) for tag in (point.tag, *point.former))
    if point.behind:
        yield _point(point.behind), replace(link, is_shared=True)


def _email_tags(state: State | None, person: str) -> tuple[str, ...]:
    position = state.people.get(person) if isinstance(state, Account) else None
    points = position.points if position else ()
    return tuple(point.tag for point in points if point.channel is Channel.EMAIL)


def _account(name: str) -> StreamId:
    return stream_id(StreamKind.ACCOUNT, name)


def _person(name: str) -> StreamId:
    return stream_id(StreamKind.PERSON, name)


def _point(tag: str) -> StreamId:
    return stream_id(StreamKind.CONTACT_POINT, tag)
