"""Work out the dates of a sequence for one case, as `relance sequences calendar` shows them.

Everybody is there, every condition comes true, nobody is late: the dates are those of
the plan.  What is observed on a day (a vote, a meeting accepted) changes what is ahead;
what was planned before it stands as done.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from operator import itemgetter
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct, structs

from engine.cadence import Anchors, FixedContact, LayoutTerms, TouchDraft, expand, lay_out
from engine.plan import Phase, Sequence, StepKind
from engine.ruleset import Locality, Ruleset, budget_year_of
from engine.values import Slot
from sequences.calendar_case import Case, checked, locality_of

_LONG_AGO = datetime(1971, 1, 2, tzinfo=UTC)  # a plan without a now: nothing is past
_ENROLMENT = 1
_DAY = timedelta(days=1)


class CalendarRow(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One planned touch."""

    step: str
    role: str  # empty for work
    channel: str
    on: date = msgspec.field(name="date")
    moved_by: str  # rules in the order in which each moved it first, joined by `+`
    is_guessed: bool = False  # nobody knows yet which days are holidays then


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    """A touch that has a slot."""

    draft: TouchDraft
    slot: Slot


@dataclass(frozen=True, slots=True, kw_only=True)
class _Play:
    """The plan as known on a day: what is done, and what the rest is made from."""

    sequence: Sequence
    ruleset: Ruleset
    locality: Locality
    account_kind: str
    anchors: Anchors
    now_at: datetime = _LONG_AGO
    phase: Phase = Phase.OUTREACH
    replied: tuple[str, ...] = ()
    done: tuple[_Placed, ...] = ()


def calendar(sequence: Sequence, ruleset: Ruleset, *, case: Case) -> tuple[CalendarRow, ...]:
    """Return the dates of `sequence` in one case, by date; withdrawn steps are left out.

    Raises:
        InvalidValueError: The case lacks what the sequence is counted from, or names a
            zone, a time zone or a subdivision that does not exist.
    """
    case = checked(case, sequence)
    play = _begun(sequence, ruleset, case)
    if case.is_campaign:
        return _rows(play, _laid_out(play, _campaign_work(sequence)))
    for seen_on, observed in _observations(case):
        play = observed(play, seen_on)
    return _rows(play, play.done + _ahead(play))


def _observations(case: Case) -> list[tuple[date, Callable[[_Play, date], _Play]]]:
    """Return what changes the plan, in the order in which it is seen."""
    observations: list[tuple[date, Callable[[_Play, date], _Play]]] = []
    if case.vote_on is not None:
        observations.append((case.vote_on, _after_vote))
    if case.meeting_accepted_on is not None and case.meeting is not None:
        after = partial(_after_acceptance, meeting=case.meeting)
        observations.append((case.meeting_accepted_on, after))
    return sorted(observations, key=itemgetter(0))


def _begun(sequence: Sequence, ruleset: Ruleset, case: Case) -> _Play:
    locality = locality_of(case, ruleset)
    return _Play(
        sequence=sequence,
        ruleset=ruleset,
        locality=locality,
        account_kind=case.account_kind,
        anchors=Anchors(
            start_on=case.started_on,
            entry_at=_midnight(case.entered_on, locality),
            contract_end_on=case.contract_end_on,
            events=dict(case.events),
        ),
    )


def _after_vote(play: _Play, vote_on: date) -> _Play:
    """What was planned before the vote is done; the rest is counted from the real vote."""
    play = _done_before(play, vote_on)
    votes = {budget_year_of(vote_on): vote_on}
    return replace(play, anchors=structs.replace(play.anchors, votes=votes))


def _after_acceptance(play: _Play, accepted_on: date, meeting: date | datetime) -> _Play:
    """What was planned until that evening is done; the rest gives way to the engaged steps."""
    play = _done_before(play, accepted_on + _DAY)
    meeting_at = _meeting_at(meeting, play)
    return replace(
        play,
        anchors=structs.replace(play.anchors, meeting_at=meeting_at),
        phase=Phase.ENGAGED,
        replied=_last_person(play),
    )


def _done_before(play: _Play, day: date) -> _Play:
    """Return the play on the morning of `day`."""
    done = [placed for placed in _ahead(play) if placed.slot.on < day]
    instants = {placed.draft.step.id: placed.slot.due_at for placed in done}
    return replace(
        play,
        anchors=structs.replace(play.anchors, done=play.anchors.done | instants),
        now_at=_midnight(day, play.locality),
        done=(*play.done, *done),
    )


def _ahead(play: _Play) -> tuple[_Placed, ...]:
    """Return where what is not done lands, as far as it does."""
    people = {role.name: role.name for step in play.sequence.steps for role in step.roles}
    done = {(placed.draft.step_index, placed.draft.role) for placed in play.done}
    drafts = [
        touch
        for touch in expand(play.sequence, people, phase=play.phase, replied=play.replied)
        if (touch.step_index, touch.role) not in done
    ]
    return _laid_out(play, drafts)


def _laid_out(play: _Play, drafts: list[TouchDraft]) -> tuple[_Placed, ...]:
    placements = lay_out(
        drafts,
        anchors=play.anchors,
        fixed_contacts=[_contact(placed) for placed in play.done if _is_contact(placed)],
        terms=LayoutTerms(
            enrolment=_ENROLMENT,
            locality=play.locality,
            gap=play.sequence.gap,
            now_at=play.now_at,
            account_kind=play.account_kind,
        ),
        ruleset=play.ruleset,
    )
    return tuple(
        _Placed(draft=placement.draft, slot=placement.slot)
        for placement in placements
        if placement.slot is not None
    )


def _campaign_work(sequence: Sequence) -> list[TouchDraft]:
    return [
        TouchDraft(step_index=index, step=step, role="", person="")
        for index, step in enumerate(sequence.steps)
        if step.is_campaign_work
    ]


def _last_person(play: _Play) -> tuple[str, ...]:
    """Return who accepted: the person contacted last, else whoever comes first."""
    contacts = [placed for placed in play.done if _is_contact(placed)]
    if contacts:
        return (max(contacts, key=lambda placed: placed.slot.due_at).draft.person,)
    return tuple(placed.draft.person for placed in _ahead(play) if _is_contact(placed))[:1]


def _contact(placed: _Placed) -> FixedContact:
    draft = placed.draft
    return FixedContact(
        on=placed.slot.on,
        person=draft.person,
        role=draft.role,
        enrolment=_ENROLMENT,
        group=draft.step.group,
        channel=draft.step.channel,
        step=draft.step.id,
        follower=draft.follower,
    )


def _is_contact(placed: _Placed) -> bool:
    return placed.draft.step.kind is StepKind.CONTACT


def _meeting_at(meeting: date | datetime, play: _Play) -> datetime:
    """Return the instant of a meeting; one that has a day only begins with the working day."""
    zone = ZoneInfo(play.locality.time_zone)
    if not isinstance(meeting, datetime):
        day = play.ruleset.windows.get("day")
        opens = day.spans[0].opens if day is not None and day.spans else time(9)
        meeting = datetime.combine(meeting, opens)
    local = meeting if meeting.tzinfo is not None else meeting.replace(tzinfo=zone)
    return local.astimezone(UTC)


def _midnight(day: date, locality: Locality) -> datetime:
    return datetime.combine(day, time(0), ZoneInfo(locality.time_zone)).astimezone(UTC)


def _rows(play: _Play, placements: tuple[_Placed, ...]) -> tuple[CalendarRow, ...]:
    ordered = sorted(
        placements,
        key=lambda placed: (placed.slot.on, placed.draft.step_index, placed.draft.follower),
    )
    return tuple(_row(play, placed) for placed in ordered)


def _row(play: _Play, placed: _Placed) -> CalendarRow:
    slot = placed.slot
    with_schools = bool(play.locality.school_zone) and placed.draft.step.avoids_holidays
    return CalendarRow(
        step=placed.draft.step.id,
        role=placed.draft.role,
        channel=placed.draft.step.channel.value,
        on=slot.on,
        moved_by="+".join(dict.fromkeys(move.rule for move in slot.moves)),
        is_guessed=not play.ruleset.knows_day(slot.on, with_schools=with_schools),
    )
