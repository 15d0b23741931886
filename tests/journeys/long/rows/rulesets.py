"""Rules and days that change under what is planned."""

import asyncio
import re
from datetime import date

import msgspec
from msgspec import Struct

from console.cli.exits import Exit
from console.desk.replanning import TouchChange
from sequences.rulesets import FRENCH
from tests.journeys.long.rows.fresh_home import FreshHome
from tests.journeys.long.rows.row import Row

SEQUENCE = "collectivite-prise-de-contact-30j"
NURTURING = "nurturing-collectivite-12m"
SEEN_WITHIN_SECONDS = 20.0


class Replanned(Struct):
    """What a publication says that it moves, and in how many accounts it did."""

    changes: tuple[TouchChange, ...]
    agreed: tuple[TouchChange, ...] = ()
    moved_account_count: int = 0


async def _new_holiday(home: FreshHome) -> str:
    async with home.up("--empty"):
        await _enrolled(home)
        planned_on = await _planned_on(home, "1.3")
        file = home.write("ruleset.yaml", _with_holiday(planned_on))
        tried = await _published(home, str(file), "--preview")
        before_on = await _planned_on(home, "1.3")
        done = await _published(home, str(file))
        again = await _published(home, str(file))
        async with asyncio.timeout(SEEN_WITHIN_SECONDS):
            while (on := await _planned_on(home, "1.3")) == planned_on:
                pass
    first = next(change for change in tried.changes if change.step == "1.3")
    assert "window.holiday" in first.rule.split("+"), first
    assert first.on == on, first
    assert before_on == planned_on
    assert (done.moved_account_count, again.moved_account_count) == (1, 0)
    return f"shown first, then the mail of {planned_on} goes to {on}; asked again, nothing moves"


async def _agreed_day(home: FreshHome) -> str:
    async with home.up("--empty"):
        await _enrolled(home)
        met_on = await _planned_on(home, "1.4")
        words = ("record", "meeting", "m", "--person", "p", "--at", f"{met_on}T10:00")
        (await home.relance(*words)).expect(Exit.DONE)
        file = home.write("ruleset.yaml", _with_holiday(met_on))
        tried = await _published(home, str(file), "--preview")
    (agreed,) = tried.agreed
    assert agreed.on == met_on, agreed
    return f"named, and left where it is: a meeting agreed for {met_on}"


async def _end_of_calendars(home: FreshHome) -> str:
    file = home.folder / "next.yaml"
    async with home.up("--empty"):
        await _enrolled(home, "--start", "2028-08-14")
        status = (await home.relance("status")).expect(Exit.DONE).out
        extend = ("rulesets", "extend", "--until", "2034", "--name", "fr-next", "--out", str(file))
        (await home.relance(*extend)).expect(Exit.DONE)
        await _published(home, str(file))
    words = ("sequences", "calendar", SEQUENCE, "--start", "2028-08-14", "--zone", "A")
    shown = (await home.relance(*words)).expect(Exit.DONE).out
    (await home.relance(*words, "--ruleset", str(file))).expect(Exit.DONE)
    assert "the calendars of fr-2026.11 end" in status, status
    assert "2028-09-01 ?" in shown, shown
    return "status and calendar say where the calendars end; the next years are a command away"


async def _commune_of_2028(home: FreshHome) -> str:
    days = {}
    for kind in ("commune", "région"):
        words = ("--entry", "2027-11-29", "--zone", "B", "--kind", kind, "--json")
        said = (await home.relance("sequences", "calendar", NURTURING, *words)).expect(Exit.DONE)
        rows = msgspec.json.decode(said.out)
        days[kind] = next(row["date"] for row in rows if row["step"] == "3.4a")
    assert days == {"commune": "2028-05-02", "région": "2028-05-16"}, days
    return f"a commune's on {days['commune']}, a région's on {days['région']}"


async def _announced_vote(home: FreshHome) -> str:
    async with home.up("--empty"):
        (await home.relance("accounts", "add", "Ville m", "--key", "m")).expect(Exit.DONE)
        words = ("record", "vote", "m", "--on", "2027-12-13", "--json")
        said = (await home.relance(*words)).expect(Exit.DONE)
    (decision,) = msgspec.json.decode(said.out)["decisions"]
    (event,) = decision["events"]
    assert (event["type"], event["budget_year"]) == ("vote_announced", 2028), event
    return "announced, and of the budget of 2028"


async def _enrolled(home: FreshHome, *start: str) -> None:
    person = ("--family-name", "Exemple", "--email", "a@m.example", "--phone", "05 49 00 00 00")
    for words in (
        ("sequences", "publish", SEQUENCE),
        ("accounts", "add", "Ville m", "--key", "m"),
        ("people", "add", "m", "--person", "p", "--role", "responsable_service", *person),
        ("enrol", "m", "--sequence", SEQUENCE, "--offer", "guichet", *start),
    ):
        (await home.relance(*words)).expect(Exit.DONE)


async def _planned_on(home: FreshHome, step: str) -> date:
    async with asyncio.timeout(SEEN_WITHIN_SECONDS):
        while True:
            said = (await home.relance("timeline", "m", "--json")).expect(Exit.DONE)
            planned = msgspec.json.decode(said.out)["planned"]
            found = [touch["planned_on"] for touch in planned if touch["step"] == step]
            if found:
                return date.fromisoformat(found[0])


async def _published(home: FreshHome, *words: str) -> Replanned:
    said = (await home.relance("rulesets", "publish", *words, "--json")).expect(Exit.DONE)
    return msgspec.json.decode(said.out, type=Replanned)


def _with_holiday(day: date) -> str:
    """Return the French ruleset with one public holiday more, as a version of its own."""
    text = FRENCH.read_text(encoding="utf-8").replace("fr-2026.11", "fr-2027.04", 1)
    known = re.findall(r"(?m)^    - \{on: (\d{4}-\d\d-\d\d), name: .*\}$", text)
    later = next(other for other in known if other > day.isoformat())
    line = f"    - {{on: {day.isoformat()}, name: jour neuf}}\n"
    return text.replace(f"    - {{on: {later}", f"{line}    - {{on: {later}", 1)


ROWS = (
    Row(
        name="new-holiday",
        before="04/05 becomes a holiday by a new ruleset: the mail left on 04/05",
        now=_new_holiday,
    ),
    Row(
        name="agreed-day-becomes-a-holiday",
        before="nobody was told that a meeting now lies on a holiday",
        now=_agreed_day,
    ),
    Row(
        name="end-of-calendars",
        before="plans past the last known school year had dates like all others, without a word",
        now=_end_of_calendars,
    ),
    Row(
        name="commune-of-2028",
        before="a commune's point of 2028 was 16/05, as if its assembly were renewed that year",
        now=_commune_of_2028,
    ),
    Row(
        name="announced-vote",
        before="a vote to come was refused; the vote of one year moved the plans of another",
        now=_announced_vote,
    ),
)
