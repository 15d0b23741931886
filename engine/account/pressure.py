"""What a contact asks for beyond its account: that the same human hears from us but once a day.

One human may stand in several accounts, under one id or under several with one address.  No
account sees the others, so whoever is about to be contacted is claimed by name in a table:
for the day by an account, and by one enrolment of class prospecting at a time.  An agreed
hour asks nobody.
"""

from datetime import date, datetime

from msgspec import Struct

from engine.account.due import due_touches, is_promised
from engine.account.obstacles import Block, KeepBack, Obstacle, Skip
from engine.account.state import Account, Position, Touch
from engine.plan import SequenceClass
from engine.rule_ids import RuleId
from engine.suppressing import person_name, stop_names
from engine.values import Channel, KeptContact


class ContactClaim(Struct, frozen=True, gc=False, kw_only=True):
    """Whom a contact claims: under all of these names, or not at all."""

    names: tuple[str, ...]
    on: date
    enrolment: int
    exclusive_until_on: date | None = None  # of prospecting: its last day for the person


def claim_of(state: Account, number: int, now: datetime) -> ContactClaim | None:
    """Return what a touch claims; None for an agreed hour, or where nobody is contacted."""
    touch = state.touches[number]
    if not claims(touch):
        return None
    enrolment = state.enrolments.get(touch.enrolment)
    is_exclusive = enrolment is not None and enrolment.sequence_class == SequenceClass.PROSPECTING
    on = now.astimezone(state.zone).date()
    return ContactClaim(
        names=names_of(touch.person, state.people[touch.person]),
        on=on,
        enrolment=touch.enrolment,
        exclusive_until_on=max(on, _last_on(state, touch)) if is_exclusive else None,
    )


def claims(touch: Touch) -> bool:
    """Whether a touch contacts somebody at an hour that nobody agreed."""
    is_agreed = touch.channel is Channel.MEETING or is_promised(touch)
    return touch.is_contact and bool(touch.person) and not is_agreed


def names_of(person: str, position: Position) -> tuple[str, ...]:
    """Return what a human is known by: the id, and each own address or number."""
    own = (point for point in position.points if not point.is_shared)
    tags = (tag for point in own for tag in (point.tag, *point.former))
    return tuple(sorted({person_name(person), *tags}))


def reached_by(state: Account, number: int) -> tuple[tuple[str, ...], ...]:
    """Return the ways a touch may reach its person, each by the names that would stop it."""
    touch = state.touches[number]
    if not touch.channel.needs_point:
        return (stop_names(None, touch.person),)
    points = state.people[touch.person].live_points(touch.channel)
    return tuple(stop_names(point, touch.person) for point in points)


def unasked_contacts(state: Account, now: datetime) -> tuple[int, ...]:
    """Return the due touches that claim somebody and for which no grant is asked: calls..."""
    return tuple(
        number
        for number, touch in due_touches(state, now)
        if claims(touch) and not touch.channel.is_automatic
    )


def kept_by_claim(kept: KeptContact, tomorrow_at: datetime) -> Obstacle:
    """Return what another account's claim, or a stop, does to a touch.

    For a day it waits, of two sequences a person chooses, and a stop is the end.
    """
    if kept.rule == RuleId.SUPPRESSED:
        return Skip(rule=RuleId.SUPPRESSED)
    if kept.rule == RuleId.EXCLUSIVE_CONTACT_POINT:
        return Block(rule=RuleId.EXCLUSIVE_CONTACT_POINT, missing=(kept.holder,))
    return KeepBack(rule=kept.rule, until_at=tomorrow_at)


def _last_on(state: Account, touch: Touch) -> date:
    """Return the last day for which the touch's enrolment has something planned for its person."""
    return max(
        other.slot.on
        for other in state.touches.values()
        if (other.enrolment, other.person) == (touch.enrolment, touch.person)
    )
