"""The invented people of the sample, and the team that works with them.

Each answer is a hash of seed and touch over the weights of `answers.yaml`: what was
played once is played the same after a crash.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from engine.cadence.calendars import Calendars, calendars_at
from engine.cadence.units import add
from engine.ids import InputId, StreamId, StreamKind, stream_id
from engine.objections import of_person
from engine.plan import Offset, Unit
from engine.requests import (
    AddTouch,
    CompleteTask,
    OpenCampaign,
    RecordAutomaticReply,
    RecordBounce,
    RecordRefusal,
    RecordReply,
    Request,
)
from engine.ruleset import Locality
from engine.values import Channel, NextPoint
from infra.sample.answers import (
    Appointment,
    Approach,
    Call,
    Mail,
    Meeting,
    Point,
    answer,
)
from infra.sample.casting import Act, OpenTask, SentMail
from infra.sample.errors import SampleRefusedError
from infra.sample.filling import CAMPAIGN, ELECTED, Sample
from infra.sample.people import SamplePerson
from infra.sample.weights import CallAnswer, EmailAnswer, MeetingAnswer, Weights
from infra.vault.tags import Tagger

OPENS_AFTER = timedelta(days=4, hours=2)
ASKS_ELECTED_AFTER = timedelta(days=16, hours=2)
TEAM = "team"
CORRESPONDENT = "correspondent"

_REPLIES = {
    EmailAnswer.REPLY_LATER: "Merci de votre message, revenez vers nous à la date dite.",
    EmailAnswer.REPLY_QUESTION: "Pouvez-vous préciser comment se passe la reprise des données ?",
    EmailAnswer.REPLY_MEETING: "Volontiers, parlons-en de vive voix.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Correspondents:
    """A cast drawn by seed."""

    sample: Sample
    weights: Weights
    tagger: Tagger
    seed: int
    start_on: date

    def agenda(self) -> tuple[Act, ...]:
        """Return the opening of the campaign, and what is asked of the élus too early."""
        starts_at = datetime.combine(self.start_on, time(8), ZoneInfo("Europe/Paris"))
        opening = Act(
            at=(starts_at + OPENS_AFTER).astimezone(UTC),
            id=InputId("sample:open"),
            stream=stream_id(StreamKind.CAMPAIGN, CAMPAIGN),
            request=OpenCampaign(),
        )
        elected = tuple(
            Act(
                at=(starts_at + ASKS_ELECTED_AFTER).astimezone(UTC),
                id=InputId(f"sample:elected:{person.key}"),
                stream=stream_id(StreamKind.ACCOUNT, person.account_key),
                request=AddTouch(
                    enrolment=1,
                    person=person.key,
                    channel=Channel.CALL,
                    on=self.start_on + ASKS_ELECTED_AFTER + timedelta(days=2),
                    reason="projet du mandat",
                ),
            )
            for person in self.sample.people
            if person.role == ELECTED
        )
        return (opening, *elected)

    def on_mail(self, mail: SentMail) -> tuple[Act, ...]:
        """Return what the person of a message answers."""
        found = answer(
            self.weights,
            Approach(
                seed=self.seed,
                account=mail.account,
                touch=str(mail.touch),
                step=mail.step,
                channel=Channel.EMAIL,
                role=mail.role,
            ),
        )
        if not isinstance(found, Mail):
            return ()
        at = mail.sent_at + found.after
        name = f"sample:mail:{mail.account}:{mail.touch}"
        if found.kind is EmailAnswer.OBJECTION:
            return (self._objection(mail, at, name),)
        act = Act(
            at=at,
            id=InputId(name),
            stream=_account(mail.account),
            request=self._report(mail, found, at),
            text=_REPLIES.get(found.kind, ""),
            actor=CORRESPONDENT,
        )
        return (act,)

    def on_task(self, task: OpenTask) -> tuple[Act, ...]:
        """Return how the team closes a task, the same day."""
        name = f"sample:task:{task.name}"
        # To the second, so that hardly two are closed in one account at one instant.
        seconds = 300 + int.from_bytes(sha256(name.encode()).digest()[:4], "big") % 3300
        at = task.opened_at + timedelta(seconds=seconds)
        if task.kind == "preparation":
            starts_at = datetime.combine(task.due_on, time(9), ZoneInfo("Europe/Paris"))
            at = max(at, starts_at.astimezone(UTC))
            stream = stream_id(StreamKind.CAMPAIGN, task.owner)
        else:
            stream = _account(task.owner)
        request = self._closing(task, at)
        return (Act(at=at, id=InputId(name), stream=stream, request=request),)

    def _closing(self, task: OpenTask, at: datetime) -> CompleteTask:
        closings: dict[str, Callable[[OpenTask, datetime], CompleteTask]] = {
            "call": self._call,
            "meeting": self._meeting,
            "after_reply": self._after_reply,
            "next_point": self._next_point,
            "find_replacement": lambda closed, _: CompleteTask(task=closed.task, outcome="nobody"),
        }
        close = closings.get(task.kind)
        if close is not None:
            return close(task, at)
        return CompleteTask(task=task.task, outcome="done", checked=task.checklist)

    def _call(self, task: OpenTask, at: datetime) -> CompleteTask:
        found = answer(self.weights, self._asked(task, Channel.CALL))
        if not isinstance(found, Call):
            raise SampleRefusedError(str(task.task), "sample.no_answer")
        assessment = found.assessment
        asks_point = found.outcome is CallAnswer.LATER or task.step == "1.12"
        point = found.point or Point(
            after_weeks=9, object="point après le vote du budget", deliverable="un estimatif"
        )
        return CompleteTask(
            task=task.task,
            outcome=found.outcome.value,
            next_point=self._point(task.owner, point, at) if asks_point else None,
            meeting_at=self._appointment(task.owner, found.meeting, at),
            callback_at=self._appointment(task.owner, found.callback, at),
            maturity=assessment.maturity if assessment else "",
            calendar=assessment.calendar if assessment else "",
            others=assessment.others if assessment else "",
            no_more_calls=found.wants_no_more_calls,
        )

    def _meeting(self, task: OpenTask, at: datetime) -> CompleteTask:
        found = answer(self.weights, self._asked(task, Channel.MEETING))
        if not isinstance(found, Meeting):
            raise SampleRefusedError(str(task.task), "sample.no_answer")
        is_missed = found.outcome is MeetingAnswer.MISSED
        return CompleteTask(
            task=task.task,
            outcome="cancelled" if is_missed else "held",
            next_point=self._point(task.owner, found.point, at),
            is_hot=found.outcome is MeetingAnswer.HELD_HOT,
        )

    def _after_reply(self, task: OpenTask, at: datetime) -> CompleteTask:
        """Agree a meeting with every third that answered; date the next point otherwise."""
        digest = sha256(f"{self.seed}:{task.name}".encode()).digest()
        if digest[0] % 3 == 0:
            meeting_at = self._appointment(
                task.owner, Appointment(after_business_days=3, at_local=time(10)), at
            )
            return CompleteTask(task=task.task, outcome="stay", meeting_at=meeting_at)
        return CompleteTask(
            task=task.task, outcome="finish", next_point=self._later(task, digest[1], at)
        )

    def _next_point(self, task: OpenTask, at: datetime) -> CompleteTask:
        """Date the next point again, or where nothing was left to come."""
        digest = sha256(f"{self.seed}:{task.name}".encode()).digest()
        return CompleteTask(
            task=task.task, outcome="done", next_point=self._later(task, digest[1], at)
        )

    def _later(self, task: OpenTask, chance: int, at: datetime) -> NextPoint:
        point = Point(
            after_weeks=8 + chance % 12,
            object="point après une réunion interne",
            deliverable="un retour d'expérience de quatre pages",
        )
        return self._point(task.owner, point, at)

    def _report(self, mail: SentMail, found: Mail, at: datetime) -> Request:
        match found.kind:
            case EmailAnswer.AUTOMATIC_REPLY:
                days = timedelta(days=found.away_days or 1)
                return RecordAutomaticReply(touch=mail.touch, return_on=at.date() + days)
            case EmailAnswer.BOUNCE:
                return RecordBounce(touch=mail.touch, code="5.1.1")
            case EmailAnswer.REFUSAL:
                return RecordRefusal(person=mail.person, touch=mail.touch)
            case _:
                return RecordReply(touch=mail.touch)

    def _objection(self, mail: SentMail, at: datetime, name: str) -> Act:
        stream, request = of_person(mail.person, account=mail.account, touch=mail.touch)
        return Act(at=at, id=InputId(name), stream=stream, request=request, actor=CORRESPONDENT)

    def _asked(self, task: OpenTask, channel: Channel) -> Approach:
        return Approach(
            seed=self.seed,
            account=task.owner,
            touch=str(task.touch),
            step=task.step,
            channel=channel,
            role=task.role,
            attempt=task.attempt,
        )

    def _point(self, account: str, point: Point, at: datetime) -> NextPoint:
        calendars = self._calendars(account)
        on = at.date() + timedelta(weeks=point.after_weeks)
        landed = add(on, Offset(0, Unit.BUSINESS_DAY), calendars=calendars) or on
        return NextPoint(landed, point.object, point.deliverable)

    def _appointment(
        self, account: str, appointment: Appointment | None, at: datetime
    ) -> datetime | None:
        if appointment is None:
            return None
        calendars = self._calendars(account)
        today = at.astimezone(calendars.zone).date()
        offset = Offset(appointment.after_business_days, Unit.BUSINESS_DAY)
        on = add(today, offset, calendars=calendars) or today + timedelta(days=1)
        local = datetime.combine(on, appointment.at_local, calendars.zone)
        return local.astimezone(UTC)

    def _calendars(self, account: str) -> Calendars:
        found = next(known for known in self.sample.accounts if known.key == account)
        facts = self.sample.ruleset.locality(found.departement)
        area = facts.holiday_area if facts else ""
        locality = Locality(found.time_zone, found.school_zone or "", area)
        calendars = calendars_at(locality, self.sample.ruleset)
        if calendars is None:
            raise SampleRefusedError(account, "sample.no_calendar")
        return calendars

    def _person(self, key: str) -> SamplePerson:
        return next(person for person in self.sample.people if person.key == key)


def _account(name: str) -> StreamId:
    return stream_id(StreamKind.ACCOUNT, name)
