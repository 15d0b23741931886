"""What people ask of the simulated home: stories of accounts that share their addresses."""

import asyncio
from dataclasses import dataclass, field

from engine import requests as r
from engine.ids import WORKSPACE, StreamId, StreamKind, stream_id
from engine.inputs import Input, Lane
from engine.values import Channel, ContactPoint
from sequences.hashing import sequence_hash
from tests.engine.account.story import HEAD, VALUES, Story, french_rules, sealed, thirty_days
from tests.infra.runtime.homes import asked

PLAN = thirty_days()
ENROL = Story(PLAN).enrol(HEAD)
PUBLICATIONS = 2
TAGS = 3
"""Addresses among all stories: two accounts often know the same person."""


@dataclass(kw_only=True)
class Tale:
    """What one person asks, one thing after the other, as far as the history lets them."""

    items: list[tuple[Input, Lane]]
    allowed_count: int = 0
    is_over: bool = False
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def allow(self, count: int) -> None:
        """Let the person ask so many things more."""
        self.allowed_count += count
        self.changed.set()

    def end(self) -> None:
        """Let the person go once everything allowed was asked."""
        self.is_over = True
        self.changed.set()

    async def may_ask(self) -> bool:
        """Wait for leave to ask the next thing; False if it will not come."""
        while not self.allowed_count and not self.is_over:
            self.changed.clear()
            await self.changed.wait()
        self.allowed_count -= 1
        return self.allowed_count >= 0


def publications() -> Tale:
    """Return what publishes the ruleset and one sequence."""
    requests: tuple[r.Request, ...] = (
        r.PublishRuleset(ruleset=french_rules()),
        r.PublishSequence(hash=sequence_hash(PLAN), sequence=PLAN),
    )
    items = [
        (asked(f"publish-{number}", WORKSPACE, one), Lane.EXPRESS)
        for number, one in enumerate(requests, start=1)
    ]
    return Tale(items=items, allowed_count=len(items))


def tale(number: int) -> Tale:
    """Return the story of one account, from its beginning to objections and small changes."""
    account = stream_id(StreamKind.ACCOUNT, f"a{number}")
    first, second = f"mail-{number % TAGS}", f"mail-{(number + 1) % TAGS}"
    fields = (sealed(HEAD, "salutation"), sealed(HEAD, "source_contact"))
    head = r.AddPerson(person=HEAD, role=HEAD, points=(_point(first),), fields=fields)
    colleague = r.AddPerson(person="dgs", role="dgs", points=(_point(second),), fields=())
    attributes = r.Attributes(
        name=f"Ville {number}",
        kind="commune",
        kind_plural="communes",
        departement="79",
        school_zone="B",
    )
    objection: tuple[StreamId, r.Request] = (
        stream_id(StreamKind.CONTACT_POINT, second),
        r.RecordObjection(account=f"a{number}", person="dgs", scope="all"),
    )
    requests: list[tuple[StreamId, r.Request]] = [
        (account, r.AddAccount(attributes=attributes)),
        (account, head),
        (account, r.SetValues(values=dict.fromkeys(VALUES, "…"))),
        (account, ENROL),
        (account, colleague),
        (account, r.SetValues(values={"offre": "1"})),
        *([objection] if number % 3 == 0 else []),
        (account, r.SetValues(values={"offre": "2"})),
        *([(account, r.RecordReply(person=HEAD))] if number % 3 == 1 else []),
        *((account, r.SetValues(values={"offre": str(number)})) for number in range(3, 9)),
    ]
    items = [
        (
            asked(f"a{number}-{index}", stream, request, needs_w=PUBLICATIONS),
            Lane.BULK if index in (2, 5) else Lane.EXPRESS,
        )
        for index, (stream, request) in enumerate(requests)
    ]
    return Tale(items=items)


def _point(tag: str) -> ContactPoint:
    return ContactPoint(tag, Channel.EMAIL, "a.example", sealed(HEAD, "email"))
