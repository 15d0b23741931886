"""What a layout of an account's touches is made on: anchors, terms, and contacts that stand."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from engine.account.state import UNDER_WAY, Account, Enrolment
from engine.cadence import Anchors, FixedContact, LayoutTerms, budget_vote
from engine.plan import Sequence
from engine.ruleset import Ruleset
from engine.values import Channel

_AFTERNOON_HOUR = 13
"""A contact of the lunch hour counts as the last of the morning; a plan is halved at noon."""


def anchors_of(state: Account, enrolment: Enrolment, sequence: Sequence) -> Anchors:
    """Return what the enrolment's steps can be counted from."""
    last = enrolment.meeting_for("")
    return Anchors(
        start_on=enrolment.start_on,
        entry_at=enrolment.entry_at,
        votes=known_votes(state),
        contract_end_on=enrolment.about.contract_end_on,
        meeting_at=last.at if last else None,
        meetings={person: agreed.at for person, agreed in enrolment.meetings.items()},
        events=sequence.events,
        done=enrolment.done_at,
    )


def vote_of(state: Account, enrolment: Enrolment, ruleset: Ruleset) -> date | None:
    """Return the known day of the budget vote that an enrolment looks ahead to, else None."""
    vote = budget_vote(
        enrolment.entry_at.astimezone(state.zone).date(),
        known_votes(state),
        rule=ruleset.budget_vote,
        account_kind=kind_of(state),
    )
    return None if vote is None or vote.is_assumed else vote.on


def known_votes(state: Account) -> dict[int, date]:
    """Return the days of votes that were announced or observed, by the year of the budget."""
    return {year: vote.on for year, vote in state.votes.items()}


def kind_of(state: Account) -> str:
    """Return what kind of body the account is; empty where nobody said."""
    return state.attributes.kind if state.attributes else ""


def terms_of(state: Account, number: int, sequence: Sequence, at: datetime) -> LayoutTerms:
    """Return under what an enrolment's touches are placed at an instant."""
    return LayoutTerms(
        enrolment=number,
        locality=state.locality,
        gap=sequence.gap,
        now_at=at,
        shift_days=state.enrolments[number].shift_days,
        stood_days=state.enrolments[number].stood_days,
        account_kind=kind_of(state),
    )


def fixed_contacts(state: Account, *, leaving_out: frozenset[int]) -> tuple[FixedContact, ...]:
    """Return the contacts that nothing moves: done, under way, or of another enrolment."""
    zone = state.zone
    done = tuple(
        FixedContact(
            on=contact.on,
            person=contact.person,
            role=contact.role,
            enrolment=contact.enrolment,
            group=contact.group,
            channel=contact.channel,
            window_half=_half(contact.at, zone),
            step=contact.step,
            follower=contact.follower,
        )
        for contact in state.contacted
        if contact.touch not in leaving_out
    )
    ahead = tuple(
        FixedContact(
            on=touch.slot.on,
            person=touch.person,
            role=touch.role,
            enrolment=touch.enrolment,
            is_agreed=touch.channel is Channel.MEETING,
            group=touch.group,
            channel=touch.channel,
            window_half=_half(touch.slot.due_at, zone),
            step=touch.step,
            follower=touch.follower,
        )
        for n, touch in state.touches.items()
        if touch.is_contact and n not in leaving_out and touch.status not in UNDER_WAY
    )
    return done + ahead


def _half(at: datetime, zone: ZoneInfo) -> str:
    return "am" if at.astimezone(zone).hour < _AFTERNOON_HOUR else "pm"
