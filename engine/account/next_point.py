"""The point an enrolment promises when nobody agreed one: dated by the calendar."""

from datetime import datetime, timedelta

from msgspec.structs import replace

from engine.account.ground import anchors_of, terms_of
from engine.account.state import Account
from engine.cadence import TouchDraft, lay_out
from engine.plan import PointTerms, Step, StepKind
from engine.values import Channel, NextPoint
from engine.workspace import Workspace

_VOTES_FROM = (timedelta(days=-183), timedelta(), timedelta(days=183))
"""From when on a vote is looked for: the last one may be past and its point still ahead."""


def default_next_point(
    state: Account, published: Workspace, number: int, at: datetime
) -> NextPoint | None:
    """Return an enrolment's default next point as the calendar stands at an instant.

    A vote's anchor is the first one whose point lies ahead.
    """
    enrolment = state.enrolments[number]
    promised, ruleset = enrolment.next_point, published.ruleset
    if promised is None or ruleset is None:
        return None
    sequence = published.sequences[enrolment.sequence.hash]
    draft = TouchDraft(step_index=-1, step=_step(promised), role="", person="")
    known = anchors_of(state, enrolment, sequence)
    later = [replace(known, entry_at=at + away) for away in _VOTES_FROM]
    terms = terms_of(state, number, sequence, at)
    for anchors in (known, *later):
        (placement,) = lay_out(
            [draft], anchors=anchors, fixed_contacts=(), terms=terms, ruleset=ruleset
        )
        if placement.slot is not None and placement.slot.on > at.astimezone(state.zone).date():
            return NextPoint(placement.slot.on, promised.object, promised.deliverable)
    return None


def _step(promised: PointTerms) -> Step:
    return Step(
        id="next_point",
        kind=StepKind.CONTACT,
        channel=Channel.TASK,
        aim="dater",
        offset=promised.offset,
        anchor=promised.anchor,
        avoids_holidays=True,
    )
