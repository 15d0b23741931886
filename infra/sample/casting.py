"""What a cast is: those who answer the messages and close the tasks of a play."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from engine.ids import InputId, StreamId
from engine.requests import Request


@dataclass(frozen=True, slots=True, kw_only=True)
class SentMail:
    """A message that went out."""

    account: str
    touch: int
    attempt: int
    step: str
    role: str
    person: str
    sent_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTask:
    """A task that waits for somebody."""

    owner: str  # id of the account or campaign
    task: int
    kind: str
    opened_at: datetime
    due_on: date
    touch: int = 0
    attempt: int = 1  # counted among the tasks of its kind for the touch
    step: str = ""
    role: str = ""
    person: str = ""
    checklist: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Return what it is called in every run: account, kind, touch and turn.

        Not its number: an attempt repeated after a crash can change which of two tasks of one
        morning comes first, and a killed play must go on as it would have gone. Nor its instant,
        which two tasks may share.
        """
        return f"{self.owner}:{self.kind}:{self.touch}:{self.attempt}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What somebody asks or reports, and when; the id is the same in every run."""

    at: datetime
    id: InputId
    stream: StreamId
    request: Request
    text: str = ""  # sealed when it is asked: what a reply or a note says
    actor: str = "team"


class Cast(Protocol):
    """Those who answer; equal sightings give equal acts, in every run."""

    def agenda(self) -> tuple[Act, ...]:
        """Return what is planned from the beginning."""

    def on_mail(self, mail: SentMail) -> tuple[Act, ...]:
        """Return what a message brings back, if anything."""

    def on_task(self, task: OpenTask) -> tuple[Act, ...]:
        """Return how a task is closed, if it is."""
