"""Enrolments: begin one, give its roles people, end it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from console.cli.asking import ask, ask_and_show, show_receipt
from console.cli.context import Context
from console.cli.parameters import AccountName, MessageValues, Reason, RunningEnrolment
from console.desk.errors import UsageError
from console.desk.finding import AccountRef, account_to_ask, enrolment_of, people_of, person_of
from console.desk.moments import day_of
from console.desk.ports import Home, WorkspaceTerms
from console.desk.words import pairs_of
from engine.account.participants import default_participants
from engine.account.state import Position
from engine.plan import PointTerms, Sequence
from engine.requests import AssignParticipant, Enrol, Withdraw
from engine.values import About, SequenceRef


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentTerms:
    """What an enrolment takes from its campaign, or from the options."""

    sequence: SequenceRef
    plan: Sequence | None
    about: About
    start_on: date | None  # None: today
    next_point: PointTerms | None = None
    values: Mapping[str, str]


async def enrol(
    account: AccountName,
    *,
    context: Context,
    campaign: str = "",
    sequence: str = "",
    participant: tuple[str, ...] = (),
    start: str = "",
    offer: str = "",
    value: MessageValues = (),
    re_enrol_reason: str = "",
) -> None:
    """Take an account through a sequence, in a campaign or alone.

    Without --participant, each role of the sequence gets the person of the account who
    has it; élus are asked for later, once there was an exchange.

    Args:
        campaign: The campaign it belongs to: sequence, offer and start come from there.
        sequence: A published sequence, without a campaign.
        participant: Who has which role, dgs=PERSON; may be repeated.
        start: Day on which it starts; by default the campaign's, else today.
        offer: What it is about, without a campaign.
        re_enrol_reason: Why, although a cool-down after silence runs.
    """
    views = await context.home.views()
    known = await account_to_ask(views, account)
    start_on = day_of(start, name="--start") if start else None
    values = pairs_of(value, name="--value", example="NAME=VALUE")
    terms = await _terms(await context.home.published(), campaign, sequence, offer, values)
    request = Enrol(
        sequence=terms.sequence,
        about=terms.about,
        participants=await _participants(context.home, known, participant, terms.plan),
        start_on=start_on or terms.start_on or await context.session.today(known.zone),
        campaign=campaign,
        next_point=terms.next_point,
        values=dict(terms.values),
        re_enrol_reason=re_enrol_reason,
    )
    what = f"enrol {known.label} in {terms.sequence.name}"
    decisions = await ask(context, known.stream, request, what=what)
    undo = f"relance withdraw {known.id} --reason ..."
    show_receipt(context, what, decisions, undo=undo)


async def assign(
    account: AccountName,
    role: str,
    person: str,
    *,
    context: Context,
    enrolment: RunningEnrolment = None,
) -> None:
    """Give a role of an enrolment a person, or another person.

    Args:
        role: The role, such as dgs.
        person: The person's id.
    """
    views = await context.home.views()
    known = await account_to_ask(views, account)
    request = AssignParticipant(
        enrolment=await enrolment_of(views, known, enrolment),
        role=role,
        person=await person_of(views, known, person),
    )
    what = f"assign {request.person} as {role} of {known.label}"
    await ask_and_show(context, known.stream, request, what=what)


async def withdraw(
    account: AccountName, *, context: Context, reason: Reason, enrolment: RunningEnrolment = None
) -> None:
    """End an enrolment by order; it cannot be taken back, but the account can be enrolled again."""
    views = await context.home.views()
    known = await account_to_ask(views, account)
    number = await enrolment_of(views, known, enrolment)
    what = f"withdraw enrolment {number} of {known.label}"
    request = Withdraw(enrolment=number, reason=reason)
    await ask_and_show(context, known.stream, request, what=what)


async def _terms(
    published: WorkspaceTerms, campaign: str, sequence: str, offer: str, values: dict[str, str]
) -> EnrolmentTerms:
    if not campaign:
        if not (sequence and offer):
            rule = "be given, or --sequence and --offer"
            raise UsageError("--campaign", rule, remedy="`relance campaigns` lists the campaigns")
        found = await published.sequence(sequence)
        return EnrolmentTerms(
            sequence=SequenceRef(sequence, found.hash if found else ""),
            plan=found.sequence if found else None,
            about=About(offer=offer),
            start_on=None,
            values=values,
        )
    if sequence or offer:
        raise UsageError("--campaign", "come without --sequence and --offer", "both")
    founded = await published.campaign(campaign)
    if founded is None:
        remedy = "`relance campaigns` lists the campaigns"
        raise UsageError("--campaign", "be known", campaign, remedy=remedy)
    named = await published.sequence(founded.sequence.name)
    return EnrolmentTerms(
        sequence=founded.sequence,
        plan=named.sequence if named else None,
        about=founded.about,
        start_on=founded.start_on,
        next_point=founded.next_point,
        values={**founded.values, **values},
    )


async def _participants(
    home: Home, account: AccountRef, typed: tuple[str, ...], plan: Sequence | None
) -> dict[str, str]:
    """Return who has which role: as typed, else whoever has it in the account."""
    views = await home.views()
    if typed:
        pairs = pairs_of(typed, name="--participant", example="dgs=PERSON")
        return {role: await person_of(views, account, who) for role, who in pairs.items()}
    ruleset = await (await home.published()).ruleset()
    if plan is None or ruleset is None:
        return {}
    people = {
        row.person: Position(role=row.role, is_gone=row.is_gone, stopped_by=row.stopped_by)
        for row in await people_of(views, account)
    }
    return default_participants(people, plan, ruleset)
