"""What people ask of the simulated home: stories of accounts that share their addresses."""

import asyncio
from dataclasses import dataclass, field

from msgspec.structs import replace

from engine import requests as r
from engine.ids import WORKSPACE, StreamId, StreamKind, stream_id
from engine.inputs import Input, Lane
from engine.values import Channel, ContactPoint
from infra.runtime.owning.touch_ports import GrantKey
from sequences.hashing import sequence_hash
from tests.engine.account.story import HEAD, VALUES, Story, french_rules, sealed, thirty_days
from tests.infra.runtime.homes import asked
from tests.simulation.mail import CAPS

PLAN = thirty_days()
ENROL = Story(PLAN).enrol(HEAD)
MAILBOX = "equipe"
PUBLICATIONS = 3
TAGS = 3
"""Addresses among all stories: two accounts often know the same one."""
PERSONS = 4
"""Heads among all stories, and as many colleagues: some stand in two accounts."""


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
    """Return what publishes the ruleset, one sequence and one mailbox."""
    requests: tuple[r.Request, ...] = (
        r.PublishRuleset(ruleset=french_rules()),
        r.PublishSequence(hash=sequence_hash(PLAN), sequence=PLAN),
        r.PublishMailbox(
            mailbox=r.Mailbox(
                name=MAILBOX,
                domain="editeur.example",
                per_day_max=CAPS.per_day_max,
                per_domain_max=CAPS.per_domain_max,
            )
        ),
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
    head_id, colleague_id = f"head-{number % PERSONS}", f"dgs-{number % PERSONS}"
    fields = (sealed(HEAD, "salutation"), sealed(HEAD, "source_contact"))
    head = r.AddPerson(person=head_id, role=HEAD, points=(_point(first),), fields=fields)
    colleague = r.AddPerson(person=colleague_id, role="dgs", points=(_point(second),), fields=())
    attributes = r.Attributes(
        name=f"Ville {number}",
        kind="commune",
        kind_plural="communes",
        departement="79",
        school_zone="B",
    )
    objection: tuple[StreamId, r.Request] = (
        stream_id(StreamKind.CONTACT_POINT, second),
        r.RecordObjection(account=f"a{number}", person=colleague_id, scope="all"),
    )
    requests: list[tuple[StreamId, r.Request]] = [
        (account, r.AddAccount(attributes=attributes)),
        (account, head),
        (account, r.SetValues(values=dict.fromkeys(VALUES, "…"))),
        (account, replace(ENROL, participants={HEAD: head_id})),
        (account, colleague),
        (account, r.SetValues(values={"offre": "1"})),
        *([objection] if number % 3 == 0 else []),
        (account, r.SetValues(values={"offre": "2"})),
        *([(account, r.RecordReply(person=head_id))] if number % 3 == 1 else []),
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


def objection(name: str, *, number: int) -> Tale:
    """Return the story of somebody who wants nothing any more, at an address or anywhere."""
    stream, request = _objection(name)
    item = asked(f"objection-{number}", stream, request, needs_w=PUBLICATIONS)
    return Tale(items=[(item, Lane.EXPRESS)], allowed_count=1)


def lift(*, number: int) -> Tale:
    """Return the story of somebody who has set a mailbox right."""
    request = r.LiftMailbox(mailbox=MAILBOX, reason=sealed("ops", "reason"))
    item = asked(f"lift-{number}", WORKSPACE, request, needs_w=PUBLICATIONS)
    return Tale(items=[(item, Lane.EXPRESS)], allowed_count=1)


def settling(key: GrantKey, *, was_sent: bool, number: int) -> Tale:
    """Return the story of somebody who looked up what became of an attempt."""
    request = r.SettleTouch(
        touch=key.touch, was_sent=was_sent, attempt_again=not was_sent, reason="seen at the server"
    )
    item = asked(f"settling-{number}", key.stream, request, needs_w=PUBLICATIONS)
    return Tale(items=[(item, Lane.EXPRESS)], allowed_count=1)


def _objection(name: str) -> tuple[StreamId, r.Request]:
    if name.startswith("mail-"):
        return stream_id(StreamKind.CONTACT_POINT, name), r.RecordObjection(scope="all")
    return stream_id(StreamKind.PERSON, name), r.RecordPersonObjection()


def _point(tag: str) -> ContactPoint:
    domain = f"{tag}.example" if tag.endswith("0") else "a.example"
    return ContactPoint(tag, Channel.EMAIL, domain, sealed(HEAD, "email"))
