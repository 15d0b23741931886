"""Whom an objection stops, and whom it does not."""

import asyncio
from collections.abc import Mapping

import msgspec

from console.cli.exits import Exit
from tests.journeys.long.rows.fresh_home import FreshHome
from tests.journeys.long.rows.row import Row

HEARD_WITHIN_SECONDS = 20.0
MAIRIE = "05 49 00 00 00"
STOPPED, CHANNEL, OPEN = "stopped", "channel", "open"


async def _two_at_one_address(home: FreshHome) -> str:
    async with home.up("--empty"):
        await _account(home, "m")
        for person, role in (("p-dgs", "dgs"), ("p-head", "responsable_service")):
            await _person(home, "m", person, role, "--email", "mairie@m.example", "--phone", MAIRIE)
        await _objection(home, "m", "--person", "dgs")
        await _until(home, "m", {"p-dgs": "objection", "p-head": ""})
    return "the DGS who objected is stopped, and the service head at the same address is not"


async def _many_at_one_number(home: FreshHome) -> str:
    accounts = [f"m{number}" for number in range(6)]
    async with home.up("--empty"):
        for account in accounts:
            await _account(home, account)
            await _person(home, account, f"p-{account}", "dgs", "--phone", MAIRIE)
        looked = await _objection(home, "m0", "--person", "dgs", "--preview")
        told = await _objection(home, "m0", "--person", "dgs")
        await _until(home, "m0", {"p-m0": "objection"})
        for account in accounts[1:]:
            await _until(home, account, {f"p-{account}": ""})
    others = {f"p-{account}": OPEN for account in accounts[1:]}
    assert looked == told == {"p-m0": STOPPED, **others}, told
    return f"one person is stopped; the {len(others)} others are named before and after, and stay"


async def _one_person_in_two_accounts(home: FreshHome) -> str:
    async with home.up("--empty"):
        for account in ("m", "n"):
            await _account(home, account)
            email = f"claire@{account}.example"
            await _person(home, account, "p-claire", "dgs", "--email", email)
        await _objection(home, "m", "--person", "dgs")
        for account in ("m", "n"):
            await _until(home, account, {"p-claire": "objection"})
        tags = await _suppressed(home, 3)
    assert "person:p-claire" in tags, tags
    return "stopped in both accounts, by id, and both addresses are suppressed"


async def _no_address_yet(home: FreshHome) -> str:
    async with home.up("--empty"):
        await _account(home, "m")
        await _person(home, "m", "p-claire", "dgs")
        await _objection(home, "m", "--person", "dgs")
        words = ("people", "contact", "m", "p-claire", "--email", "claire@m.example")
        (await home.relance(*words)).expect(Exit.DONE)
        tags = await _suppressed(home, 2)
    return f"recorded, and it binds the address added later: {len(tags)} suppressed"


async def _extension(home: FreshHome) -> str:
    async with home.up("--empty"):
        await _account(home, "m")
        await _person(home, "m", "p-claire", "dgs", "--phone", f"{MAIRIE} poste 12")
        told = await _objection(home, "--number", "+33 5 49 00 00 00")
    assert told == {"p-claire": CHANNEL}, told
    return "whoever is reached through the switchboard that objected is called no more"


async def _territories(home: FreshHome) -> str:
    pairs = {
        "0596 60 00 00": "+33 596 60 00 00",
        "0262 20 00 00": "+33262200000",
        "+33 6 92 12 34 56": "+262\u202f692\u202f12\u202f34\u202f56",
        "0508 41 23 45": "+508 41 23 45",
    }
    async with home.up("--empty"):
        await _account(home, "m")
        for number, (stored, objected) in enumerate(pairs.items()):
            await _person(home, "m", f"p-{number}", "dgs", "--phone", stored)
            told = await _objection(home, "--number", objected)
            assert told == {f"p-{number}": STOPPED}, (stored, told)
    return f"{len(pairs)} lines of four territories, each found however it is written"


async def _mistake(home: FreshHome) -> str:
    async with home.up("--empty"):
        await _account(home, "m")
        await _person(home, "m", "p-claire", "dgs", "--email", "claire@m.example")
        await _objection(home, "m", "--person", "dgs")
        await _until(home, "m", {"p-claire": "objection"})
        await _suppressed(home, 2)
        words = ("suppressions", "lift", "m", "--person", "dgs", "--reason", "another Claire")
        (await home.relance(*words)).expect(Exit.DONE)
        await _until(home, "m", {"p-claire": ""})
        await _suppressed(home, 0)
        log = (await home.relance("timeline", "m", "--json")).expect(Exit.DONE).out
    assert "stop_lifted" in log
    assert "another Claire" not in log
    return "lifted with its reason, which is sealed; the record keeps both"


async def _account(home: FreshHome, name: str) -> None:
    (await home.relance("accounts", "add", f"Ville {name}", "--key", name)).expect(Exit.DONE)


async def _person(home: FreshHome, account: str, person: str, role: str, *contacts: str) -> None:
    words = ("people", "add", account, "--person", person, "--role", role)
    said = await home.relance(*words, "--family-name", "Exemple", *contacts, "--another")
    said.expect(Exit.DONE)


async def _objection(home: FreshHome, *words: str) -> Mapping[str, str]:
    """Record an objection, or look first; return how each person it concerns is touched."""
    said = (await home.relance("record", "objection", *words, "--json")).expect(Exit.DONE)
    lines = msgspec.json.decode(said.out)["concerned"]
    return {line["person"]: line["effect"] for line in lines}


async def _until(home: FreshHome, account: str, stopped_by: Mapping[str, str]) -> None:
    """Wait until an account's people are stopped so: reactions take a moment."""
    async with asyncio.timeout(HEARD_WITHIN_SECONDS):
        while True:
            said = (await home.relance("timeline", account, "--json")).expect(Exit.DONE)
            people = msgspec.json.decode(said.out)["people"]
            if {line["person"]: line["stopped_by"] for line in people} == stopped_by:
                return


async def _suppressed(home: FreshHome, count: int) -> set[str]:
    """Wait until so many stops are in force; return whom and what they name."""
    async with asyncio.timeout(HEARD_WITHIN_SECONDS):
        while True:
            said = (await home.relance("suppressions", "--json")).expect(Exit.DONE)
            tags = {line["tag"] for line in msgspec.json.decode(said.out)}
            if len(tags) == count:
                return tags


ROWS = (
    Row(
        name="two-people-at-one-address",
        before=(
            "`record objection m --person dgs`: the service head was stopped, the DGS was not,"
            " and was called the next morning: two reactions had one id"
        ),
        now=_two_at_one_address,
    ),
    Row(
        name="thirty-people-at-one-number",
        before="28 further people in other accounts were stopped, without a word or an undo",
        now=_many_at_one_number,
    ),
    Row(
        name="one-person-in-two-accounts",
        before="an objection in one account: the other address of the same person was mailed",
        now=_one_person_in_two_accounts,
    ),
    Row(
        name="objection-without-an-address",
        before="refused, not recorded; an address added later was mailed",
        now=_no_address_yet,
    ),
    Row(
        name="objection-of-a-switchboard",
        before="a person known as +33549000000;ext=12 was called",
        now=_extension,
    ),
    Row(
        name="one-line-in-two-forms",
        before="0596600000 stored, +33 596 60 00 00 objected: two tags, and the call stayed",
        now=_territories,
    ),
    Row(
        name="objection-recorded-by-mistake",
        before="nothing could take it back",
        now=_mistake,
    ),
)
