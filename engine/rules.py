"""One loop for every kind of stream: decide an input, evolve a state, say what is due.

Pure: equal inputs in equal order give equal bodies, in any process, on any backend.
The kinds differ in modules of their own; what all share is here: dense versions, instants
that never run back, and the ids of inputs remembered for thirty days.
"""

from datetime import UTC, datetime, timedelta

from msgspec import Raw, Struct

from engine import account, campaign, contact_point, person, workspace
from engine.campaign_state import Campaign
from engine.decision import Basis, Body, Events, Outcome, Refused, Repeated
from engine.errors import StreamDamageError
from engine.events import Publication
from engine.growing import Growing, added, found
from engine.ids import WORKSPACE, InputId, StreamId, StreamKind, kind_of
from engine.inputs import Input
from engine.refusals import RefusalCode
from engine.requests import (
    AccountRequest,
    CampaignRequest,
    ContactPointRequest,
    PersonRequest,
    Request,
)
from engine.workspace import Workspace

REMEMBERED_FOR = timedelta(days=30)
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)

State = (
    account.Account | Campaign | contact_point.ContactPointState | person.PersonState | Workspace
)


class PriorOutcome(Struct, frozen=True, gc=False, omit_defaults=True):
    """The outcome of an input decided before, for the same answer to its repeat."""

    at: datetime
    was: str  # wire name of the outcome
    code: RefusalCode | None = None


class Stream(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """Everything the rules need of one stream; a row at version 0 holds ids only."""

    state: State
    version: int = 0
    at: datetime = LONG_AGO
    seq: int = 0  # of the last decision folded in
    ids: Growing[InputId, PriorOutcome] = ()


def new(stream: StreamId) -> Stream:
    """Return a stream of which nothing is known."""
    match kind_of(stream):
        case StreamKind.ACCOUNT:
            return Stream(state=account.Account())
        case StreamKind.CAMPAIGN:
            return Stream(state=Campaign())
        case StreamKind.CONTACT_POINT:
            return Stream(state=contact_point.ContactPointState())
        case StreamKind.PERSON:
            return Stream(state=person.PersonState())
        case StreamKind.WORKSPACE | StreamKind.BATCH:
            return Stream(state=Workspace())


def decide(stream: Stream, published: Workspace, item: Input, raw: Raw) -> Body:
    """Return the one decision that `item` causes on `stream`.

    Args:
        stream: The fold of every valid decision before it.
        published: What this partition adopted of the workspace.
        item: The input.
        raw: The same input as it arrived; kept as it is.
    """
    at = max(item.at, stream.at).astimezone(UTC)
    before = recalled(stream, item.id, at)
    outcome: Outcome
    if before is not None:
        outcome = Repeated(of=item.id, was=before.was, code=before.code)
    else:
        outcome = _decide(stream, published, item, at)
    moved = isinstance(outcome, Events)
    return Body(
        stream=item.stream,
        version=stream.version + moved,
        at=at,
        input=raw,
        outcome=outcome,
        under=Basis(published.w, published.ruleset.version if published.ruleset else ""),
    )


def adopt(stream: Stream, publication: Publication, item: Input, raw: Raw) -> Body:
    """Return the decision by which a partition takes a publication into its history.

    Args:
        stream: The partition's own workspace stream.
        publication: The next publication, `w` = `stream.state.w + 1`.
        item: An `Adopt` input of lane `own`.
        raw: The same input as it is kept.
    """
    return Body(
        stream=item.stream,
        version=stream.version + 1,
        at=max(item.at, stream.at).astimezone(UTC),
        input=raw,
        outcome=workspace.adopt(publication),
        under=Basis(publication.w),
    )


def evolve(stream: Stream, body: Body, input_id: InputId | None, seq: int) -> Stream:
    """Return the stream after a valid decision; one already folded in changes nothing.

    Args:
        stream: The stream before it.
        body: The decision.
        input_id: Id of its input; None if the input does not decode.
        seq: The decision's place in its partition.

    Raises:
        StreamDamageError: An event its state cannot take, or a version that does not follow.
    """
    if seq <= stream.seq:
        return stream
    outcome = body.outcome
    state = stream.state
    if body.version != stream.version + isinstance(outcome, Events):
        name = type(outcome).__name__
        raise StreamDamageError(body.stream, body.version, name)
    if isinstance(outcome, Events):
        state = _evolve(state, body, outcome)
    ids = stream.ids
    if input_id is not None and not isinstance(outcome, Repeated):
        code = outcome.code if isinstance(outcome, Refused) else None
        name = str(type(outcome).__struct_config__.tag)
        oldest_at = body.at - REMEMBERED_FOR
        prior = PriorOutcome(body.at, name, code)
        ids = added(ids, input_id, prior, keeps=lambda kept: kept.at > oldest_at)
    return Stream(state=state, version=body.version, at=body.at, seq=seq, ids=ids)


def recalled(stream: Stream, input_id: InputId, at: datetime) -> PriorOutcome | None:
    """Return what became of an input of the thirty days before `at`; None if none has this id."""
    remembered = found(stream.ids, input_id)
    if remembered is None or remembered.at <= at - REMEMBERED_FOR:
        return None
    return remembered


def due_at(stream: Stream) -> datetime | None:
    """Return when the stream's next timer is due; None if nothing is planned."""
    match stream.state:
        case account.Account() as state:
            return account.due_at(state)
        case Campaign() as state:
            return campaign.due_at(state, stream.at)
        case _:
            return None


def due(stream: Stream, now: datetime) -> tuple[tuple[InputId, Request], ...]:
    """Return what the owner raises at `now`: an id made of names, and the request.

    `AttemptTouch` requests lack their grant: the gate adds it.
    """
    match stream.state:
        case account.Account() as state:
            return account.due(state, now)
        case Campaign() as state:
            return campaign.due(state, stream.at, now)
        case _:
            return ()


def _decide(stream: Stream, published: Workspace, item: Input, at: datetime) -> Outcome:
    request = item.request
    match stream.state:
        case account.Account() as state if isinstance(request, AccountRequest):
            return account.decide(state, published, item, at)
        case Campaign() as state if isinstance(request, CampaignRequest):
            return campaign.decide(state, published, item, at)
        case contact_point.ContactPointState() as state if isinstance(request, ContactPointRequest):
            return contact_point.decide(state, item, at)
        case person.PersonState() as state if isinstance(request, PersonRequest):
            return person.decide(state, item, at)
        case Workspace() as state if item.stream == WORKSPACE:
            return workspace.decide(state, item, at)
        case _:
            return Refused(code=RefusalCode.WRONG_STREAM, detail=item.stream)


def _evolve(state: State, body: Body, outcome: Events) -> State:
    try:
        return _folded(state, body, outcome)
    except StreamDamageError as error:
        raise StreamDamageError(error.stream, body.version, error.event) from None


def _folded(state: State, body: Body, outcome: Events) -> State:
    match state:
        case account.Account():
            return account.fold(state, outcome.events, body.at, body.stream)
        case Campaign():
            return campaign.fold(state, outcome.events, body.stream)
        case contact_point.ContactPointState():
            return contact_point.fold(state, outcome.events, body.at, body.stream)
        case person.PersonState():
            return person.fold(state, outcome.events, body.at, body.stream)
        case Workspace():
            return workspace.fold(state, outcome.events, body.stream)
