"""What invented correspondents answer: a hash of seed and touch over the weights.

Pure: the same seed and touch give the same answer in every process and on every run, so a
play that was killed goes on as it would have gone.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time, timedelta
from hashlib import sha256
from itertools import accumulate
from typing import TypeVar

from infra.sample.weights import (
    CallAnswer,
    CallTable,
    Code,
    EmailAnswer,
    EmailTable,
    MeetingAnswer,
    MeetingTable,
    Range,
    Weights,
)

AnyTable = TypeVar("AnyTable", EmailTable, CallTable, MeetingTable)
Option = TypeVar("Option", str, time)

EMAIL = "email"
CALL = "call"
MEETING = "meeting"

REPLIES = (EmailAnswer.REPLY_LATER, EmailAnswer.REPLY_QUESTION, EmailAnswer.REPLY_MEETING)
REACHED = (CallAnswer.INTERESTED, CallAnswer.LATER, CallAnswer.WRONG_PERSON, CallAnswer.REFUSAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Approach:
    """One attempt of one touch, as an invented correspondent sees it."""

    seed: int
    account: str
    touch: str  # its name in the account, the same in every run
    step: str  # "1.4"; empty for a touch added by hand
    channel: str  # as engine values name it: "email", "call", "meeting"...
    role: str
    attempt: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A next point, its date counted in weeks from the answer."""

    after_weeks: int
    object: str
    deliverable: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """A day counted in business days from the answer, and a wall-clock time there."""

    after_business_days: int
    at_local: time


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What a call that reached somebody notes."""

    maturity: str
    calendar: str
    others: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Silent:
    """No answer, now or later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """An answer to a message, `after` its sending."""

    kind: EmailAnswer  # never silent
    after: timedelta
    point: Point | None = None  # reply_later
    meeting: Appointment | None = None  # reply_meeting
    away_days: int | None = None  # automatic_reply: calendar days until the return


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """How a call ended."""

    outcome: CallAnswer
    assessment: Assessment | None = None  # whenever somebody was reached
    point: Point | None = None  # joint_plus_tard
    meeting: Appointment | None = None  # joint_interesse
    callback: Appointment | None = None  # standard
    wants_no_more_calls: bool = False  # joint_refus


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """What became of an agreed meeting; closed with a next point either way."""

    outcome: MeetingAnswer
    point: Point


Response = Silent | Mail | Call | Meeting


def answer(weights: Weights, approach: Approach) -> Response:
    """Return what becomes of one attempt; other channels than the three stay silent."""
    if approach.channel == EMAIL:
        return _mail(weights, approach)
    if approach.channel == CALL:
        return _call(weights, approach)
    if approach.channel == MEETING:
        return _meeting(weights, approach)
    return Silent()


def _mail(weights: Weights, approach: Approach) -> Response:
    kind = _drawn(_table(weights.email, approach).weights, approach)
    if kind is EmailAnswer.SILENT:
        return Silent()
    return Mail(
        kind=kind,
        after=timedelta(minutes=_within(_delay(weights, kind), approach, "delay")),
        point=_point(weights, approach) if kind is EmailAnswer.REPLY_LATER else None,
        meeting=_appointment(weights, approach) if kind is EmailAnswer.REPLY_MEETING else None,
        away_days=(
            _within(weights.absence_days, approach, "away")
            if kind is EmailAnswer.AUTOMATIC_REPLY
            else None
        ),
    )


def _delay(weights: Weights, kind: EmailAnswer) -> Range:
    if kind in REPLIES:
        return weights.delays_minutes.reply
    delays = {
        EmailAnswer.AUTOMATIC_REPLY: weights.delays_minutes.automatic_reply,
        EmailAnswer.BOUNCE: weights.delays_minutes.bounce,
        EmailAnswer.REFUSAL: weights.delays_minutes.refusal,
        EmailAnswer.OBJECTION: weights.delays_minutes.objection,
    }
    return delays[kind]


def _call(weights: Weights, approach: Approach) -> Call:
    outcome = _drawn(_table(weights.call, approach).weights, approach)
    return Call(
        outcome=outcome,
        assessment=_assessment(weights, approach) if outcome in REACHED else None,
        point=_point(weights, approach) if outcome is CallAnswer.LATER else None,
        meeting=_appointment(weights, approach) if outcome is CallAnswer.INTERESTED else None,
        callback=_callback(weights, approach) if outcome is CallAnswer.SWITCHBOARD else None,
        wants_no_more_calls=(
            outcome is CallAnswer.REFUSAL
            and _number(approach, "no more calls") % weights.no_more_calls_one_in == 0
        ),
    )


def _meeting(weights: Weights, approach: Approach) -> Meeting:
    outcome = _drawn(_table(weights.meeting, approach).weights, approach)
    return Meeting(outcome=outcome, point=_point(weights, approach))


def _point(weights: Weights, approach: Approach) -> Point:
    points = weights.next_points
    return Point(
        after_weeks=_within(points.weeks, approach, "weeks"),
        object=_picked(points.objects, approach, "object"),
        deliverable=_picked(points.deliverables, approach, "deliverable"),
    )


def _appointment(weights: Weights, approach: Approach) -> Appointment:
    return Appointment(
        after_business_days=_within(weights.meeting_business_days, approach, "meeting day"),
        at_local=_picked(weights.meeting_times, approach, "meeting time"),
    )


def _callback(weights: Weights, approach: Approach) -> Appointment:
    return Appointment(
        after_business_days=_within(weights.callback_business_days, approach, "callback day"),
        at_local=_picked(weights.callback_times, approach, "callback time"),
    )


def _assessment(weights: Weights, approach: Approach) -> Assessment:
    return Assessment(
        maturity=_picked(weights.assessments.maturities, approach, "maturity"),
        calendar=_picked(weights.assessments.calendars, approach, "calendar"),
        others=_picked(weights.assessments.others, approach, "others"),
    )


def _table(tables: Sequence[AnyTable], approach: Approach) -> AnyTable:
    return next(
        table
        for table in tables
        if (not table.steps or approach.step in table.steps)
        and (not table.roles or approach.role in table.roles)
    )


def _drawn(weights: Mapping[Code, int], approach: Approach) -> Code:
    bounds = tuple(accumulate(weights.values()))
    return tuple(weights)[bisect_right(bounds, _number(approach, "answer") % bounds[-1])]


def _within(span: Range, approach: Approach, label: str) -> int:
    return span.low + _number(approach, label) % (span.high - span.low + 1)


def _picked(values: Sequence[Option], approach: Approach, label: str) -> Option:
    return values[_number(approach, label) % len(values)]


def _number(approach: Approach, label: str) -> int:
    """Return a large number without meaning; each label has its own."""
    parts = (str(approach.seed), approach.account, approach.touch, str(approach.attempt), label)
    return int.from_bytes(sha256("\0".join(parts).encode()).digest()[:16], "big")
