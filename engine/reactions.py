"""What an event of one stream asks of other streams.

Pure, and asked at least once per event: a reaction's id is made of the event, its target
and its place among what the event asks of that target, so that each is decided once,
however often it is asked.  Safety never waits for a reaction: an attempt re-checks
everything under the rules in force then.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator

from engine import events as e
from engine import objections
from engine import requests as r
from engine.account import Account
from engine.decision import Body
from engine.ids import WORKSPACE, InputId, StreamId, StreamKind, name_of, stream_id
from engine.inputs import Input, Lane
from engine.requests import Request
from engine.rules import State
from engine.values import Channel

Reaction = tuple[StreamId, Request]

STOPS = (r.StopPerson, r.RecordObjection, r.RecordDeadPoint, r.HoldMailbox)
SOURCE = "reactor"
ACTOR = "engine"


def reactions(body: Body, cause: Input | None, state: State | None) -> tuple[Input, ...]:
    """Return the inputs that a valid decision raises in other streams, in order.

    Args:
        body: The decision.
        cause: Its input; None if that does not decode.
        state: State of its stream at or after it, where `needs_state` asks for it.
    """
    names: Counter[str] = Counter()
    raised: list[Input] = []
    for index, event in enumerate(body.events):
        for target, request in _reactions(body.stream, event, state):
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
        source=SOURCE,
        request=request,
        batch=cause.batch if cause else "",
        needs_w=body.under.w,
        cause=cause.id if cause else "",
    )


def _reactions(stream: StreamId, event: e.Event, state: State | None) -> Iterator[Reaction]:
    name = name_of(stream)
    match event:
        case e.Enrolled(campaign=campaign, enrolment=enrolment) if campaign:
            request = r.RegisterEnrolment(account=name, enrolment=enrolment)
            yield stream_id(StreamKind.CAMPAIGN, campaign), request
        case e.EnrolmentRegistered(is_open=True, start_on=start_on) if start_on is not None:
            yield (
                _account(event.account),
                r.OpenEnrolment(enrolment=event.enrolment, start_on=start_on),
            )
        case (
            e.CampaignOpened(start_on=start_on, enrolments=enrolments)
            | e.EnrolmentsReleased(start_on=start_on, enrolments=enrolments)
        ):
            for account, enrolment in enrolments:
                yield _account(account), r.OpenEnrolment(enrolment=enrolment, start_on=start_on)
        case e.PersonAdded(person=person, points=points):
            for point in points:
                yield _point(point.tag), r.LinkPerson(account=name, person=person)
        case e.ContactPointAdded(person=person, point=point):
            yield _point(point.tag), r.LinkPerson(account=name, person=person)
        case e.TouchSettled(mailbox=mailbox, code=code) if mailbox:
            yield WORKSPACE, r.HoldMailbox(mailbox=mailbox, code=code)
        case _:
            yield from _stops(stream, event, state)


def _stops(stream: StreamId, event: e.Event, state: State | None) -> Iterator[Reaction]:
    name = name_of(stream)
    match event:
        case e.PersonLinked(account=account, person=person, is_suppressed=True, reason=reason):
            yield _account(account), r.StopPerson(tag=name, person=person, reason=reason)
        case e.Objected(accounts=accounts):
            for account, person in accounts:
                yield _account(account), r.StopPerson(tag=name, person=person)
        case e.PointDied(accounts=accounts):
            for account, person in accounts:
                yield _account(account), r.StopPerson(tag=name, person=person, reason="bounce")
        case e.ObjectionStated(person=person, tags=tags, touch=touch):
            yield from objections.reports(tags, account=name, person=person, touch=touch)
        case e.BounceReceived(person=person, tag=tag, is_permanent=True, code=code) if tag:
            yield _point(tag), r.RecordDeadPoint(account=name, person=person, code=code)
        case e.ReplyReceived(person=person):
            for tag in _email_tags(state, person):
                yield _point(tag), r.RecordIncoming(account=name, person=person)
        case _:
            return


def _email_tags(state: State | None, person: str) -> tuple[str, ...]:
    position = state.people.get(person) if isinstance(state, Account) else None
    points = position.points if position else ()
    return tuple(point.tag for point in points if point.channel is Channel.EMAIL)


def _account(name: str) -> StreamId:
    return stream_id(StreamKind.ACCOUNT, name)


def _point(tag: str) -> StreamId:
    return stream_id(StreamKind.CONTACT_POINT, tag)
