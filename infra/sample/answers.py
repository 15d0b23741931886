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
    Span,
    Weights,
)

Table = TypeVar("Table", EmailTable, CallTable, MeetingTable)
Value = TypeVar("Value", str, time)

EMAIL = "email"
CALL = "call"
MEETING = "meeting"

REPLIES = (EmailAnswer.REPLY_LATER, EmailAnswer.REPLY_QUESTION, EmailAnswer.REPLY_MEETING)
REACHED = (CallAnswer.INTERESTED, CallAnswer.LATER, CallAnswer.WRONG_PERSON, CallAnswer.REFUSAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
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


Answer = Silent | Mail | Call | Meeting


def answer(weights: Weights, asked: Asked) -> Answer:
    """Return what becomes of one attempt; other channels than the three stay silent."""
    if asked.channel == EMAIL:
        return _mail(weights, asked)
    if asked.channel == CALL:
        return _call(weights, asked)
    if asked.channel == MEETING:
        return _meeting(weights, asked)
    return Silent()


def _mail(weights: Weights, asked: Asked) -> Answer:
    kind = _drawn(_table(weights.email, asked).weights, asked)
    if kind is EmailAnswer.SILENT:
        return Silent()
    return Mail(
        kind=kind,
        after=timedelta(minutes=_within(_delay(weights, kind), asked, "delay")),
        point=_point(weights, asked) if kind is EmailAnswer.REPLY_LATER else None,
        meeting=_appointment(weights, asked) if kind is EmailAnswer.REPLY_MEETING else None,
        away_days=(
            _within(weights.absence_days, asked, "away")
            if kind is EmailAnswer.AUTOMATIC_REPLY
            else None
        ),
    )


def _delay(weights: Weights, kind: EmailAnswer) -> Span:
    if kind in REPLIES:
        return weights.delays_minutes.reply
    delays = {
        EmailAnswer.AUTOMATIC_REPLY: weights.delays_minutes.automatic_reply,
        EmailAnswer.BOUNCE: weights.delays_minutes.bounce,
        EmailAnswer.REFUSAL: weights.delays_minutes.refusal,
        EmailAnswer.OBJECTION: weights.delays_minutes.objection,
    }
    return delays[kind]


def _call(weights: Weights, asked: Asked) -> Call:
    outcome = _drawn(_table(weights.call, asked).weights, asked)
    return Call(
        outcome=outcome,
        assessment=_assessment(weights, asked) if outcome in REACHED else None,
        point=_point(weights, asked) if outcome is CallAnswer.LATER else None,
        meeting=_appointment(weights, asked) if outcome is CallAnswer.INTERESTED else None,
        callback=_callback(weights, asked) if outcome is CallAnswer.SWITCHBOARD else None,
        wants_no_more_calls=(
            outcome is CallAnswer.REFUSAL
            and _number(asked, "no more calls") % weights.no_more_calls_one_in == 0
        ),
    )


def _meeting(weights: Weights, asked: Asked) -> Meeting:
    outcome = _drawn(_table(weights.meeting, asked).weights, asked)
    return Meeting(outcome=outcome, point=_point(weights, asked))


def _point(weights: Weights, asked: Asked) -> Point:
    points = weights.next_points
    return Point(
        after_weeks=_within(points.weeks, asked, "weeks"),
        object=_picked(points.objects, asked, "object"),
        deliverable=_picked(points.deliverables, asked, "deliverable"),
    )


def _appointment(weights: Weights, asked: Asked) -> Appointment:
    return Appointment(
        after_business_days=_within(weights.meeting_business_days, asked, "meeting day"),
        at_local=_picked(weights.meeting_times, asked, "meeting time"),
    )


def _callback(weights: Weights, asked: Asked) -> Appointment:
    return Appointment(
        after_business_days=_within(weights.callback_business_days, asked, "callback day"),
        at_local=_picked(weights.callback_times, asked, "callback time"),
    )


def _assessment(weights: Weights, asked: Asked) -> Assessment:
    return Assessment(
        maturity=_picked(weights.assessments.maturities, asked, "maturity"),
        calendar=_picked(weights.assessments.calendars, asked, "calendar"),
        others=_picked(weights.assessments.others, asked, "others"),
    )


def _table(tables: Sequence[Table], asked: Asked) -> Table:
    return next(
        table
        for table in tables
        if (not table.steps or asked.step in table.steps)
        and (not table.roles or asked.role in table.roles)
    )


def _drawn(weights: Mapping[Code, int], asked: Asked) -> Code:
    bounds = tuple(accumulate(weights.values()))
    return tuple(weights)[bisect_right(bounds, _number(asked, "answer") % bounds[-1])]


def _within(span: Span, asked: Asked, label: str) -> int:
    return span.low + _number(asked, label) % (span.high - span.low + 1)


def _picked(values: Sequence[Value], asked: Asked, label: str) -> Value:
    return values[_number(asked, label) % len(values)]


def _number(asked: Asked, label: str) -> int:
    """Return a large number without meaning; each label has its own."""
    parts = (str(asked.seed), asked.account, asked.touch, str(asked.attempt), label)
    return int.from_bytes(sha256("\0".join(parts).encode()).digest()[:16], "big")
