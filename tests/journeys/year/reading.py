"""What the log says was done with whom, read without the engine's own fold."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from engine import events as e
from engine.decision import PlacedDecision
from engine.ids import StreamKind, kind_of, name_of
from engine.requests import Reach
from engine.rule_ids import RuleId
from engine.values import Channel

PROSPECTING = "prospecting"
CLIENT = "client"
STATED = ("refusal", "objection", "opportunity", "role_lost")
"""Why an enrolment ends without a next point: what somebody said, or that nobody is left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contacted:
    """One contact that took place."""

    account: str
    person: str
    enrolment: int
    sequence_class: str
    channel: Channel
    at: datetime
    was_client: bool
    was_frozen: bool  # a notice on the same object held the enrolment


@dataclass(slots=True, kw_only=True)
class AccountRead:
    """One account, as far as its decisions were read."""

    name: str
    status: str = ""
    classes: dict[int, str] = field(default_factory=dict)  # by enrolment
    touches: dict[int, e.TouchPlanned] = field(default_factory=dict)
    persons: dict[int, str] = field(default_factory=dict)  # by touch
    tags: dict[str, set[str]] = field(default_factory=dict)  # own addresses, by person
    frozen: dict[int, int] = field(default_factory=dict)  # enrolment, by hold
    was_frozen: bool = False
    running: set[int] = field(default_factory=set)
    endings: list[str] = field(default_factory=list)  # reasons, in order
    is_stated: bool = False  # the last ending is somebody's word: no next point is wanted
    has_point: bool = False
    contacts: list[Contacted] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)

    def take(self, placed: PlacedDecision) -> None:
        """Go on by one decision."""
        for event in placed.body.events:
            self._take(event, placed.body.at)

    def _take(self, event: object, at: datetime) -> None:
        match event:
            case e.PersonAdded(person=person, points=points):
                own = {point.tag for point in points if point.channel is Channel.EMAIL}
                self.tags.setdefault(person, set()).update(own)
            case e.StatusChanged(status=status):
                self.status = status
            case e.MilestoneSet():
                self.has_point = True
            case e.Enrolled(enrolment=number, sequence_class=sequence_class):
                self.classes[number] = sequence_class
                self.running.add(number)
            case e.EnrolmentFinished(enrolment=number, reason=reason):
                self._ended(number, reason, is_stated=reason in STATED)
            case e.EnrolmentWithdrawn(enrolment=number):
                self._ended(number, "withdrawn", is_stated=True)
            case e.HoldPlaced(hold=hold, enrolment=number, rule=RuleId.EXIT_NOTICE):
                self.frozen[hold] = number
                self.was_frozen = True
            case e.HoldLifted(hold=hold):
                self.frozen.pop(hold, None)
            case e.TouchPlanned(touch=number, person=person):
                self.touches[number], self.persons[number] = event, person
            case e.TouchReassigned(touch=number, person=person):
                self.persons[number] = person
            case e.TouchSettled(touch=number, reach=Reach.SENT) | e.TouchDone(touch=number):
                self._contacted(number, at)
            case _:
                pass

    def _ended(self, number: int, reason: str, *, is_stated: bool) -> None:
        self.running.discard(number)
        self.endings.append(reason)
        self.is_stated = is_stated

    def _contacted(self, number: int, at: datetime) -> None:
        touch = self.touches[number]
        if not touch.is_contact:
            return
        contact = Contacted(
            account=self.name,
            person=self.persons[number],
            enrolment=touch.enrolment,
            sequence_class=self.classes.get(touch.enrolment, ""),
            channel=touch.channel,
            at=at,
            was_client=self.status == CLIENT,
            was_frozen=touch.enrolment in self.frozen.values(),
        )
        self.contacts.append(contact)


def read_accounts(decisions: Iterable[PlacedDecision]) -> dict[str, AccountRead]:
    """Return every account, read to the end of the log."""
    accounts: dict[str, AccountRead] = {}
    for placed in decisions:
        stream = placed.body.stream
        if kind_of(stream) is StreamKind.ACCOUNT:
            name = name_of(stream)
            accounts.setdefault(name, AccountRead(name=name)).take(placed)
    return accounts


def humans(accounts: Iterable[AccountRead]) -> dict[tuple[str, str], int]:
    """Return a number for each human, by account and person.

    One id is one human wherever it stands, and so is one own address.
    """
    parents: dict[str, str] = {}

    def root(name: str) -> str:
        while parents.setdefault(name, name) != name:
            name = parents[name]
        return name

    known = [account for account in accounts if account.tags]
    for account in known:
        for person, tags in account.tags.items():
            for tag in tags:
                parents[root(f"tag {tag}")] = root(f"person {person}")
    numbers = {name: number for number, name in enumerate(sorted(map(root, tuple(parents))))}
    return {
        (account.name, person): numbers[root(f"person {person}")]
        for account in known
        for person in account.tags
    }


def contacts_of(accounts: Iterable[AccountRead]) -> Iterator[Contacted]:
    """Yield every contact of every account."""
    for account in accounts:
        yield from account.contacts
