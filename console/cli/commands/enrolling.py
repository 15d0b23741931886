"""Enrolments: begin one, give its roles people, end it."""

from console.cli.asking import ask, ask_and_show, show_receipt
from console.cli.context import Context
from console.cli.parameters import AccountName, MessageValues, Reason, RunningEnrolment
from console.desk.enrolments import (
    check_required,
    lacks_of,
    participants_of,
    terms_of,
    warnings_about,
)
from console.desk.finding import account_to_ask, enrolment_of, person_of
from console.desk.moments import day_of
from console.desk.words import pairs_of
from engine.requests import AssignParticipant, Enrol, Withdraw


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
    anyway: bool = False,
) -> None:
    """Take an account through a sequence, in a campaign or alone; say what it lacks.

    Without --participant, each role of the sequence gets the person of the account who
    has it; élus are asked for later, once there was an exchange.  Who has an optional role
    and cannot be reached is left out.

    Args:
        campaign: The campaign it belongs to: sequence, offer and start come from there.
        sequence: A published sequence, without a campaign.
        participant: Who has which role, dgs=PERSON; may be repeated.
        start: Day on which it starts; by default the campaign's, else today.
        offer: What it is about, without a campaign.
        re_enrol_reason: Why, although a cool-down after silence runs.
        anyway: Although nobody has a role that the sequence needs.
    """
    views = await context.home.views()
    known = await account_to_ask(views, account)
    start_on = day_of(start, name="--start") if start else None
    values = pairs_of(value, name="--value", example="NAME=VALUE")
    named = pairs_of(participant, name="--participant", example="dgs=PERSON")
    terms = await terms_of(
        await context.home.published(), campaign=campaign, sequence=sequence, offer=offer
    )
    taking_part = await participants_of(
        context.home, known, named, plan=terms.plan, domain=terms.about.domain
    )
    if not anyway:
        check_required(known, taking_part, terms.plan)
    request = Enrol(
        sequence=terms.sequence,
        about=terms.about,
        participants=taking_part,
        start_on=start_on or terms.start_on or await context.session.today(known.zone),
        campaign=campaign,
        next_point=terms.next_point,
        values={**terms.values, **values},
        re_enrol_reason=re_enrol_reason,
    )
    what = f"enrol {known.label} in {terms.sequence.name}"
    decisions = await ask(context, known.stream, request, what=what)
    undo = f"relance withdraw {known.id} --reason ..."
    warnings = await warnings_about(context.home, decisions, plan=terms.plan)
    lacks = lacks_of(known, decisions)
    show_receipt(context, what, decisions, undo=undo, warnings=(*lacks, *warnings))


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
