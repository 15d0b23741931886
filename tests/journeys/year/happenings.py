"""What happens in the year besides answers: holds, absences, votes, purchases, notices."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from engine.ids import InputId, StreamId, StreamKind, stream_id
from engine.objections import of_person
from engine.requests import (
    AddTouch,
    ChangeStatus,
    CreateCampaign,
    Enrol,
    OpenCampaign,
    Pause,
    RecordAutomaticReply,
    RecordDeparture,
    RecordNotice,
    RecordOpportunity,
    RecordReply,
    RecordVote,
    Request,
    Withdraw,
)
from engine.values import Channel, SequenceRef
from infra.sample.accounts import SampleAccount
from infra.sample.casting import Act, OpenTask, SentMail
from infra.sample.correspondents import Correspondents
from infra.sample.filling import ABOUT, MAILBOX, NEXT_POINT, VALUES
from infra.sample.people import SamplePerson
from sequences.hashing import sequence_hash
from tests.journeys.year.draw import share
from tests.journeys.year.population import YearSample

PARIS = ZoneInfo("Europe/Paris")
LATER_CAMPAIGNS = (timedelta(weeks=16), timedelta(weeks=36))
AGAIN_AFTER = timedelta(weeks=42)
YEAR_DAYS = 350
CAMPAIGN_DAYS = 40
AMID = 0.5  # of the events
STARTS_AFTER = (timedelta(), *LATER_CAMPAIGNS)
OPENS_AFTER_DAYS = 4

Happening = Callable[["Happenings", SampleAccount, date], Request | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Happenings:
    """A cast: invented correspondents who answer, and a year that goes on around them."""

    sample: YearSample
    answers: Correspondents

    def agenda(self) -> tuple[Act, ...]:
        """Return all that is planned from the beginning."""
        return (*self.answers.agenda(), *self._campaigns(), *self._again(), *self._events())

    def on_mail(self, mail: SentMail) -> tuple[Act, ...]:
        """Return what a message brings back, if anything."""
        return self.answers.on_mail(mail)

    def on_task(self, task: OpenTask) -> tuple[Act, ...]:
        """Return how a task is closed, if it is."""
        return self.answers.on_task(task)

    def _campaigns(self) -> Iterator[Act]:
        """The second and the third campaign are founded, filled and opened."""
        for number, after in enumerate(LATER_CAMPAIGNS, start=1):
            name, start_on = f"year-{number}", self.answers.start_on + after
            stream = stream_id(StreamKind.CAMPAIGN, name)
            yield self._act(stream, "found", start_on - timedelta(days=2), self._founding(start_on))
            for account in self.sample.of_campaign(number):
                day = start_on - timedelta(days=1)
                yield self._act(_of(account), name, day, self._enrol(account, start_on, name))
            opens_on = start_on + timedelta(days=OPENS_AFTER_DAYS)
            yield self._act(stream, "open", opens_on, OpenCampaign())

    def _again(self) -> Iterator[Act]:
        """Some of the first campaign are asked again before the year is over."""
        start_on = self.answers.start_on + AGAIN_AFTER
        for account in self.sample.of_campaign(0):
            if self._share(account, "again") < 0.3:
                request = self._enrol(account, start_on, "")
                yield self._act(_of(account), "again", start_on, request)

    def _events(self) -> Iterator[Act]:
        for account in self.sample.accounts:
            for name, (frequency, happens) in _EVENTS.items():
                if self._share(account, name) >= frequency:
                    continue
                day = self._day(account, name)
                request = happens(self, account, day)
                if request is not None:
                    yield self._act(_of(account), name, day, request)
            yield from self._objection(account)

    def _day(self, account: SampleAccount, name: str) -> date:
        """Return the day of an event: every other one while the account's campaign runs."""
        drawn = self._share(account, name, "day")
        if self._share(account, name, "amid") < AMID:
            number = self.sample.accounts.index(account) % len(STARTS_AFTER)
            after = STARTS_AFTER[number] + timedelta(days=int(drawn * CAMPAIGN_DAYS))
            return self.answers.start_on + after
        return self.answers.start_on + timedelta(days=int(drawn * YEAR_DAYS))

    def _objection(self, account: SampleAccount) -> Iterator[Act]:
        """Somebody objects by telephone, out of the blue."""
        if self._share(account, "objects") < 0.03:
            person = self.people(account)[-1]
            days = int(self._share(account, "objects", "day") * YEAR_DAYS)
            stream, request = of_person(person.key, account=account.key)
            day = self.answers.start_on + timedelta(days=days)
            yield self._act(stream, f"objects:{account.key}", day, request)

    def people(self, account: SampleAccount) -> list[SamplePerson]:
        """Return who is known in an account, the service head first."""
        return [person for person in self.sample.people if person.account_key == account.key]

    def _founding(self, start_on: date) -> CreateCampaign:
        return CreateCampaign(
            title=f"Campagne du {start_on}",
            sequence=self._ref(),
            about=ABOUT,
            start_on=start_on,
            segment="communes et intercommunalités",
            policy="éducation",
            goals={"meetings": 8},
            next_point=NEXT_POINT,
            values=VALUES,
            mailbox=MAILBOX,
        )

    def _enrol(self, account: SampleAccount, start_on: date, campaign: str) -> Enrol:
        return Enrol(
            sequence=self._ref(),
            about=ABOUT,
            participants=self.sample.participants(account.key),
            start_on=start_on,
            campaign=campaign,
            next_point=NEXT_POINT,
            values=VALUES,
        )

    def _ref(self) -> SequenceRef:
        return SequenceRef(self.sample.plan.name, sequence_hash(self.sample.plan))

    def _share(self, account: SampleAccount, *names: str) -> float:
        return share(self.answers.seed, account.key, *names)

    def _act(self, stream: StreamId, name: str, day: date, request: Request) -> Act:
        minutes = int(share(self.answers.seed, stream, name, "minute") * 420)
        at = datetime.combine(day, time(9), PARIS) + timedelta(minutes=minutes)
        return Act(
            at=at.astimezone(UTC),
            id=InputId(f"year:{stream}:{name}"),
            stream=stream,
            request=request,
        )


def _purchase(_year: Happenings, account: SampleAccount, day: date) -> Request:
    reference = f"marche-{account.key}"
    return ChangeStatus(status="client", evidence="contract", reference=reference, signed_on=day)


def _pause(_year: Happenings, _account: SampleAccount, day: date) -> Request:
    return Pause(reason="élections internes", until=day + timedelta(days=20))


def _person_pause(year: Happenings, account: SampleAccount, day: date) -> Request:
    person = year.people(account)[0].key
    return Pause(reason="en formation", person=person, until=day + timedelta(days=12))


def _absence(year: Happenings, account: SampleAccount, day: date) -> Request:
    person = year.people(account)[0].key
    return RecordAutomaticReply(person=person, return_on=day + timedelta(days=9))


def _vote(_year: Happenings, _account: SampleAccount, day: date) -> Request | None:
    return RecordVote(vote_on=day) if day.month in (1, 2, 3, 4) else None


def _notice(_year: Happenings, account: SampleAccount, _day: date) -> Request:
    return RecordNotice(reference=f"avis-{account.key}")


def _opportunity(_year: Happenings, account: SampleAccount, _day: date) -> Request:
    return RecordOpportunity(reference=f"affaire-{account.key}")


def _departure(year: Happenings, account: SampleAccount, _day: date) -> Request:
    return RecordDeparture(person=year.people(account)[-1].key)


def _reply(year: Happenings, account: SampleAccount, _day: date) -> Request:
    return RecordReply(person=year.people(account)[-1].key)


def _withdrawal(_year: Happenings, _account: SampleAccount, _day: date) -> Request:
    return Withdraw(enrolment=1, reason="traité par un partenaire")


def _elected(year: Happenings, account: SampleAccount, day: date) -> Request:
    return AddTouch(
        enrolment=1,
        person=year.people(account)[-1].key,
        channel=Channel.CALL,
        on=day + timedelta(days=3),
        reason="demande du terrain",
    )


_EVENTS: dict[str, tuple[float, Happening]] = {
    "buys": (0.10, _purchase),
    "pause": (0.10, _pause),
    "person_pause": (0.10, _person_pause),
    "absence": (0.15, _absence),
    "vote": (0.90, _vote),
    "notice": (0.08, _notice),
    "opportunity": (0.04, _opportunity),
    "departure": (0.05, _departure),
    "reply": (0.08, _reply),
    "withdrawal": (0.04, _withdrawal),
    "by_hand": (0.08, _elected),
}
"""How many accounts it happens to, on one day of the year each."""


def _of(account: SampleAccount) -> StreamId:
    return stream_id(StreamKind.ACCOUNT, account.key)
