"""Tell one story to any log: who asks what, at which instant, personal fields sealed before.

Five accounts, one campaign.  Two accounts know one address; one mail is postponed, one
refused, one of unknown outcome; people reply, object, leave, are paused and withdrawn.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from engine import requests as r
from engine.ids import WORKSPACE, InputId, StreamId, StreamKind, stream_id
from engine.inputs import Input
from engine.ruleset import Ruleset
from engine.values import About, Channel, ContactPoint, NextPoint, Sealed, SequenceRef
from sequences.hashing import sequence_hash
from sequences.rulesets import load_ruleset
from tests.engine.account.story import (
    ASSESSED,
    DGS,
    DSI,
    ELU,
    HEAD,
    MONDAY,
    TERMS,
    VALUES,
    at,
    thirty_days,
)

PLAN = thirty_days()
RULESET: Ruleset = load_ruleset()
SEQUENCE = SequenceRef(PLAN.name, sequence_hash(PLAN))
ABOUT = About(offer="guichet", domain="education", is_digital=True)
CAMPAIGN = stream_id(StreamKind.CAMPAIGN, "guichet-famille")
ACCOUNTS = ("amiens", "brest", "colmar", "dijon", "evreux")
SHARED = "mail-shared"  # known to amiens and dijon
PUBLICATIONS = 3
ENDS_AT = at("2027-06-30")
LATER = NextPoint(date(2027, 5, 4), "point après le vote", "un estimatif")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What is asked at one instant, one thing after the other."""

    at: datetime
    asked: tuple[tuple[StreamId, r.Request], ...]
    name: str = ""  # of a moment whose inputs are asked again

    def inputs(self, number: int) -> tuple[Input, ...]:
        """Return the inputs, named after the moment or its number."""
        return tuple(
            Input(
                id=InputId(f"moment-{self.name or number}-{index}"),
                stream=stream,
                at=self.at,
                actor="claire",
                source="script",
                request=request,
                needs_w=0 if stream == WORKSPACE else PUBLICATIONS,
            )
            for index, (stream, request) in enumerate(self.asked)
        )


def moments() -> tuple[Moment, ...]:
    """Return the whole story, oldest first."""
    return (*_founding(), *_outreach(), *_afterwards())


def account(name: str) -> StreamId:
    """Return the stream of an account."""
    return stream_id(StreamKind.ACCOUNT, name)


def _founding() -> Iterator[Moment]:
    start_at = at(MONDAY, 8)
    mailbox = r.Mailbox(name="equipe", domain="a.example", fields=(_sealed("equipe", "email"),))
    yield Moment(
        at=start_at,
        asked=(
            (WORKSPACE, r.PublishRuleset(ruleset=RULESET)),
            (WORKSPACE, r.PublishSequence(hash=SEQUENCE.hash, sequence=PLAN)),
            (WORKSPACE, r.PublishMailbox(mailbox=mailbox)),
        ),
    )
    yield Moment(at=start_at, asked=tuple((account(name), _known(name)) for name in ACCOUNTS))
    people = tuple(
        (account(name), _person(name, role)) for role in (HEAD, DGS, DSI, ELU) for name in ACCOUNTS
    )
    yield Moment(at=start_at, asked=people)
    values = r.SetValues(values=dict.fromkeys(VALUES, "…"))
    yield Moment(at=start_at, asked=tuple((account(name), values) for name in ACCOUNTS))
    yield Moment(at=start_at, asked=((CAMPAIGN, _campaign()),))
    enrolled = tuple((account(name), _enrol(name)) for name in ACCOUNTS[:4])
    yield Moment(at=start_at, asked=enrolled)
    yield Moment(
        at=start_at + timedelta(hours=1),
        asked=(
            (CAMPAIGN, r.OpenCampaign()),  # refused: preparation is open
            (account("amiens"), _enrol("amiens")),  # refused: enrolled already
            (account("evreux"), _enrol("brest")),  # refused: unknown people
            (account("nowhere"), _enrol("amiens")),  # refused: unknown account
        ),
    )
    yield Moment(at=at("2027-01-11", 16), asked=((CAMPAIGN, _prepared("1.1", task=1)),))
    yield Moment(at=at("2027-01-14", 16), asked=((CAMPAIGN, _prepared("1.2", task=2)),))
    yield Moment(at=at("2027-01-15", 10), asked=((CAMPAIGN, r.OpenCampaign()),))
    yield Moment(at=at("2027-01-15", 11), asked=((account("evreux"), _enrol("evreux")),))


def _outreach() -> Iterator[Moment]:
    yield Moment(
        at=at("2027-01-20"),
        asked=(
            (account("amiens"), r.RecordReply(person="amiens-responsable_service", touch=1)),
            (account("evreux"), r.Pause(reason="congés", until=date(2027, 2, 26))),
            (account("brest"), r.RecordAutomaticReply(person="brest-dgs", touch=0)),
        ),
    )
    yield Moment(
        at=at("2027-01-21", 15),
        asked=(
            (account("dijon"), r.SettleTouch(touch=1, was_sent=True, reason="retrouvé au serveur")),
            (account("amiens"), _done(1, "stay")),
            (account("brest"), r.RecordVote(vote_on=date(2027, 1, 18))),
        ),
    )
    meeting = r.RecordMeeting(
        enrolment=1, person="amiens-responsable_service", meeting_at=at("2027-01-29", 10)
    )
    yield Moment(at=at("2027-01-22", 15), asked=((account("amiens"), meeting),))
    objection = r.RecordObjection(account="amiens", person="amiens-dgs")
    objected = ((stream_id(StreamKind.CONTACT_POINT, SHARED), objection),)
    yield Moment(at=at("2027-01-23", 13), asked=objected, name="objection")
    yield Moment(at=at("2027-01-25", 13), asked=objected)  # nothing: it stands already
    yield Moment(at=at("2027-01-25", 13), asked=objected, name="objection")  # repeated
    yield Moment(
        at=at("2027-01-26", 17),
        asked=(
            (account("brest"), _done(1, "joint_interesse", **ASSESSED)),
            (account("dijon"), _done(1, "repondeur")),
            (account("evreux"), r.Resume(hold=1)),
        ),
    )
    yield Moment(
        at=at("2027-01-29", 17),
        asked=(
            (account("amiens"), _done(2, "held")),  # refused: without its next step
            (account("amiens"), _done(2, "held", next_point=LATER, is_hot=True)),
            (account("brest"), _done(2, "joint_plus_tard", next_point=LATER)),
        ),
    )


def _afterwards() -> Iterator[Moment]:
    added = r.AddTouch(
        enrolment=1,
        person="dijon-elu",
        channel=Channel.CALL,
        on=date(2027, 2, 4),
        reason="demandé par la direction",
        role=ELU,
    )
    yield Moment(
        at=at("2027-02-01", 16),
        asked=(
            (account("dijon"), added),  # refused: no exchange yet
            (account("dijon"), r.RecordDeparture(person="dijon-dsi")),
            (account("colmar"), r.ChangeStatus(status="client")),
            (account("evreux"), r.SkipTouch(touch=2, reason="déjà vus au salon")),
        ),
    )
    yield Moment(
        at=at("2027-02-03", 16),
        asked=(
            (account("dijon"), _done(2, "standard", callback_at=at("2027-02-05", 10))),
            (account("evreux"), r.ClaimTask(task=1)),
            (account("colmar"), r.SetMilestone(next_point=LATER)),
        ),
    )
    yield Moment(
        at=at("2027-02-16", 16),
        asked=(
            (account("dijon"), r.Withdraw(enrolment=1, reason="hors cible")),
            (account("evreux"), r.RecordRefusal(person="evreux-responsable_service")),
            (account("evreux"), _enrol("evreux")),  # refused: cool-down
            (account("brest"), _enrol("brest")),
        ),
    )
    yield Moment(at=ENDS_AT, asked=())


def _known(name: str) -> r.AddAccount:
    return r.AddAccount(
        attributes=r.Attributes(
            name=name.capitalize(),
            name_with_article=f"la Ville de {name.capitalize()}",
            kind="commune",
            kind_plural="communes",
            departement={"colmar": "68"}.get(name, "79"),
            school_zone="B",
        )
    )


def _person(name: str, role: str) -> r.AddPerson:
    person = f"{name}-{role}"
    is_shared = role == DGS and name in ("amiens", "dijon")
    mail = SHARED if is_shared else f"mail-{person}"
    return r.AddPerson(
        person=person,
        role=role,
        points=(
            ContactPoint(mail, Channel.EMAIL, "a.example", _sealed(person, "email")),
            ContactPoint(f"call-{person}", Channel.CALL, "", _sealed(person, "phone")),
        ),
        fields=(_sealed(person, "salutation"), _sealed(person, "source_contact")),
    )


def _sealed(subject: str, field: str) -> Sealed:
    """Return a field as the rules see it: closed, and the same in every run."""
    return Sealed(subject, field, f"c2VhbGVk{subject}{field}")


def _campaign() -> r.CreateCampaign:
    return r.CreateCampaign(
        title="Guichet famille", sequence=SEQUENCE, about=ABOUT, start_on=MONDAY, next_point=TERMS
    )


def _enrol(name: str) -> r.Enrol:
    return r.Enrol(
        sequence=SEQUENCE,
        about=ABOUT,
        participants={role: f"{name}-{role}" for role in (HEAD, DGS, DSI)},
        start_on=MONDAY,
        campaign="guichet-famille",
        next_point=TERMS,
    )


def _prepared(step: str, *, task: int) -> r.CompleteTask:
    checklist = next(planned.checklist for planned in PLAN.steps if planned.id == step)
    return r.CompleteTask(task=task, outcome="done", checked=checklist)


def _done(task: int, outcome: str, **given: object) -> r.CompleteTask:
    return r.CompleteTask(task=task, outcome=outcome, **given)  # type: ignore[arg-type]  # as the story gives it
