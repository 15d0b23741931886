"""A small history with every event that accounts, campaigns and contact points can have."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

from msgspec import Raw

from engine import events as e
from engine.decision import (
    Basis,
    Body,
    Events,
    Nothing,
    Outcome,
    PlacedDecision,
    Quarantined,
    Refused,
    Repeated,
)
from engine.ids import InputId, StreamId
from engine.inputs import Input
from engine.plan import Phase
from engine.refusals import RefusalCode
from engine.requests import (
    Attributes,
    Reach,
    Wake,
)
from engine.values import (
    About,
    Asked,
    Channel,
    ContactPoint,
    Grant,
    Move,
    NextPoint,
    Sealed,
    SequenceRef,
    Slot,
)

START_AT = datetime(2027, 1, 11, 8, 0, tzinfo=UTC)
TODAY = START_AT.date()

NIORT = StreamId("account:217901911")
EVRY = StreamId("account:219102280")
AUTUMN = StreamId("campaign:ecoles")
ADDRESS = StreamId("contact_point:tag-a")

EMAIL = ContactPoint(
    "tag-a", Channel.EMAIL, "mairie.example", Sealed("person-1", "email", "c2VhbGVk")
)
PHONE = ContactPoint("tag-b", Channel.CALL, "", Sealed("person-1", "phone", "c2VhbGVk"))
NAME = Sealed("person-1", "family_name", "bmFtZQ")
SEQUENCE = SequenceRef("prise-de-contact", "hash-1")
ABOUT = About("cantines", is_digital=True)
GRANT = Grant("equipe", "2027-01-19T08")


def slot(days: int = 8, *, moves: tuple[Move, ...] = ()) -> Slot:
    """Return a place `days` after the start, at nine o'clock UTC."""
    due_at = START_AT + timedelta(days=days, hours=1)
    asked = Asked("+8 d", "start", TODAY, TODAY + timedelta(days=days))
    return Slot(asked, due_at.date(), due_at, due_at + timedelta(hours=8), moves)


def account_added(title: str = "Évry-Courcouronnes", siren: str = "219102280") -> e.AccountAdded:
    """Return an organisation that became known."""
    attributes = Attributes(name=title, kind="commune", siren=siren, population=66_000)
    return e.AccountAdded(rule="account.order", attributes=attributes)


def person_added(person: str = "person-1", role: str = "responsable_service") -> e.PersonAdded:
    """Return a person with an address and a sealed name."""
    return e.PersonAdded(
        rule="person.order",
        person=person,
        role=role,
        points=(EMAIL,),
        fields=(NAME,),
        is_invented=True,
    )


def enrolled(*, campaign: str = "ecoles", is_pending: bool = True) -> e.Enrolled:
    """Return enrolment 1 of an account."""
    return e.Enrolled(
        rule="enrol.order",
        enrolment=1,
        sequence=SEQUENCE,
        sequence_class="prospecting",
        about=ABOUT,
        participants={"responsable_service": "person-1"},
        start_on=TODAY,
        campaign=campaign,
        is_pending=is_pending,
    )


def touch_planned(
    touch: int = 1, channel: Channel = Channel.EMAIL, role: str = "responsable_service"
) -> e.TouchPlanned:
    """Return a touch of enrolment 1 that a holiday moved."""
    return e.TouchPlanned(
        rule="plan.entry",
        touch=touch,
        enrolment=1,
        step=f"1.{touch + 2}",
        step_index=touch + 1,
        channel=channel,
        phase=Phase.OUTREACH,
        slot=slot(moves=(Move("window.holiday", TODAY + timedelta(days=8)),)),
        role=role,
        person="person-1",
    )


def task_opened(task: int = 1, touch: int = 2, kind: str = "call") -> e.TaskOpened:
    """Return a task of an account."""
    return e.TaskOpened(
        rule="step.due",
        task=task,
        kind=kind,
        due_on=TODAY,
        enrolment=1,
        touch=touch,
        person="person-1",
        checklist=("script relu",),
    )


FOUNDING: tuple[e.Event, ...] = (
    account_added(),
    person_added(),
    enrolled(),
    touch_planned(1),
    touch_planned(2, Channel.CALL),
    task_opened(1, 2),
    task_opened(2, 0, "after_reply"),
    e.HoldPlaced(rule="hold.account", hold=1, scope="account", reason="vacances"),
    e.HoldPlaced(rule="hold.person", hold=2, scope="person", reason="absent", person="person-1"),
)
"""One account with one of everything that later events can name."""

LATER: tuple[e.Event, ...] = (
    e.ContactPointAdded(rule="r.point", person="person-1", point=PHONE),
    e.ContactPointFailed(rule="r.failed", person="person-1", tag="tag-a"),
    e.PersonDeparted(rule="exit.departure", person="person-1"),
    e.PersonStopped(rule="exit.objection", person="person-1", tag="tag-a"),
    e.VoteObserved(rule="anchor.vote", vote_on=TODAY),
    e.ValuesSet(rule="values.order", values={"cible": "écoles"}),
    e.EnrolmentOpened(rule="campaign.opened", enrolment=1, start_on=TODAY),
    e.ParticipantAssigned(rule="r.assign", enrolment=1, role="dgs", person="person-2"),
    e.ParticipantLost(rule="exit.bounce", enrolment=1, role="responsable_service", person="p"),
    e.PhaseChanged(rule="exit.reply", enrolment=1, phase=Phase.ENGAGED, persons=("person-1",)),
    e.HoldLifted(rule="hold.lifted", hold=1),
    e.EnrolmentShifted(rule="hold.lifted", enrolment=1, days=7),
    e.Postponed(rule="exit.automatic_reply", person="person-1", until=TODAY),
    e.EnrolmentFinished(rule="exit.reply", enrolment=1, reason="reply"),
    e.EnrolmentWithdrawn(rule="withdraw.order", enrolment=1, reason="doublon"),
    e.CoolDownStarted(rule="exit.refusal", enrolment=1, until=TODAY, reason="refusal"),
    e.StepOmitted(rule="step.past", enrolment=1, step="1.3", step_index=2),
    e.TouchMoved(rule="step.done", touch=1, slot=slot(9)),
    e.TouchReassigned(rule="r.assign", touch=1, person="person-2"),
    e.TouchWithdrawn(rule="exit.reply", touch=1),
    e.TouchSkipped(rule="hierarchy.elected", touch=1, reason="no exchange"),
    e.TouchBlocked(rule="content.missing_value", touch=1, attempt=2, missing=("cible", "prix")),
    e.TouchWaits(rule="requires.sent", touch=1, attempt=2, steps=("1.3",)),
    e.TouchKeptBack(rule="cap.mailbox", touch=1, attempt=2, slot=slot(10)),
    e.TouchAttempted(rule="step.due", touch=1, attempt=1, grant=GRANT),
    e.TouchAttempted(rule="step.due", touch=1, attempt=1),
    *(
        e.TouchSettled(rule=f"attempt.{reach}", touch=1, attempt=1, reach=reach, code="250")
        for reach in Reach
    ),
    e.TouchDone(rule="task.outcome", touch=2, outcome="joint_interesse"),
    e.TaskOpened(rule="values", task=3, kind="supply_value", due_on=TODAY, missing=("cible",)),
    e.TaskOpened(rule="step.due", task=4, kind="call", due_on=TODAY, touch=2),
    e.TouchBlocked(rule="content.missing_value", touch=2, attempt=2, missing=("cible",)),
    e.TaskClaimed(rule="task.claim", task=1, claimed_by="ines"),
    e.TaskDone(rule="task.outcome", task=1, outcome="joint_interesse"),
    e.TaskWithdrawn(rule="exit.reply", task=2),
    e.ReplyReceived(rule="exit.reply", person="person-1", touch=1),
    e.AutomaticReplyReceived(rule="exit.automatic_reply", person="person-1"),
    e.BounceReceived(rule="exit.bounce", person="person-1", tag="tag-a"),
    e.RefusalReceived(rule="exit.refusal", person="person-1"),
    e.ObjectionStated(rule="exit.objection", person="person-1", tags=("tag-a",)),
    e.MeetingAgreed(rule="exit.meeting", enrolment=1, person="person-1", meeting_at=START_AT),
    e.ExchangeHad(rule="exchange", person="person-1", role="responsable_service"),
    e.NoticePublished(rule="exit.notice", reference="27-1"),
    e.OpportunityTaken(rule="exit.opportunity", reference="opp-1"),
    e.MilestoneSet(
        rule="milestone.call",
        milestone=1,
        next_point=NextPoint(date(2027, 6, 1), "cantines", "note de cadrage"),
    ),
    e.StatusChanged(rule="status.interested", status="prospect"),
    e.StageChanged(rule="stage.exit.reply", stage="qualification"),
    e.AccountWarmed(rule="meeting.hot", enrolment=1),
)
"""Events that may follow in any order, as far as views are concerned."""

CAMPAIGN: tuple[e.Event, ...] = (
    e.CampaignCreated(
        rule="campaign.order",
        title="Écoles 2027",
        sequence=SEQUENCE,
        about=ABOUT,
        start_on=TODAY,
        goals={"entretiens": 9},
        accounts_max=80,
    ),
    e.PreparationPlanned(
        rule="plan.campaign", task=1, step="1.1", slot=slot(0), checklist=("fiche d'une page",)
    ),
    e.TaskClaimed(rule="task.claim", task=1, claimed_by="ines"),
    e.TaskDone(rule="task.outcome", task=1, outcome="done"),
    e.EnrolmentRegistered(rule="campaign.member", account="219102280", enrolment=1),
    e.CampaignOpened(rule="campaign.opened", start_on=TODAY),
)

POINT: tuple[e.Event, ...] = (
    e.PersonLinked(rule="point.link", account="219102280", person="person-1"),
    e.IncomingSeen(rule="point.incoming"),
    e.Objected(
        rule="point.objection",
        scope="all",
        account="219102280",
        person="person-1",
        accounts=(("219102280", "person-1"),),
    ),
    e.PointDied(rule="point.dead", code="550 5.1.1"),
    e.Objected(rule="point.objection.again", scope="all"),
    e.PersonLinked(rule="point.link", account="217901911", person="person-9", is_suppressed=True),
)

OTHER_OUTCOMES: tuple[Outcome, ...] = (
    Refused(code=RefusalCode.COOL_DOWN, detail="3", until=START_AT, rule="enrol.cool_down"),
    Repeated(of=InputId("input-1"), was="refused", code=RefusalCode.COOL_DOWN),
    Repeated(of=InputId("input-2"), was="events"),
    Nothing(),
    Quarantined(reason="KeyError"),
)


def decision(
    *events: e.Event,
    stream: StreamId = EVRY,
    partition: int = 3,
    seq: int = 1,
    outcome: Outcome | None = None,
    is_readable: bool = True,
) -> PlacedDecision:
    """Return one decision; one hour passes per `seq`, and one record in ten is a marker."""
    at = START_AT + timedelta(hours=seq)
    item = Input(
        id=InputId(f"input-{partition}-{seq}"),
        stream=stream,
        at=at,
        actor="ines",
        source="cli",
        request=Wake(due_at=at, fired_at=at),
    )
    body = Body(
        stream=stream,
        version=seq,
        at=at,
        input=Raw(b"{}"),
        outcome=outcome or Events(events=events),
        under=Basis(1, "fr-2026.11"),
    )
    return PlacedDecision(partition, seq, seq + seq // 10, body, item if is_readable else None)


def history(
    *events: e.Event, stream: StreamId = EVRY, partition: int = 3, after: int = 0
) -> list[PlacedDecision]:
    """Return one decision per event."""
    return [
        decision(event, stream=stream, partition=partition, seq=seq)
        for seq, event in enumerate(events, start=after + 1)
    ]


def whole_history(later: Sequence[e.Event] = LATER) -> tuple[list[PlacedDecision], ...]:
    """Return the decisions of three partitions: two accounts, a campaign, an address."""
    renamed = (account_added("Niort", "217901911"), person_added(), enrolled(is_pending=False))
    others = [
        decision(stream=EVRY, seq=len(FOUNDING) + len(later) + 1 + index, outcome=outcome)
        for index, outcome in enumerate(OTHER_OUTCOMES)
    ]
    unread = decision(
        stream=EVRY,
        seq=len(FOUNDING) + len(later) + len(others) + 1,
        outcome=Quarantined(reason="malformed"),
        is_readable=False,
    )
    first = [*history(*FOUNDING, *later), *others, unread]
    second = history(*renamed, stream=NIORT, partition=4)
    second += history(*CAMPAIGN, stream=AUTUMN, partition=4, after=len(second))
    return first, second, history(*POINT, stream=ADDRESS, partition=5)


def interleaved(parts: Iterable[Sequence[PlacedDecision]]) -> list[PlacedDecision]:
    """Return the decisions of several partitions as one run, by instant."""
    return sorted(
        (placed for part in parts for placed in part),
        key=lambda one: (one.body.at, one.partition, one.seq),
    )
