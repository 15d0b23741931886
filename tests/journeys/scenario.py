"""Read the reference scenario: who exists in each account, and how each one answers.

`reference_scenario.md` explains the columns.
"""

import csv
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from pathlib import Path

SCENARIO = Path(__file__).parent / "reference_scenario.csv"

START_ON = date(2027, 1, 11)
HEAD = "responsable_service"

PERSON_ANSWERS_AFTER = timedelta(hours=2)
MACHINE_ANSWERS_AFTER = timedelta(minutes=2)

# Column: step, and the roles of which the account's own answers.
MAIL_COLUMNS = {
    "email_1_3": ("1.3", (HEAD,)),
    "email_1_5": ("1.5", ("dgs", "dga")),
    "email_1_7": ("1.7", ("dsi",)),
    "email_1_10_service": ("1.10", (HEAD,)),
    "email_1_10_dgs": ("1.10", ("dgs", "dga")),
    "email_1_10_dsi": ("1.10", ("dsi",)),
}
CALL_COLUMNS = {"call_1_4": "1.4", "call_1_6": "1.6", "call_1_12": "1.12"}


class Ending(StrEnum):
    """How an account's enrolment ends."""

    INTERVIEW = "interview"
    LATER = "later"
    REPLY = "reply"
    SILENT = "silent"


class MailKind(StrEnum):
    """What a message brings back."""

    REPLY = "reply"
    REFUSAL = "refusal"
    OBJECTION = "objection"
    BOUNCE = "bounce"
    ABSENCE = "absence"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailAnswer:
    """What one message brings back."""

    kind: MailKind
    return_on: date | None = None  # of an absence

    @property
    def after(self) -> timedelta:
        """Return how long after the message it comes."""
        is_machine = self.kind in (MailKind.BOUNCE, MailKind.ABSENCE)
        return MACHINE_ANSWERS_AFTER if is_machine else PERSON_ANSWERS_AFTER


@dataclass(frozen=True, slots=True, kw_only=True)
class CallAnswer:
    """How one attempt to call ends."""

    outcome: str  # "absent", "joint_interesse"...
    callback_at: time | None = None  # of a switchboard: wall clock there, the same day


@dataclass(frozen=True, slots=True, kw_only=True)
class Interview:
    """The interview agreed at call 2."""

    at_local: datetime  # naive: the wall clock of the account
    is_hot: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """The next point that somebody gives."""

    on: date
    object: str
    deliverable: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ElectedRequest:
    """A touch to the élu that a user asks for by hand."""

    asked_on: date
    touch_on: date
    is_accepted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One row."""

    account_key: str
    ending: Ending
    roles: tuple[str, ...]  # the service head first
    mails: dict[tuple[str, str], MailAnswer]  # by step and role; silence is left out
    calls: dict[str, tuple[CallAnswer, ...]]  # by step: one per attempt, to the service head
    interview: Interview | None
    milestone: Milestone | None  # none: e-mail 1.14 brings the campaign's own
    elected: ElectedRequest | None


def load_scenario(file: Path = SCENARIO) -> tuple[Account, ...]:
    """Return the accounts in the order of their keys."""
    with file.open(encoding="utf-8", newline="") as lines:
        return tuple(_account(row) for row in csv.DictReader(lines))


def _account(row: dict[str, str]) -> Account:
    roles = tuple(row["roles"].split())
    return Account(
        account_key=row["account_key"],
        ending=Ending(row["ending"]),
        roles=roles,
        mails=_mails(row, roles),
        calls={step: _calls(row[name]) for name, step in CALL_COLUMNS.items() if row[name]},
        interview=_interview(row),
        milestone=_milestone(row),
        elected=_elected(row),
    )


def _mails(row: dict[str, str], roles: tuple[str, ...]) -> dict[tuple[str, str], MailAnswer]:
    found = {}
    for name, (step, candidates) in MAIL_COLUMNS.items():
        if row[name]:
            (role,) = [role for role in roles if role in candidates]
            found[step, role] = _mail(row[name])
    return found


def _mail(text: str) -> MailAnswer:
    kind, _, day = text.partition(":")
    return MailAnswer(kind=MailKind(kind), return_on=date.fromisoformat(day) if day else None)


def _calls(text: str) -> tuple[CallAnswer, ...]:
    return tuple(_call(attempt) for attempt in text.split())


def _call(text: str) -> CallAnswer:
    outcome, _, at = text.partition("@")
    return CallAnswer(outcome=outcome, callback_at=time.fromisoformat(at) if at else None)


def _interview(row: dict[str, str]) -> Interview | None:
    if not row["meeting_at"]:
        return None
    at_local = datetime.fromisoformat(row["meeting_at"])
    return Interview(at_local=at_local, is_hot=row["is_hot"] == "true")


def _milestone(row: dict[str, str]) -> Milestone | None:
    if not row["milestone_on"]:
        return None
    return Milestone(
        on=date.fromisoformat(row["milestone_on"]),
        object=row["milestone_object"],
        deliverable=row["milestone_deliverable"],
    )


def _elected(row: dict[str, str]) -> ElectedRequest | None:
    if not row["elected_asked_on"]:
        return None
    return ElectedRequest(
        asked_on=date.fromisoformat(row["elected_asked_on"]),
        touch_on=date.fromisoformat(row["elected_touch_on"]),
        is_accepted=row["elected_expected"] == "accepted",
    )
