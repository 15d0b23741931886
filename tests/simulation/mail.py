"""The mail server that people's messages go to, and what it saw: it checks each message.

It answers as it is told to, and its line goes wrong as every other.  Whoever sends talks to
it in two steps: a greeting, and the message, after which the sender may hear nothing.
"""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from engine.ids import StreamId, name_of, touch_id
from engine.suppressing import person_name
from infra.mail.sender import (
    NotSent,
    NotSentReason,
    Outgoing,
    SendOutcome,
    SendRefused,
    SendUnknown,
    Sent,
    SmtpStage,
    UnknownReason,
)
from infra.runtime.owning.touch_ports import GrantKey
from infra.touching.channel_ports import Parcel
from infra.touching.jobs import Job
from infra.touching.protocol import AttemptReport, Evidence, SenderCaps
from tests.simulation.history import MailAnswer
from tests.simulation.network import Call, Network, Unanswered
from tests.simulation.promises import Promise, need
from tests.simulation.virtual_loop import VirtualLoop

CAPS = SenderCaps(per_day_max=5, per_domain_max=3)
"""Few, so that they are reached by some accounts within a day."""
CONVERSATIONS_MAX = 2
ON_ITS_WAY_SECONDS = 10.0
"""Longer than anything is on its way: what has not come by then never will."""
PARIS = ZoneInfo("Europe/Paris")

ANSWERS: Mapping[MailAnswer, SendOutcome] = {
    MailAnswer.TAKEN: Sent(queue_id=""),
    MailAnswer.BUSY: SendRefused(code=451, status="4.3.0", stage=SmtpStage.RECIPIENT, text=""),
    MailAnswer.REFUSED: SendRefused(code=550, status="5.6.0", stage=SmtpStage.CONTENT, text=""),
    MailAnswer.DENIED: SendRefused(code=550, status="5.7.1", stage=SmtpStage.CONTENT, text=""),
    MailAnswer.NOBODY: SendRefused(code=550, status="5.1.1", stage=SmtpStage.RECIPIENT, text=""),
    MailAnswer.SHUT: NotSent(reason=NotSentReason.UNREACHABLE),
    MailAnswer.HUNG_UP: SendUnknown(reason=UnknownReason.DISCONNECTED),
}


class LineLostError(Exception):
    """Nothing was heard of the mail server."""


LINE = Unanswered(LineLostError)


class Transaction(NamedTuple):
    """One message as the server heard it."""

    key: GrantKey
    tag: str
    domain: str
    person: str
    begun_at: datetime  # when its sender looked at the clock for the last time
    answer: MailAnswer

    @property
    def is_taken(self) -> bool:
        """Whether somebody may read it."""
        return self.answer in (MailAnswer.TAKEN, MailAnswer.HUNG_UP)


@dataclass(kw_only=True)
class MailServer:
    """What outlives the processes: the server, its answers, and the promises it was told of."""

    loop: VirtualLoop
    answers: deque[MailAnswer] = field(default_factory=deque)
    transactions: list[Transaction] = field(default_factory=list)
    _on_its_way: dict[GrantKey, float] = field(default_factory=dict)
    _allowed: dict[str, list[str]] = field(default_factory=dict)  # by name, after its stop

    def arm(self, answer: MailAnswer, *, every: int, count: int) -> None:
        """Let every so many messages from now on be answered otherwise."""
        for _ in range(count):
            self.answers.extend([MailAnswer.TAKEN] * (every - 1))
            self.answers.append(answer)

    def disarm(self) -> None:
        """Take everything from now on."""
        self.answers.clear()

    def stopped(self, name: str, in_flight: Sequence[str]) -> None:
        """Take note of an acknowledged stop: nothing follows but what its answer lists."""
        self._allowed.setdefault(name, list(in_flight))

    def set_out(self, key: GrantKey) -> None:
        """Take note of a message that may arrive."""
        self._on_its_way[key] = self.loop.time()

    def take(self, message: Outgoing, begun_at: datetime) -> SendOutcome:
        """Hear a message, check that it may come, and answer."""
        key = key_of(message.message_id)
        answer = self.answers.popleft() if self.answers else MailAnswer.TAKEN
        if answer is MailAnswer.SHUT:
            answer = MailAnswer.BUSY  # it had opened for the greeting
        tag, _, domain = message.recipient.partition("@")
        person = message.content.decode().strip()
        self._on_its_way.pop(key, None)
        self._check(Transaction(key, tag, domain, person, begun_at, answer))
        return ANSWERS[answer]

    def has_taken(self, key: GrantKey) -> bool:
        """Whether a message of an attempt is here."""
        return any(each.key == key and each.is_taken for each in self.transactions)

    def find(self, reference: str) -> Evidence:
        """Say whether a message was taken, for sure or not."""
        key = key_of(reference)
        if self.has_taken(key):
            return Evidence.FOUND
        set_out_seconds = self._on_its_way.get(key, -ON_ITS_WAY_SECONDS)
        if self.loop.time() - set_out_seconds < ON_ITS_WAY_SECONDS:
            return Evidence.UNCLEAR
        return Evidence.ABSENT

    def _check(self, new: Transaction) -> None:
        before = self.transactions
        need(all(each.key != new.key for each in before), Promise.ONE_TRANSACTION, new)
        taken = [each for each in before if each.is_taken and each.key.stream == new.key.stream]
        if new.is_taken:
            touches = {each.key.touch for each in taken}
            need(new.key.touch not in touches, Promise.ONE_MESSAGE, (new, taken))
            same = [
                each
                for each in before
                if each.is_taken and (each.person == new.person or each.tag == new.tag)
            ]
            days = {_day(each.begun_at) for each in same}
            need(_day(new.begun_at) not in days, Promise.ONE_CONTACT, (new, same))
        touch = touch_id(name_of(new.key.stream), new.key.touch)
        for name in (new.tag, person_name(new.person)):
            if name in self._allowed:
                need(touch in self._allowed[name], Promise.NOTHING_AFTER_A_STOP, new)
                self._allowed[name].remove(touch)
        self.transactions.append(new)
        self._check_caps(new)

    def _check_caps(self, new: Transaction) -> None:
        """Check the caps in the day before a message; it may have been overtaken by others."""
        # A refusal counts as well, if its sender hears it: the one who was killed does not,
        # and what is surely absent is given back (docs/decisions/0072).
        counted = [each for each in self.transactions if each.is_taken]
        for last in counted:
            since_at = last.begun_at - timedelta(days=1)
            day = [each for each in counted if since_at < each.begun_at <= last.begun_at]
            of_domain = [each for each in day if each.domain == new.domain]
            need(len(day) <= CAPS.per_day_max, Promise.CAPS, day)
            need(len(of_domain) <= CAPS.per_domain_max, Promise.CAPS, of_domain)


class WiredSender:
    """A process's way to the server; see `infra.mail.sender.Sender`."""

    conversations_max = CONVERSATIONS_MAX

    def __init__(self, server: MailServer, network: Network, now: Callable[[], datetime]) -> None:
        self._server = server
        self._network = network
        self._now = now

    async def send(self, message: Outgoing) -> SendOutcome:
        """Greet, look at the clock for the last time, and say the message."""
        try:
            await self._network.call(Call.GREETING, self._greeted, LINE)
        except LineLostError:
            return NotSent(reason=NotSentReason.UNREACHABLE)
        if message.is_past_deadline():
            return NotSent(reason=NotSentReason.DEADLINE)
        begun_at = self._now()
        await self._server.loop.pass_time(0.0)  # here it may be frozen
        self._server.set_out(key_of(message.message_id))
        try:
            return await self._network.call(
                Call.MESSAGE, lambda: self._server.take(message, begun_at), LINE
            )
        except LineLostError:
            return SendUnknown(reason=UnknownReason.TIMEOUT)

    async def close(self) -> None:
        """Have nothing open."""

    def _greeted(self) -> None:
        answers = self._server.answers
        if answers and answers[0] is MailAnswer.SHUT:
            answers.popleft()
            raise LineLostError


class ServerReconciler:
    """Asks the server itself; see `infra.touching.channel_ports.Reconciler`."""

    def __init__(self, server: MailServer) -> None:
        self._server = server

    async def find(self, reference: str) -> Evidence:
        """Return what the server knows."""
        return self._server.find(reference)


class PlainWriter:
    """Writes no more than for whom it is; see `infra.touching.channel_ports.Writer`."""

    def reference(self, job: Job) -> str:
        """Return the names of an attempt."""
        return " ".join(map(str, job.key))

    async def write(self, jobs: Sequence[Job]) -> Mapping[GrantKey, Parcel | AttemptReport]:
        """Return a message to each address, which its tag names."""
        return {job.key: self._parcel(job) for job in jobs}

    def _parcel(self, job: Job) -> Parcel:
        assert job.point is not None
        assert job.touch is not None
        return Parcel(
            reference=self.reference(job),
            sender="equipe@editeur.example",
            recipient=f"{job.point.tag}@{job.point.domain}",
            content=f"{job.touch.person}\r\n".encode(),
        )


def key_of(reference: str) -> GrantKey:
    """Return the attempt that a reference names."""
    stream, touch, attempt = reference.split(" ")
    return GrantKey(StreamId(stream), int(touch), int(attempt))


def _day(at: datetime) -> str:
    return at.astimezone(PARIS).date().isoformat()
