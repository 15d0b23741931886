"""What was said wrongly."""

import asyncio
import json
from datetime import datetime

from console.cli.exits import Exit
from infra.sample.filling import SEQUENCE
from tests.journeys.long.rows.fresh_home import RELANCE, FreshHome, Said
from tests.journeys.long.rows.row import Row

THEN = "2026-11-03T12:00:00+01:00"
NOW = ("--now", "2026-11-17T09:31")
AHEAD = "2026-11-27"


async def _unknown_commands(home: FreshHome) -> str:
    said = (await home.relance("enroll")).expect(Exit.BAD_INPUT)
    assert "did you mean enrol?" in said.err
    assert ", ;" not in said.err, said.err
    return said.err.strip()


async def _numbers_below_nothing(home: FreshHome) -> str:
    for words in (
        ("suppressions", "--count", "-5"),
        ("log", "read", "3", "--from", "-5"),
        ("log", "tail", "--count", "-2"),
        ("accounts", "add", "X", "--key", "x", "--population", "-5"),
    ):
        said = (await home.relance(*words)).expect(Exit.BAD_INPUT)
        assert "Must be >= " in said.err, said.err
    return "exit code 2, and the least that is meant"


async def _zones(home: FreshHome) -> str:
    async with home.up("--empty"):
        for option, value in (("--zone", "D"), ("--tz", "localtime")):
            words = ("accounts", "add", "X", "--key", "x", option, value)
            said = (await home.relance(*words)).expect(Exit.BAD_INPUT)
            assert f"got: {value}" in said.err, said.err
        (await home.relance("pipeline")).expect(Exit.DONE)
    return "refused, with the zones there are; the pipeline is shown"


async def _names_and_numbers(home: FreshHome) -> str:
    async with home.up("--empty"):
        added = ("accounts", "add", "L’Haÿ-les-Roses", "--siren", "219 400 389")
        (await home.relance(*added)).expect(Exit.DONE)
        for typed in ("L'Hay les Roses", "219 400 389", "219400389"):
            (await home.relance("timeline", typed)).expect(Exit.DONE)
    return "found by other hyphens, apostrophes and spaces"


async def _shown(home: FreshHome) -> str:
    async with home.up("--empty"):
        added = ("accounts", "add", "Saint-Denis", "--key", "m", "--tz", "Indian/Reunion")
        (await home.relance(*added)).expect(Exit.DONE)
        timeline = (await home.relance("timeline", "m")).expect(Exit.DONE).out
        document = (await home.relance("timeline", "m", "--json")).expect(Exit.DONE).out
        pipeline = (await home.relance("pipeline")).expect(Exit.DONE).out
    assert "times of Indian/Reunion" in timeline, timeline
    padded = [line for line in (*timeline.splitlines(), *pipeline.splitlines()) if line[-1:] == " "]
    assert padded == []
    assert not [name for name in _names_of(json.loads(document)) if "." in name]
    return "times on the account's clock, piped lines without padding, nested keys in JSON"


def _names_of(value: object) -> list[str]:
    """Return every key of a document, at any depth."""
    if isinstance(value, dict):
        return [*value, *(name for inner in value.values() for name in _names_of(inner))]
    return [name for inner in value for name in _names_of(inner)] if isinstance(value, list) else []


async def _empty_and_now(home: FreshHome) -> str:
    said = (await home.relance("up", "--empty", *NOW)).expect(Exit.BAD_INPUT)
    assert "--now to come without --empty" in said.err, said.err
    return said.err.strip()


async def _as_of(home: FreshHome) -> str:
    async with home.up(*NOW):
        then = (await home.relance("timeline", "Niort", "--as-of", THEN, "--json")).expect(
            Exit.DONE
        )
        now = (await home.relance("timeline", "Niort", "--json")).expect(Exit.DONE)
    before, after = _account(then), _account(now)
    at = datetime.fromisoformat(THEN)
    assert all(datetime.fromisoformat(line["at"]) <= at for line in before["happened"])
    assert all(touch["status"] == "planned" for touch in before["planned"])
    assert before["planned"] != after["planned"]
    assert not any(touch["channel"] == "meeting" for touch in before["planned"])
    return f"{len(before['planned'])} touches planned then, {len(after['planned'])} now; no meeting"


async def _planned_calls(home: FreshHome) -> str:
    async with home.up(*NOW):
        open_now = (await home.relance("tasks", "--json")).expect(Exit.DONE)
        ahead = (await home.relance("tasks", "--until", AHEAD, "--json")).expect(Exit.DONE)
    planned = [task for task in json.loads(ahead.out) if task["status"] == "planned"]
    assert planned
    assert not [task for task in json.loads(open_now.out) if task["status"] == "planned"]
    return f"{len(planned)} calls and other contacts planned until {AHEAD}, by their touch"


async def _followed_on(home: FreshHome) -> str:
    async with home.up("--empty"):
        for key in ("a", "b", "c"):
            (await home.relance("accounts", "add", key, "--key", key)).expect(Exit.DONE)
        tail = ("log", "tail", "--json", "--from")
        whole = [json.loads(line) for line in await _lines(home, *tail, "beginning", count=5)]
        rest = [
            json.loads(line) for line in await _lines(home, *tail, whole[1]["position"], count=3)
        ]
    assert [each["decision"] for each in rest] == [each["decision"] for each in whole[2:]]
    return "from the position of a line on, each later decision once"


async def _instants(home: FreshHome) -> str:
    async with home.up("--empty"):
        for words in (
            ("sequences", "publish", SEQUENCE),
            ("accounts", "add", "Le Port", "--key", "port", "--tz", "Indian/Reunion"),
            (
                *("people", "add", "port", "--person", "chef", "--role", "responsable_service"),
                *("--family-name", "Payet", "--email", "chef@port.example"),
            ),
            ("enrol", "port", "--sequence", SEQUENCE, "--offer", "o"),
        ):
            (await home.relance(*words)).expect(Exit.DONE)
        meeting = ("record", "meeting", "port", "--person", "chef", "--at", "2020-01-20T12:30")
        said = (await home.relance(*meeting)).expect(Exit.REFUSED)
    assert "instant_past (2020-01-20 12:30)" in said.err, said.err
    return said.err.strip()


async def _closed_pipe(home: FreshHome) -> str:
    process = await asyncio.create_subprocess_exec(
        *("bash", "-c", '"$@" | head -1; exit ${PIPESTATUS[0]}', "bash", *RELANCE),
        *("--home", str(home.home), "rules"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await process.communicate()
    assert process.returncode in (Exit.DONE, Exit.NOBODY_READS), process.returncode
    assert not said, said
    return f"exit code {process.returncode}, and not a word"


async def _ascii(home: FreshHome) -> str:
    variables = {"PYTHONIOENCODING": "ascii"}
    for words in (("rules", "window"), ("rules", "window", "--json"), ("--help",)):
        (await home.relance(*words, variables=variables)).expect(Exit.DONE)
    return "tables, documents and help, each whole"


async def _lines(home: FreshHome, *words: str, count: int) -> list[str]:
    said = (await home.relance(*words, "--count", str(count))).expect(Exit.DONE)
    return said.out.splitlines()


def _account(said: Said) -> dict[str, list[dict[str, str]]]:
    document: dict[str, list[dict[str, str]]] = json.loads(said.out)
    return document


ROWS = (
    Row(
        name="said-as-of",
        before="a meeting of 14 November stood in the plan of 3 November",
        now=_as_of,
    ),
    Row(
        name="said-planned-calls",
        before="`tasks --until` showed no planned call",
        now=_planned_calls,
    ),
    Row(
        name="said-tail-on",
        before="`log tail` began anew, whatever had been read",
        now=_followed_on,
    ),
    Row(
        name="said-instants",
        before="refusals named instants in UTC: 08:30 of a meeting typed as 12:30",
        now=_instants,
    ),
    Row(
        name="said-unknown-command",
        before='the advice for an unknown command ended in ", enrol, ;"',
        now=_unknown_commands,
    ),
    Row(
        name="said-negative-numbers",
        before="a traceback, no record, for ever nothing, or taken as it was",
        now=_numbers_below_nothing,
    ),
    Row(
        name="said-zones",
        before="zone D and the clock localtime were taken; the latter broke the pipeline",
        now=_zones,
    ),
    Row(
        name="said-names",
        before="a SIREN with spaces, and other hyphens or apostrophes, found nothing",
        now=_names_and_numbers,
    ),
    Row(
        name="said-empty-now",
        before="`up --empty --now` asked for an empty folder, of which there was one",
        now=_empty_and_now,
    ),
    Row(
        name="said-closed-pipe",
        before="`| head -1` ended with a traceback, or with exit code 1",
        now=_closed_pipe,
    ),
    Row(
        name="said-ascii",
        before="PYTHONIOENCODING=ascii ended with a traceback",
        now=_ascii,
    ),
    Row(
        name="said-shown",
        before="UTC in the timeline, piped output padded to 140 columns, dotted keys in JSON",
        now=_shown,
    ),
)
