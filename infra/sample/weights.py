"""The weights of invented answers, as `answers.yaml` holds them."""

from datetime import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Struct
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from infra.sample.errors import SampleDataError
from infra.sample.table import FOLDER

ANSWERS = FOLDER / "answers.yaml"

Natural = Annotated[int, Meta(ge=0)]
Choices = Annotated[tuple[str, ...], Meta(min_length=1)]
Times = Annotated[tuple[time, ...], Meta(min_length=1)]


class EmailAnswer(StrEnum):
    """What a message brings back."""

    SILENT = "silent"
    REPLY_LATER = "reply_later"  # asks to come back, with a date
    REPLY_QUESTION = "reply_question"  # a human reply that settles nothing
    REPLY_MEETING = "reply_meeting"  # agrees to talk
    AUTOMATIC_REPLY = "automatic_reply"
    BOUNCE = "bounce"  # permanent
    REFUSAL = "refusal"
    OBJECTION = "objection"


class CallAnswer(StrEnum):
    """How a call ends: the outcomes that a call task takes."""

    INTERESTED = "joint_interesse"
    LATER = "joint_plus_tard"
    WRONG_PERSON = "joint_mauvais_interlocuteur"
    REFUSAL = "joint_refus"
    SWITCHBOARD = "standard"
    VOICEMAIL = "repondeur"
    ABSENT = "absent"
    WRONG_NUMBER = "numero_errone"


class MeetingAnswer(StrEnum):
    """What became of an agreed meeting."""

    HELD_HOT = "held_hot"  # held, and the account is "chaude"
    HELD = "held"
    MISSED = "missed"


Code = TypeVar("Code", EmailAnswer, CallAnswer, MeetingAnswer)


class Strict(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings that all parts of the file share."""


class Range(Strict, frozen=True):
    """A range of whole numbers, both ends included."""

    low: Natural
    high: Natural

    def __post_init__(self) -> None:
        """Refuse a range that holds nothing."""
        if self.low > self.high:
            rule = "expected low to be at most high"
            raise ValueError(rule)


class EmailTable(Strict, frozen=True):
    """Weights of the messages it fits."""

    weights: dict[EmailAnswer, Natural]
    steps: tuple[str, ...] = ()  # none: every step
    roles: tuple[str, ...] = ()  # none: every role


class CallTable(Strict, frozen=True):
    """Weights of the calls it fits."""

    weights: dict[CallAnswer, Natural]
    steps: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()


class MeetingTable(Strict, frozen=True):
    """Weights of the meetings it fits."""

    weights: dict[MeetingAnswer, Natural]
    steps: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()


class Delays(Strict, frozen=True):
    """Minutes from a message to each answer to it."""

    reply: Range
    automatic_reply: Range
    bounce: Range
    refusal: Range
    objection: Range


class NextPoints(Strict, frozen=True):
    """What people ask to come back for."""

    weeks: Range
    objects: Choices
    deliverables: Choices


class Assessments(Strict, frozen=True):
    """What a call that reached somebody notes."""

    maturities: Choices
    calendars: Choices
    others: Choices


class Weights(Strict, frozen=True):
    """The whole file; every question finds a table, every table an answer."""

    email: tuple[EmailTable, ...]
    call: tuple[CallTable, ...]
    meeting: tuple[MeetingTable, ...]
    delays_minutes: Delays
    absence_days: Range
    callback_business_days: Range
    meeting_business_days: Range
    callback_times: Times  # of the person's place
    meeting_times: Times
    no_more_calls_one_in: Annotated[int, Meta(ge=1)]
    next_points: NextPoints
    assessments: Assessments

    def __post_init__(self) -> None:
        """Refuse tables that leave a question open."""
        for name, tables in (("email", self.email), ("call", self.call), ("meeting", self.meeting)):
            if not tables or tables[-1].steps or tables[-1].roles:
                rule = f"expected the last table of {name} to fit every step and role"
                raise ValueError(rule)
            if not all(sum(table.weights.values()) for table in tables):
                rule = f"expected each table of {name} to weigh more than nothing"
                raise ValueError(rule)


def load_weights(file: Path = ANSWERS) -> Weights:
    """Return the weights.

    Raises:
        SampleDataError: The file is missing, is no YAML, or breaks a rule; names the place.
    """
    try:
        found = YAML(typ="safe", pure=True).load(file)
        return msgspec.convert(found, Weights)
    except OSError as error:
        raise SampleDataError(file, where="the file", rule="readable weights") from error
    except YAMLError as error:
        raise SampleDataError(file, where="the file", rule="valid YAML") from error
    except msgspec.ValidationError as error:
        raise SampleDataError(file, where="the file", rule=f"weights ({error})") from error
