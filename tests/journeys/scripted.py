"""The cast of the reference scenario: everybody answers as its file says, nothing is drawn.

The team closes each task the same day, twenty minutes after it was opened.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from engine.ids import InputId, StreamId, StreamKind, stream_id
from engine.requests import (
    AddTouch,
    CompleteTask,
    OpenCampaign,
    RecordAutomaticReply,
    RecordBounce,
    RecordObjection,
    RecordRefusal,
    RecordReply,
    Request,
)
from engine.values import Channel, NextPoint
from infra.sample.casting import Act, OpenTask, SentMail
from infra.sample.filling import CAMPAIGN, ELECTED, Sample
from infra.vault.tags import Tagger
from tests.journeys.scenario import (
    START_ON,
    Account,
    CallAnswer,
    ElectedRequest,
    MailAnswer,
    MailKind,
    Milestone,
)

PARIS = ZoneInfo("Europe/Paris")
OPENS_AT = datetime.combine(START_ON + timedelta(days=4), time(10), PARIS).astimezone(UTC)
CLOSED_AFTER = timedelta(minutes=20)
MEETING_LASTS_FOR = timedelta(minutes=45)
REPLY_TEXT = "Merci, revenez vers nous à la date dite."


@dataclass(frozen=True, slots=True, kw_only=True)
class Scripted:
    """A cast that follows the scenario's rows."""

    sample: Sample
    tagger: Tagger
    rows: Mapping[str, Account]  # by account key

    def agenda(self) -> tuple[Act, ...]:
        """Return the opening of the campaign, and what is asked of the élus."""
        opening = Act(
            at=OPENS_AT,
            id=InputId("scenario:open"),
            stream=stream_id(StreamKind.CAMPAIGN, CAMPAIGN),
            request=OpenCampaign(),
        )
        asked = [self._elected(row, row.elected) for row in self.rows.values() if row.elected]
        return (opening, *asked)

    def on_mail(self, mail: SentMail) -> tuple[Act, ...]:
        """Return what the row says of this step and role."""
        found = self.rows[mail.account].mails.get((mail.step, mail.role))
        if found is None:
            return ()
        name = f"scenario:mail:{mail.account}:{mail.touch}"
        at = mail.sent_at + found.after
        if found.kind is MailKind.OBJECTION:
            return self._objections(mail, at, name)
        text = REPLY_TEXT if found.kind is MailKind.REPLY else ""
        request = _report(mail, found)
        stream = _account(mail.account)
        return (Act(at=at, id=InputId(name), stream=stream, request=request, text=text),)

    def on_task(self, task: OpenTask) -> tuple[Act, ...]:
        """Return how the team closes a task."""
        is_preparation = task.kind == "preparation"
        at = task.opened_at + (MEETING_LASTS_FOR if task.kind == "meeting" else CLOSED_AFTER)
        if is_preparation:
            at = max(at, datetime.combine(task.due_on, time(9), PARIS).astimezone(UTC))
        kind = StreamKind.CAMPAIGN if is_preparation else StreamKind.ACCOUNT
        reaction = Act(
            at=at,
            id=InputId(f"scenario:task:{task.name}"),
            stream=stream_id(kind, task.owner),
            request=self._closing(task, at),
        )
        return (reaction,)

    def _closing(self, task: OpenTask, at: datetime) -> CompleteTask:
        match task.kind:
            case "call":
                return self._call(task, at)
            case "meeting":
                row = self.rows[task.owner]
                is_hot = row.interview is not None and row.interview.is_hot
                return CompleteTask(
                    task=task.task,
                    outcome="held",
                    is_hot=is_hot,
                    next_point=_next_point(row.milestone),
                )
            case "after_reply":
                point = _next_point(self.rows[task.owner].milestone)
                return CompleteTask(task=task.task, outcome="finish", next_point=point)
            case "find_replacement":
                return CompleteTask(task=task.task, outcome="nobody")
            case _:
                return CompleteTask(task=task.task, outcome="done", checked=task.checklist)

    def _call(self, task: OpenTask, at: datetime) -> CompleteTask:
        row = self.rows[task.owner]
        answer = _call_answer(row, task)
        callback_at = meeting_at = None
        if answer.callback_at is not None:
            callback_at = self._instant(row, at, answer.callback_at)
        if answer.outcome == "joint_interesse" and row.interview is not None:
            local = row.interview.at_local.replace(tzinfo=self._zone(row.account_key))
            meeting_at = local.astimezone(UTC)
        is_reached = answer.outcome.startswith("joint_")
        return CompleteTask(
            task=task.task,
            outcome=answer.outcome,
            callback_at=callback_at,
            meeting_at=meeting_at,
            next_point=_next_point(row.milestone) if answer.outcome == "joint_plus_tard" else None,
            maturity="projet" if is_reached else "",
            calendar="2027" if is_reached else "",
            others="aucun" if is_reached else "",
        )

    def _instant(self, row: Account, at: datetime, wall: time) -> datetime:
        zone = self._zone(row.account_key)
        return datetime.combine(at.astimezone(zone).date(), wall, zone).astimezone(UTC)

    def _elected(self, row: Account, asked: ElectedRequest) -> Act:
        request = AddTouch(
            enrolment=1,
            person=self._person(row.account_key, ELECTED),
            channel=Channel.CALL,
            on=asked.touch_on,
            reason="projet du mandat",
        )
        return Act(
            at=datetime.combine(asked.asked_on, time(17), PARIS).astimezone(UTC),
            id=elected_input(row.account_key),
            stream=_account(row.account_key),
            request=request,
        )

    def _objections(self, mail: SentMail, at: datetime, name: str) -> tuple[Act, ...]:
        person = next(person for person in self.sample.people if person.key == mail.person)
        request = RecordObjection(account=mail.account, person=mail.person, touch=mail.touch)
        return tuple(
            Act(
                at=at,
                id=InputId(f"{name}:{contact.field}"),
                stream=stream_id(
                    StreamKind.CONTACT_POINT, self.tagger.tag(contact.channel, contact.identity)
                ),
                request=request,
            )
            for contact in person.contacts
        )

    def _person(self, account: str, role: str) -> str:
        return next(
            person.key
            for person in self.sample.people
            if (person.account_key, person.role) == (account, role)
        )

    def _zone(self, account: str) -> ZoneInfo:
        return ZoneInfo(next(o.time_zone for o in self.sample.accounts if o.key == account))


def elected_input(account: str) -> InputId:
    """Return the id under which a touch to the élu of an account is asked for."""
    return InputId(f"scenario:elected:{account}")


def scripted(sample: Sample, tagger: Tagger, rows: Sequence[Account]) -> Scripted:
    """Return the cast of these rows."""
    return Scripted(sample=sample, tagger=tagger, rows={row.account_key: row for row in rows})


def _call_answer(row: Account, task: OpenTask) -> CallAnswer:
    if task.role == ELECTED:
        return CallAnswer(outcome="absent")  # the file asks for the touch, and says no more
    return row.calls[task.step][task.attempt - 1]


def _report(mail: SentMail, found: MailAnswer) -> Request:
    match found.kind:
        case MailKind.ABSENCE:
            return RecordAutomaticReply(touch=mail.touch, return_on=found.return_on)
        case MailKind.BOUNCE:
            return RecordBounce(touch=mail.touch, code="5.1.1")
        case MailKind.REFUSAL:
            return RecordRefusal(person=mail.person, touch=mail.touch)
        case _:
            return RecordReply(touch=mail.touch)


def _next_point(milestone: Milestone | None) -> NextPoint | None:
    if milestone is None:
        return None
    return NextPoint(milestone.on, milestone.object, milestone.deliverable)


def _account(name: str) -> StreamId:
    return stream_id(StreamKind.ACCOUNT, name)
