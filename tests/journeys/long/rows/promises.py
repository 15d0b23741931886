"""Interest, meetings and promises: what somebody agreed to is stored, shown and kept."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from console.cli.exits import Exit
from engine import requests as r
from engine.events import MilestoneSet, TaskOpened, TouchSkipped
from engine.ids import InputId
from engine.values import NextPoint
from infra.contacts.normal import normal_phone
from infra.mail.faults import NoFaults
from tests.engine.account.story import at
from tests.journeys.long.rows.fresh_home import FreshHome
from tests.journeys.long.rows.row import Row
from tests.journeys.long.rows.runtime import house_over
from tests.systems.house import House, Life, account, events, submission

THIRTY_DAYS = "collectivite-prise-de-contact-30j"
TUESDAY, THURSDAY = "2030-03-05T10:00", "2030-03-07T10:00"
NOW = ("--now", "2026-11-17T09:31")
PARIS = ZoneInfo("Europe/Paris")
NIORT = account("niort")
AGREED = NextPoint(date(2027, 3, 15), "démonstration", "note de deux pages")


async def _after_the_end(home: FreshHome) -> str:
    async with home.up("--empty"):
        await _founded(home, ("p-head", "responsable_service"))
        await _enrolled(home, THIRTY_DAYS, "responsable_service=p-head")
        await _done(home, "withdraw", "m", "--reason", "doublon")
        await _done(home, "record", "meeting", "m", "--person", "p-head", "--at", TUESDAY)
        planned = await _planned(home)
    assert planned == {("meeting", "p-head"): TUESDAY}, planned
    return f"planned for the account, on {TUESDAY}"


async def _without_a_step(home: FreshHome) -> str:
    async with home.up("--empty"):
        await _founded(home, ("p-head", "responsable_service"), ("p-dgs", "dgs"))
        await _enrolled(home, THIRTY_DAYS, "responsable_service=p-head")
        await _done(home, "record", "meeting", "m", "--person", "p-dgs", "--at", TUESDAY)
        planned = await _planned(home)
    assert planned["meeting", "p-dgs"] == TUESDAY, planned
    return "planned, though the sequence has no step for that person"


async def _second_person(home: FreshHome) -> str:
    async with home.up("--empty"):
        await _founded(home, ("p-head", "responsable_service"), ("p-dgs", "dgs"))
        await _enrolled(home, THIRTY_DAYS, "responsable_service=p-head", "dgs=p-dgs")
        await _done(home, "record", "meeting", "m", "--person", "p-head", "--at", TUESDAY)
        await _done(home, "record", "meeting", "m", "--person", "p-dgs", "--at", THURSDAY)
        planned = await _planned(home)
    assert planned["meeting", "p-head"] == TUESDAY, planned
    assert planned["meeting", "p-dgs"] == THURSDAY, planned
    return "two meetings, each at its own instant"


async def _interest(home: FreshHome) -> str:
    async with house_over(home, NoFaults()) as house, house.running() as life:
        await _with_number(life)
        await life.play(at("2027-01-21", 10))
        interested = r.CompleteTask(
            task=await _call(house),
            outcome="joint_interesse",
            next_point=AGREED,
            maturity="projet",
            calendar="2027",
            others="aucun",
        )
        await life.ask(submission("call-1", NIORT, interested))
        for day in ("2027-01-26", "2027-02-04"):
            await life.play(at(day, 18))
            absent = r.CompleteTask(task=await _call(house), outcome="absent")
            await life.ask(submission(f"call-{day}", NIORT, absent))
        await life.play(at("2027-03-15", 8))
        history = await house.history()
    skipped = [event.rule for event in events(history, TouchSkipped)]
    points = [event.next_point.on for event in events(history, MilestoneSet)]
    asked = [event.rule for event in events(history, TaskOpened) if event.kind == "next_point"]
    assert "condition.without_exchange" in skipped, skipped
    assert points == [AGREED.on], points
    assert asked == ["milestone.due"], asked
    return f"1.14 left out; the point stays {AGREED.on}, whose day opens a task"


async def _promised_hour(home: FreshHome) -> str:
    promised_at = at("2027-01-22", 15)
    async with house_over(home, NoFaults()) as house, house.running() as life:
        await _with_number(life)
        await life.play(at("2027-01-21", 10))
        again = r.CompleteTask(task=await _call(house), outcome="standard", callback_at=promised_at)
        await life.ask(submission("call-1", NIORT, again))
        await life.ask(submission("colleague", NIORT, r.AddPerson(person="dgs", role="dgs")))
        await life.ask(submission("reply", NIORT, r.RecordReply(person="dgs")))
        await life.play(promised_at + timedelta(minutes=5))
        history = await house.history()
    calls = [event for event in events(history, TaskOpened) if event.kind == "call"]
    assert len(calls) == 2, calls
    return "the call opens again at three o'clock, though a colleague has answered since"


async def _with_number(life: Life) -> None:
    """Enrol the service head of Niort, who can be called too."""
    await life.founded({"niort": "chef@niort.example"})
    number = [normal_phone("05 49 00 00 01", region="FR")]
    (point,) = await life.intake.points("niort-head", number, input_id=InputId("number"))
    added = r.AddContactPoint(person="niort-head", point=point)
    await life.ask(submission("number", NIORT, added))


async def _call(house: House) -> int:
    """Return the call that was opened last."""
    opened = events(await house.history(), TaskOpened)
    return [event.task for event in opened if event.kind == "call"][-1]


async def _wrong_person(home: FreshHome) -> str:
    async with home.up(*NOW):
        call = await _open_call(home)
        account, wrong = call["owner"], call["person"]
        words = ("people", "add", account, "--person", "p-successor", "--role", call["role"])
        contact = ("--family-name", "Exemple", "--email", "successeur@exemple.example")
        await _done(home, *words, *contact, "--source-contact", "page « Vos services »")
        closing = ("tasks", "done", call["id"], "--outcome", "joint_mauvais_interlocuteur")
        await _done(home, *closing, "--next-person", "p-successor")
        planned = await _lines(home, account)
    to_wrong = [line for line in planned if line["person"] == wrong]
    heard = [str(line["step"]) for line in planned if line["person"] == "p-successor"]
    assert to_wrong == [], to_wrong
    assert heard[0] == "1.3", heard
    return f"nothing more to the first; the successor hears {', '.join(heard)}, in this order"


async def _no_way_out(home: FreshHome) -> str:
    async with home.up("--empty"):
        await _founded(home, ("p-head", "responsable_service"))
        await _done(home, "record", "meeting", "m", "--person", "p-head", "--at", TUESDAY)
        await _done(home, "touches", "skip", "T-m-1", "--reason", "annulé")
        asked = await _milestones(home)
        (task,) = [line["task_id"] for line in asked["orphans"]]
        bare = await home.relance("tasks", "done", task, "--outcome", "skipped")
        bare.expect(Exit.REFUSED)
        point = ("--next-point", "2030-06-04|point après le vote|estimatif")
        await _done(home, "tasks", "done", task, "--outcome", "done", *point)
        dated = await _milestones(home)
    assert dated["orphans"] == [], dated
    (line,) = dated["points"]
    assert line["on"] == "2030-06-04", line
    return f"asked by {task}, which closes with a point or a reason alone; then {line['on']}"


async def _milestones(home: FreshHome) -> dict[str, list[dict[str, str]]]:
    said = (await home.relance("milestones", "--json")).expect(Exit.DONE)
    found: dict[str, list[dict[str, str]]] = msgspec.json.decode(said.out)
    return found


async def _founded(home: FreshHome, *people: tuple[str, str]) -> None:
    await _done(home, "accounts", "add", "Ville m", "--key", "m")
    for person, role in people:
        email = f"{person}@m.example"
        words = ("people", "add", "m", "--person", person, "--role", role, "--email", email)
        await _done(home, *words, "--family-name", "Exemple")


async def _enrolled(home: FreshHome, sequence: str, *participants: str) -> None:
    await _done(home, "sequences", "publish", sequence)
    told = [word for each in participants for word in ("--participant", each)]
    words = ("enrol", "m", "--sequence", sequence, "--offer", "guichet")
    await _done(home, *words, "--start", "2030-02-11", *told)


async def _planned(home: FreshHome) -> dict[tuple[str, str], str]:
    """Return the instants of what is planned, by channel and person, as the account reads them."""
    return {
        (str(line["channel"]), str(line["person"])): _local(str(line["due_at"]))
        for line in await _lines(home, "m")
        if line["channel"] == "meeting"
    }


async def _lines(home: FreshHome, account: str) -> list[dict[str, object]]:
    said = (await home.relance("timeline", account, "--json")).expect(Exit.DONE)
    planned = msgspec.json.decode(said.out, type=dict[str, msgspec.Raw])["planned"]
    return msgspec.json.decode(planned, type=list[dict[str, object]])


async def _open_call(home: FreshHome) -> dict[str, str]:
    said = (await home.relance("tasks", "--json")).expect(Exit.DONE)
    tasks: list[dict[str, str]] = msgspec.json.decode(said.out)
    return next(task for task in tasks if (task["kind"], task["status"]) == ("call", "open"))


async def _done(home: FreshHome, *words: str) -> None:
    (await home.relance(*words)).expect(Exit.DONE)


def _local(due_at: str) -> str:
    return datetime.fromisoformat(due_at).astimezone(PARIS).strftime("%Y-%m-%dT%H:%M")


ROWS = (
    Row(
        name="interest-then-silence",
        before="reached and interested, point on 15/03: 1.14 left, the point became 29/04",
        now=_interest,
    ),
    Row(
        name="promised-hour",
        before="`--callback-at` at 14:00 was moved to the next day by that morning's e-mail",
        now=_promised_hour,
    ),
    Row(
        name="meeting-after-the-end",
        before="a meeting agreed in answer to the closing mail: ✓, and nothing was stored",
        now=_after_the_end,
    ),
    Row(
        name="meeting-without-a-step",
        before="a meeting that no step of the sequence carries: ✓, and nothing was stored",
        now=_without_a_step,
    ),
    Row(
        name="meeting-of-a-second-person",
        before="a second person's meeting moved the first one's",
        now=_second_person,
    ),
    Row(
        name="wrong-person",
        before="the wrong person got two more calls and e-mail D; the successor began with call 3",
        now=_wrong_person,
    ),
    Row(
        name="no-way-out-undated",
        before="`touches skip` on the meeting, `back` at the end: no next point; no list of points",
        now=_no_way_out,
    ),
)
