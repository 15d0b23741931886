"""A home that ran before there were streams of persons: they are told its whole log, once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from msgspec import Raw

from engine import requests as r
from engine.account import Account
from engine.decision import Body, Events
from engine.events import Objected
from engine.ids import StreamId, StreamKind, stream_id
from engine.inputs import Input
from engine.reactions import person_reactions
from infra.runtime.runtime import Runtime
from tests.engine.account.story import points
from tests.infra.runtime.homes import MONDAY, Home, asked, running

ACCOUNTS = tuple(stream_id(StreamKind.ACCOUNT, name) for name in ("m", "n"))


@asynccontextmanager
async def before_persons(home: Home) -> AsyncIterator[Runtime]:
    """Run a home as it ran before: nobody tells the streams of persons anything."""
    runtime = home.runtime("before")
    runtime._reactors = runtime._reactors[:1]
    async with running(runtime):
        yield runtime


def founding() -> list[Input]:
    """Return the inputs that make one person known to two accounts, at two addresses."""
    inputs: list[Input] = []
    for account in ACCOUNTS:
        added = r.AddAccount(attributes=r.Attributes(name=account))
        person = r.AddPerson(person="p", role="dgs", points=points(account))
        inputs += [asked(f"{account}-1", account, added), asked(f"{account}-2", account, person)]
    return inputs


async def test_what_older_homes_knew_of_a_person_is_found() -> None:
    """An objection in one account must reach the other, known for a year."""
    home = Home()
    async with before_persons(home) as runtime:
        await runtime.inboxes.ask(founding())
        await runtime.quiet()

    async with home.running("after") as runtime:
        await runtime.quiet()
        objection = r.RecordPersonObjection(account="m")
        await runtime.inboxes.ask([asked("o", stream_id(StreamKind.PERSON, "p"), objection)])
        await runtime.quiet()
        stopped = [await stopped_by(runtime, account) for account in ACCOUNTS]

    assert stopped == ["objection", "objection"]


async def test_an_objection_that_older_homes_heard_reaches_every_account() -> None:
    """It stands in the log; the address by which it was said is known to one account only."""
    home = Home()
    point = stream_id(StreamKind.CONTACT_POINT, f"mail-{ACCOUNTS[0]}")
    async with before_persons(home) as runtime:
        await runtime.inboxes.ask(founding())
        await runtime.quiet()
        await runtime.inboxes.ask([asked("o", point, r.RecordObjection(account="m", person="p"))])
        await runtime.quiet()
        before = [await stopped_by(runtime, account) for account in ACCOUNTS]

    async with home.running("after") as runtime:
        await runtime.quiet()
        after = [await stopped_by(runtime, account) for account in ACCOUNTS]

    assert (before, after) == (["objection", ""], ["objection", "objection"])


async def stopped_by(runtime: Runtime, account: StreamId) -> str:
    """Return why the person is stopped in an account."""
    stream = await runtime._ownership.state_of(account)
    assert stream is not None
    assert isinstance(stream.state, Account)
    return stream.state.people["p"].stopped_by


def test_of_an_old_objection_at_a_shared_address_only_who_said_it_is_told() -> None:
    """The others were stopped by mistake, and must not be stopped everywhere for it."""
    known = (("m", "p"), ("m", "q"))
    old = Objected(rule="exit.objection", scope="all", account="m", person="p", accounts=known)
    body = Body(
        stream=StreamId("contact_point:t"),
        version=3,
        at=MONDAY,
        input=Raw(b"{}"),
        outcome=Events(events=(old,)),
    )

    (told,) = person_reactions(body, None, None)

    assert (told.stream, told.request) == (
        "person:p",
        r.RecordPersonObjection(account="m", tag="t"),
    )
