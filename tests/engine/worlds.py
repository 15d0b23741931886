"""Random worlds of people, accounts and addresses, and what of them can be reached.

The rules' own code decides and reacts; what is raised is delivered in any order, late and
twice.  The table of stops is written before an objection counts as acknowledged, as its
owner does; what the gate, the dispatcher and whoever opens a call ask is `reaches`.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from random import Random

from msgspec import Raw

from engine import requests as r
from engine import rules
from engine.account import Account
from engine.decision import Body, Events, Outcome, PlacedDecision
from engine.ids import InputId, StreamId, StreamKind, stream_id
from engine.inputs import Input
from engine.objections import of_person, of_points
from engine.reactions import person_reactions, reactions
from engine.requests import Attributes, Request
from engine.suppressing import stop_names, stops_of
from engine.values import Channel, ContactPoint, Sealed
from engine.workspace import Workspace
from tests.engine.account.story import MONDAY, at

PEOPLE = tuple(f"p{number}" for number in range(6))
ACCOUNTS = tuple(f"a{number}" for number in range(4))
EMAILS = tuple(f"mail{number}" for number in range(7))
SWITCHBOARD, EXTENSIONS = "switchboard", ("ext1", "ext2", "ext3")
PHONES = ("phone0", "phone1", "phone2")
PUBLISHED = Workspace()
REASON = Sealed("x", "lift_reason", "AAAA")


def point_of(tag: str) -> ContactPoint:
    """Return the contact point of a tag; extensions stand behind the switchboard."""
    channel = Channel.EMAIL if tag in EMAILS else Channel.CALL
    behind = SWITCHBOARD if tag in EXTENSIONS else ""
    is_shared = tag in (SWITCHBOARD, EMAILS[0])
    sealed = Sealed("x", channel.value, "AAAA")
    return ContactPoint(tag, channel, "", sealed, is_shared=is_shared, behind=behind)


@dataclass
class ObjectionWorld:
    """Streams of every kind, what is on its way between them, and the table of stops."""

    chance: Random
    streams: dict[StreamId, rules.Stream] = field(default_factory=dict)
    under_way: list[Input] = field(default_factory=list)
    stated: dict[tuple[str, str], int] = field(default_factory=dict)
    lifted: dict[tuple[str, str], int] = field(default_factory=dict)
    positions: set[tuple[str, str]] = field(default_factory=set)  # (account, person)
    held_by: dict[str, set[str]] = field(default_factory=dict)  # tag -> people it reaches
    objectors: set[str] = field(default_factory=set)
    closed_tags: set[str] = field(default_factory=set)  # shared or unknown ones that objected
    unclaimed: set[str] = field(default_factory=set)  # of these, known to nobody then
    first_there: set[str] = field(default_factory=set)  # who came there: whose word it may be

    def __post_init__(self) -> None:
        """Found the accounts."""
        self._numbers = count()
        self.now = at(MONDAY, 8)
        for account in ACCOUNTS:
            self.ask(_account(account), r.AddAccount(attributes=Attributes(name=account)))

    # --- what people do ------------------------------------------------------------------

    def add_position(self) -> None:
        """Give a person a place in an account, with some points."""
        account, person = self.chance.choice(ACCOUNTS), self.chance.choice(PEOPLE)
        if (account, person) in self.positions:
            self.add_point()
            return
        tags = self._some_tags(person)
        self.positions.add((account, person))
        points = tuple(point_of(tag) for tag in tags)
        self.ask(_account(account), r.AddPerson(person=person, role="dgs", points=points))

    def add_point(self) -> None:
        """Give somebody another address or number."""
        if not self.positions:
            return
        account, person = self.chance.choice(sorted(self.positions))
        for tag in self._some_tags(person, at_most=1):
            request = r.AddContactPoint(person=person, point=point_of(tag))
            self.ask(_account(account), request)

    def object_as_person(self) -> None:
        """Record the objection of a person, with an address or without."""
        person = self.chance.choice(PEOPLE)
        known = [account for account, other in sorted(self.positions) if other == person]
        stream, request = of_person(person, account=self.chance.choice([*known, ""]))
        self.ask(stream, request)
        self.objectors.add(person)

    def object_by_point(self) -> None:
        """Record an objection by an address, once everybody knows whose it is."""
        self.deliver_all()
        tag = self.chance.choice((*EMAILS, *PHONES, SWITCHBOARD, *EXTENSIONS))
        ((stream, request),) = of_points([tag])
        holders = self.held_by.get(tag, set())
        is_own = len(holders) == 1 and not point_of(tag).is_shared
        if is_own and tag not in self.closed_tags:
            self.objectors.update(holders)
        else:
            self.closed_tags.add(tag)
            if not holders:
                self.unclaimed.add(tag)
        self.ask(stream, request)

    def lift(self) -> None:
        """Take back the objection of somebody, once everybody has heard of it."""
        if not self.objectors:
            return
        self.deliver_all()
        person = self.chance.choice(sorted(self.objectors))
        lifted = self.ask(stream_id(StreamKind.PERSON, person), r.LiftObjection(reason=REASON))
        if isinstance(lifted, Events):
            self.objectors.discard(person)
        self.deliver_all()

    # --- delivery ------------------------------------------------------------------------

    def ask(self, stream: StreamId, request: Request) -> Outcome:
        """Ask something, and return what was decided once its stops are written."""
        name = InputId(f"i{next(self._numbers)}")
        item = Input(
            id=name, stream=stream, at=self.now, actor="ana", source="test", request=request
        )
        return self._decide(item)

    def deliver_some(self) -> None:
        """Let some of what is on its way arrive, in any order, some of it twice."""
        for _ in range(self.chance.randint(0, 6)):
            if not self.under_way:
                return
            index = self.chance.randrange(len(self.under_way))
            item = self.under_way[index]
            if self.chance.random() > 0.1:
                self.under_way.pop(index)
            self._decide(item)

    def deliver_all(self) -> None:
        """Let everything arrive."""
        while self.under_way:
            self.deliver_some()

    def _decide(self, item: Input) -> Outcome:
        self.now += timedelta(milliseconds=1)
        stream = self.streams.get(item.stream) or rules.new(item.stream)
        body = rules.decide(stream, PUBLISHED, item, Raw(b"{}"))
        self.streams[item.stream] = rules.evolve(stream, body, item.id, stream.seq + 1)
        self._write_stops(body, item)
        self.under_way += reactions(body, item, self.streams[item.stream].state)
        self.under_way += person_reactions(body, item, None)
        return body.outcome

    def _write_stops(self, body: Body, item: Input) -> None:
        for stop in stops_of(PlacedDecision(0, 1, 1, body, item)):
            key = (stop.name, stop.reason)
            self.stated[key] = max(self.stated.get(key, 1), stop.stated)
            self.lifted[key] = max(self.lifted.get(key, 0), stop.lifted)

    # --- what can be reached -------------------------------------------------------------

    def reached(self, *, by_engine: bool = True) -> set[tuple[str, str, str]]:
        """Return (account, person, tag) of what a touch could go to at this instant.

        Args:
            by_engine: What the accounts' own state forbids counts too; else the table alone.
        """
        stopped = {key[0] for key, stated in self.stated.items() if stated > self.lifted[key]}
        found = set()
        for account in ACCOUNTS:
            state = self.streams[_account(account)].state
            assert isinstance(state, Account)
            for person, position in state.people.items():
                if by_engine and position.stopped_by:
                    continue
                for point in position.points:
                    is_live = point in position.live_points(point.channel)
                    is_stopped = not stopped.isdisjoint(stop_names(point, person))
                    if not is_stopped and (is_live or not by_engine):
                        found.add((account, person, point.tag))
        return found

    def theirs_alone(self) -> set[tuple[str, str, str]]:
        """Return what those who did not object must not lose: points that reach only them."""
        alone = set()
        for account in ACCOUNTS:
            state = self.streams[_account(account)].state
            assert isinstance(state, Account)
            for person, position in state.people.items():
                if person in self.objectors | self.first_there:
                    continue
                for point in position.points:
                    is_alone = self.held_by[point.tag] == {person}
                    if is_alone and self.closed_tags.isdisjoint(point.tags):
                        alone.add((account, person, point.tag))
        return alone

    def _some_tags(self, person: str, *, at_most: int = 3) -> list[str]:
        own = f"mail{PEOPLE.index(person) + 1}"
        others = (*EMAILS, *PHONES, SWITCHBOARD, *EXTENSIONS)
        tags = [own] if self.chance.random() < 0.6 else []
        tags += self.chance.sample(others, self.chance.randint(0, 2))
        tags = list(dict.fromkeys(tags))[:at_most]
        for tag in tags:
            if tag in self.unclaimed:
                self.first_there.add(person)
            self.held_by.setdefault(tag, set()).add(person)
            if point_of(tag).behind:
                self.held_by.setdefault(SWITCHBOARD, set()).add(person)
        return tags


def _account(name: str) -> StreamId:
    return stream_id(StreamKind.ACCOUNT, name)
