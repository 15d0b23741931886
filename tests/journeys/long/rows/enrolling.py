"""What an enrolment lacks, whom an answer concerns, and how often somebody is called."""

from console.cli.exits import Exit
from infra.sample.filling import SEQUENCE
from tests.journeys.long.rows.fresh_home import FreshHome
from tests.journeys.long.rows.row import Row

ENROL = ("enrol", "niort", "--sequence", SEQUENCE, "--offer", "guichet")


async def _done(home: FreshHome, *words: str) -> str:
    return " ".join((await home.relance(*words)).expect(Exit.DONE).out.split())


async def _person(home: FreshHome, role: str, *words: str) -> None:
    name = ("--person", role, "--family-name", "Exemple")
    await _done(home, "people", "add", "niort", "--role", role, *name, *words)


async def _founded(home: FreshHome) -> None:
    await _done(home, "sequences", "publish", SEQUENCE)
    await _done(home, "accounts", "add", "Niort", "--key", "niort")


async def _optional(home: FreshHome) -> str:
    async with home.up("--empty"):
        await _founded(home)
        await _person(home, "responsable_service", "--email", "chef@niort.example")
        await _person(home, "daf")
        said = await _done(home, *ENROL, "--participant", "daf=daf", *_head())
    assert "left out: daf (no_contact_point)" in said, said
    assert "! no values " in said, said
    return said[said.index("! ") :]


async def _nobody(home: FreshHome) -> str:
    async with home.up("--empty"):
        await _founded(home)
        nobody = (await home.relance(*ENROL)).expect(Exit.BAD_INPUT)
        await _person(home, "dgs", "--email", "dgs@niort.example")
        no_head = (await home.relance(*ENROL)).expect(Exit.BAD_INPUT)
        typo = (await home.relance(*ENROL, "--participant", "dgss=dgs", "--anyway")).expect(
            Exit.REFUSED
        )
        anyway = await _done(home, *ENROL, "--anyway")
    for refused in (nobody, no_head):
        assert "to have somebody as responsable_service, got: nobody" in refused.err, refused.err
    assert "unknown_role" in typo.err, typo.err
    assert "nobody is responsable_service, whom the sequence needs" in anyway, anyway
    return no_head.err.strip()


async def _colleague(home: FreshHome) -> str:
    async with home.up("--empty"):
        await _founded(home)
        await _person(home, "responsable_service", "--email", "chef@niort.example")
        await _done(home, *ENROL)
        await _person(home, "dgs", "--email", "dgs@niort.example")
        said = await _done(home, "record", "reply", "niort", "--person", "dgs")
        tasks = await _done(home, "tasks")
    assert "phase changed: enrolment 1, phase engaged" in said, said
    assert "touch withdrawn" in said, said
    assert "after_reply" in tasks, tasks
    return said


async def _night(home: FreshHome) -> str:
    meeting = ("record", "meeting", "niort", "--person", "dgs", "--at", "2099-01-04T03:00")
    async with home.up("--empty"):
        await _founded(home)
        await _person(home, "dgs", "--email", "dgs@niort.example")
        refused = (await home.relance(*meeting)).expect(Exit.REFUSED)
        await _done(home, *meeting, "--anyway")
    assert "unusual_hour (2099-01-04 03:00) by window.weekend" in refused.err, refused.err
    return refused.err.strip()


def _head() -> tuple[str, str]:
    return ("--participant", "responsable_service=responsable_service")


ROWS = (
    Row(
        name="enrol-optional",
        before="the account was refused because an optional DAF has no address; what messages "
        "lack was said by a task on their day",
        now=_optional,
    ),
    Row(
        name="enrol-nobody",
        before="taken without anybody in the required role, or without people",
        now=_nobody,
    ),
    Row(
        name="reply-of-a-colleague",
        before="a reply by a colleague outside the enrolment stopped nothing",
        now=_colleague,
    ),
    Row(
        name="meeting-at-night",
        before="a meeting on a Sunday at 03:00 was taken",
        now=_night,
    ),
)
