"""Find out what an enrolment takes from its campaign, and who takes part in it."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from console.desk.asking import DecisionReceipt, first_of
from console.desk.errors import UsageError
from console.desk.finding import AccountRef, people_of, person_of
from console.desk.ports import Home, Views
from engine.account.content import FIELD_VALUES, MAILBOX_FIELD_VALUES
from engine.account.participants import default_participants
from engine.account.state import Position
from engine.events import EnrolmentLacked, TouchPlanned
from engine.plan import PointTerms, Sequence
from engine.roles import role_named
from engine.ruleset import Ruleset
from engine.values import About, SequenceRef
from engine.variables import EngineVariable
from projections.queries.published import founding_of, ruleset_in_force, sequence_in_force


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentTerms:
    """What an enrolment takes from its campaign, or from what was said."""

    sequence: SequenceRef
    plan: Sequence | None
    about: About
    start_on: date | None  # None: today
    next_point: PointTerms | None = None
    values: Mapping[str, str] = field(default_factory=dict)


async def terms_of(published: Views, *, campaign: str, sequence: str, offer: str) -> EnrolmentTerms:
    """Return what a campaign says, or a sequence and an offer without one.

    A sequence that nobody published is asked for all the same: the refusal says so.

    Raises:
        UsageError: Neither was named, or both, or there is no such campaign.
    """
    if not campaign:
        if not (sequence and offer):
            rule = "be given, or --sequence and --offer"
            raise UsageError("--campaign", rule, remedy="`relance campaigns` lists the campaigns")
        found = await published.ask(sequence_in_force, sequence)
        return EnrolmentTerms(
            sequence=SequenceRef(sequence, found.hash if found else ""),
            plan=found.sequence if found else None,
            about=About(offer=offer),
            start_on=None,
        )
    if sequence or offer:
        raise UsageError("--campaign", "come without --sequence and --offer", "both")
    founded = await published.ask(founding_of, campaign)
    if founded is None:
        remedy = "`relance campaigns` lists the campaigns"
        raise UsageError("--campaign", "be known", campaign, remedy=remedy)
    named = await published.ask(sequence_in_force, founded.sequence.name)
    return EnrolmentTerms(
        sequence=founded.sequence,
        plan=named.sequence if named else None,
        about=founded.about,
        start_on=founded.start_on,
        next_point=founded.next_point,
        values=founded.values,
    )


async def warnings_about(
    home: Home, decisions: Iterable[DecisionReceipt], *, plan: Sequence | None
) -> tuple[str, ...]:
    """Return what somebody should know of a plan: how much of it no calendar reaches."""
    ruleset = await (await home.published()).ask(ruleset_in_force)
    if plan is None or ruleset is None:
        return ()
    planned = [
        event
        for decision in decisions
        for event in decision.events
        if isinstance(event, TouchPlanned)
    ]
    avoids = {step.id for step in plan.steps if step.avoids_holidays}
    guessed = [
        event
        for event in planned
        if not ruleset.knows_day(event.slot.on, with_schools=event.step in avoids)
    ]
    if not guessed:
        return ()
    first = min(guessed, key=lambda event: event.slot.due_at)
    warning = (
        f"{len(guessed)} of {len(planned)} touches lie where the calendars of {ruleset.version} "
        f"do not reach, the first ({first.step}) on {first.slot.on}: holidays that nobody knows "
        "yet move nothing; `relance rulesets extend` adds what is known by now"
    )
    return (warning,)


LOOKS_MAX = 4
LOOK_AGAIN_SECONDS = 0.2

OF_MAILBOX = frozenset(
    (
        *MAILBOX_FIELD_VALUES.values(),
        *(EngineVariable.COMPANY, EngineVariable.POSTAL_ADDRESS, EngineVariable.RETENTION),
    )
)
OF_PEOPLE = frozenset(FIELD_VALUES.values())
OF_ACCOUNT = frozenset(
    (EngineVariable.ORGANISATION, EngineVariable.KIND, EngineVariable.KIND_PLURAL)
)


def lacks_of(account: AccountRef, decisions: Iterable[DecisionReceipt]) -> tuple[str, ...]:
    """Return what an enrolment began without, each with what to do, or what becomes of it."""
    lacked = first_of(decisions, EnrolmentLacked)
    if lacked is None:
        return ()
    return (
        *(
            f"nobody is {role}, whom the sequence needs: `relance people add`, then "
            f"`relance assign {account.id} {role} PERSON`"
            for role in lacked.roles
        ),
        *_values_lacking(account, frozenset(lacked.values)),
        *(f"nothing to reach {point}: such steps are left out" for point in lacked.points),
        *(f"left out: {role} ({code})" for role, code in lacked.left_out.items()),
    )


def _values_lacking(account: AccountRef, lacking: frozenset[str]) -> Iterator[str]:
    """Yield what messages need and nobody gave, by whose it is."""
    known = {
        "the mailbox says no": (OF_MAILBOX, "relance mailboxes publish"),
        "somebody's entry says no": (OF_PEOPLE, "relance people add"),
        "the account says no": (OF_ACCOUNT, "relance accounts add"),
    }
    for whose, (names, command) in known.items():
        if found := sorted(lacking & names):
            yield f"{whose} {', '.join(found)}, which messages need: `{command} --help`"
    own = sorted(lacking - OF_MAILBOX - OF_PEOPLE - OF_ACCOUNT)
    if own:
        yield (
            f"no values {', '.join(own)}, which messages need: `relance accounts values "
            f"{account.id} NAME=VALUE`, else a task asks for each on its day"
        )


def check_required(
    account: AccountRef, participants: Mapping[str, str], plan: Sequence | None
) -> None:
    """Return if somebody has each role without which the plan cannot go.

    Raises:
        UsageError: Nobody has one.
    """
    empty = sorted((plan.required_roles if plan else frozenset()) - participants.keys())
    if not empty or account.row is None:
        return
    remedy = (
        f"`relance people add {account.id} --role {empty[0]}`, or --anyway: a task asks for "
        "somebody on the day"
    )
    raise UsageError(account.label, f"have somebody as {', '.join(empty)}", "nobody", remedy=remedy)


async def participants_of(
    home: Home,
    account: AccountRef,
    named: Mapping[str, str],
    *,
    plan: Sequence | None,
    domain: str,
) -> dict[str, str]:
    """Return who has which role: as named, else as the rules fill the roles of the plan.

    Views lag behind decisions by moments: where nobody has a role that the plan needs,
    somebody added just before is looked for again.

    Raises:
        UsageError: A role was named twice, under whatever names, or nobody is known so.
    """
    views = await home.views()
    ruleset = await (await home.published()).ask(ruleset_in_force)
    if named:
        roles = Counter(_known_name(role, ruleset) for role in named)
        for role, count in roles.items():
            if count > 1:
                raise UsageError("--participant", "name each role once", f"{role} twice")
        return {
            role: await person_of(views, account, who)
            for role, who in zip(roles, named.values(), strict=True)
        }
    if plan is None or ruleset is None:
        return {}
    found: dict[str, str] = {}
    for _ in range(LOOKS_MAX):
        people = {
            row.person: Position(
                role=row.role, domain=row.domain, is_gone=row.is_gone, stopped_by=row.stopped_by
            )
            for row in await people_of(views, account)
        }
        found = default_participants(people, plan, ruleset, domain=domain)
        if plan.required_roles <= found.keys():
            break
        await asyncio.sleep(LOOK_AGAIN_SECONDS)
    return found


def _known_name(role: str, ruleset: Ruleset | None) -> str:
    known = role_named(ruleset.known_roles, role) if ruleset else None
    return known.name if known else role
