"""What is said to a whole campaign, and what it may aim at."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeAlias

import msgspec

from console.cli.exits import Exit
from engine import requests as r
from engine.events import TaskOpened
from infra.mail.faults import NoFaults
from tests.engine.account.story import at
from tests.journeys.long.rows.fresh_home import FreshHome
from tests.journeys.long.rows.row import Row
from tests.journeys.long.rows.runtime import house_over
from tests.systems.house import account, events, submission

Document: TypeAlias = dict[str, Any]  # as `--json` prints it
SEQUENCE = "collectivite-prise-de-contact-30j"
HEARD_WITHIN_SECONDS = 20.0
FOUNDING = (
    *("campaigns", "create", "c", "--title", "Guichet", "--sequence", SEQUENCE),
    *("--offer", "guichet", "--start", "2027-01-11"),
)


async def _orders(home: FreshHome) -> str:
    async with home.up("--empty"):
        await _member(home)
        (await home.relance("campaigns", "pause", "c", "--reason", "gel")).expect(Exit.DONE)
        held = await _until(home, "m", lambda document: bool(document["holds"]))
        (await home.relance("campaigns", "resume", "c")).expect(Exit.DONE)
        await _until(home, "m", lambda document: not document["holds"])
        (await home.relance("campaigns", "close", "c", "--reason", "fin")).expect(Exit.DONE)
        await _until(home, "m", lambda document: not document["planned"])
        (line,) = msgspec.json.decode((await home.relance("campaigns", "--json")).out)
    assert held["holds"][0]["rule"] == "hold.campaign", held["holds"]
    assert line["closed_on"], line
    return "held, let go, ended with the campaign; the campaign says since when"


async def _goals(home: FreshHome) -> str:
    async with home.up("--empty"):
        (await home.relance("sequences", "publish", SEQUENCE)).expect(Exit.DONE)
        refused = await home.relance(*FOUNDING, "--goal", "marché signé=1", "--json")
        (await home.relance(*FOUNDING, "--goal", "meetings=8")).expect(Exit.DONE)
        unknown = await home.relance(*FOUNDING, "--mailbox", "x")
    assert "unrealistic_goal" in refused.err, refused.err
    assert unknown.exit_code == Exit.BAD_INPUT, unknown.err
    return "a signed contract is refused, eight meetings are not; --mailbox is no option"


async def _size(home: FreshHome) -> str:
    async with home.up("--empty"):
        await _member(home, "--accounts-min", "50", "--accounts-max", "100")
        for task in ("1", "2"):
            words = ("tasks", "done", f"K-c-{task}", "--outcome", "done", "--check", "all")
            (await home.relance(*words)).expect(Exit.DONE)
        said = (await home.relance("campaigns", "open", "c")).expect(Exit.DONE)
    assert "fewer accounts than it is meant for" in said.out, said.out
    return "opened, and said: fewer accounts than it is meant for"


async def _silence(home: FreshHome) -> str:
    async with house_over(home, NoFaults()) as house, house.running() as life:
        await life.founded({"niort": "chef@niort.example"})
        for name, request in (
            ("withdrawn", r.Withdraw(enrolment=1, reason="plus tard")),
            ("prospect", r.ChangeStatus(status="prospect")),
        ):
            await life.ask(submission(name, account("niort"), request))
        await life.play(at("2027-03-15"))
        opened = events(await house.history(), TaskOpened)
    (task,) = [event for event in opened if event.kind == "silence"]
    return f"a task on {task.due_on} asks what becomes of the prospect"


async def _member(home: FreshHome, *options: str) -> None:
    person = ("--family-name", "Exemple", "--email", "a@m.example", "--phone", "05 49 00 00 00")
    for words in (
        ("sequences", "publish", SEQUENCE),
        (*FOUNDING, *options),
        ("accounts", "add", "Ville m", "--key", "m"),
        ("people", "add", "m", "--person", "p", "--role", "responsable_service", *person),
        ("enrol", "m", "--campaign", "c"),
    ):
        (await home.relance(*words)).expect(Exit.DONE)


async def _until(home: FreshHome, account: str, is_so: Callable[[Document], bool]) -> Document:
    """Wait until a timeline is so: reactions take a moment."""
    async with asyncio.timeout(HEARD_WITHIN_SECONDS):
        while True:
            said = (await home.relance("timeline", account, "--json")).expect(Exit.DONE)
            document: Document = msgspec.json.decode(said.out)
            if is_so(document):
                return document


ROWS = (
    Row(
        name="silent-prospect",
        before="a prospect without a touch or a date was forgotten: no alarm of silence",
        now=_silence,
    ),
    Row(
        name="campaign-orders",
        before="a campaign could be neither paused, resumed nor closed",
        now=_orders,
    ),
    Row(
        name="campaign-goals",
        before="--goal, --mailbox: parsed and ignored; « marché signé » was a goal",
        now=_goals,
    ),
    Row(
        name="campaign-size",
        before="--accounts-min and --accounts-max: parsed and ignored",
        now=_size,
    ),
)
