"""Who may be written to."""

from datetime import timedelta

from console.cli.exits import Exit
from engine import requests as r
from engine.events import TaskOpened, TouchAttempted, TouchPlanned
from engine.ids import InputId
from infra.contacts.normal import normal_email
from infra.mail.faults import NoFaults
from infra.sample.filling import VALUES
from tests.engine.account.story import MONDAY, TERMS, at
from tests.journeys.long.rows.fresh_home import FreshHome
from tests.journeys.long.rows.row import Row
from tests.journeys.long.rows.runtime import house_over
from tests.systems.house import (
    ABOUT,
    FIRST_MAIL_AT,
    Life,
    account,
    attributes,
    events,
    submission,
)
from tests.systems.house import SEQUENCE as SEQUENCE_REF

PROOF = ("--evidence", "contract", "--reference", "C-2026-014", "--signed-on", "2026-01-12")
HUMAN = "claire@niort.example"
SEQUENCE = "collectivite-prise-de-contact-30j"


async def _purchase(home: FreshHome) -> str:
    async with home.up("--empty"):
        await _founded(home, "niort")
        await _enrolled(home, "niort")
        await _said(home, "record", "purchase", "niort", *PROOF)
        account = await _said(home, "timeline", "niort", "--json")
        again = await home.relance("enrol", "niort", "--sequence", SEQUENCE, "--offer", "guichet")
        again.expect(Exit.REFUSED)
        undone = await _said(home, "record", "undo", "niort", "--reason", "une autre ville")
    assert '"reason": "purchase"' in account, account
    assert "by client.class" in again.err, again.err
    assert "enrolment reopened" in undone, undone
    return "the sequence ends; a client is refused: client; `record undo` lets it go on"


async def _known(life: Life, person: InputId, role: str) -> r.AddPerson:
    email = normal_email(f"{person}@agglo.example")
    greeting = {"salutation": "Madame Perrin", "source_contact": "page « Vos services »"}
    return r.AddPerson(
        person=person,
        role=role,
        points=await life.intake.points(person, [email], input_id=person),
        fields=await life.intake.seal(person, greeting, input_id=person),
    )


async def _founded(home: FreshHome, account: str) -> None:
    await _said(home, "sequences", "publish", SEQUENCE)
    await _said(home, "accounts", "add", f"Ville {account}", "--key", account)


async def _enrolled(home: FreshHome, account: str) -> None:
    name, address = ("--family-name", "Exemple"), ("--email", f"chef@{account}.example")
    await _said(home, "people", "add", account, "--role", "responsable_service", *name, *address)
    await _said(home, "enrol", account, "--sequence", SEQUENCE, "--offer", "guichet")


async def _said(home: FreshHome, *words: str) -> str:
    return (await home.relance(*words)).expect(Exit.DONE).out


async def _roles(home: FreshHome) -> str:
    async with home.up("--empty"):
        await _founded(home, "niort")
        typed = ("people", "add", "niort", "--family-name", "Exemple", "--role")
        (await home.relance(*typed, "maire", "--person", "m")).expect(Exit.DONE)
        unknown = (await home.relance(*typed, "dgss")).expect(Exit.REFUSED)
        await _enrolled(home, "niort")
        as_dgs = (await home.relance("assign", "niort", "dgs", "maire")).expect(Exit.REFUSED)
    assert "nearest: dgs; known: achats, daf" in unknown.err, unknown.err
    assert "hierarchy" in as_dgs.err, as_dgs.err
    return "maire is elu, and comes after the service head in any role; dgss: nearest dgs"


async def _one_human(home: FreshHome) -> str:
    async with house_over(home, NoFaults()) as house, house.running() as life:
        await life.founded({"niort": HUMAN, "agglo": HUMAN})
        await life.play(FIRST_MAIL_AT + timedelta(days=11))
        history, sent = await house.history(), house.sent()
    asked = [event.kind for event in events(history, TaskOpened)]
    assert sent == [HUMAN], sent
    assert asked.count("social") == 1, asked
    assert asked.count("choose_account") == 1, asked
    return "one e-mail, one of all that follows; in the other account a task asks to choose"


async def _known_address(home: FreshHome) -> str:
    typed = ("--role", "dgs", "--family-name", "Exemple", "--email", HUMAN)
    async with home.up("--empty"):
        for account in ("niort", "agglo"):
            await _said(home, "accounts", "add", account.title(), "--key", account)
        await _said(home, "people", "add", "niort", "--person", "claire", *typed)
        told = (await home.relance("people", "add", "agglo", *typed)).expect(Exit.BAD_INPUT)
        await _said(home, "people", "add", "agglo", "--person", "claire", *typed)
    assert "that of claire (dgs of Niort)" in told.err, told.err
    return told.err.strip()


async def _two_roles(home: FreshHome) -> str:
    async with house_over(home, NoFaults()) as house, house.running() as life:
        await life.founded({"niort": "chef@niort.example"})
        stream, head, claire = account("agglo"), InputId("head"), InputId("claire")
        enrolled = r.Enrol(
            sequence=SEQUENCE_REF,
            about=ABOUT,
            participants={"responsable_service": head, "dgs": claire, "dsi": claire},
            start_on=MONDAY,
            next_point=TERMS,
            values=VALUES,
        )
        known = r.AddAccount(attributes=attributes("agglo"))
        await life.ask(
            submission("known", stream, known),
            submission(head, stream, await _known(life, head, "responsable_service")),
            submission(claire, stream, await _known(life, claire, "dgs")),
            submission("two-roles", stream, enrolled),
        )
        await life.play(at("2027-03-01"))
        history = [placed for placed in await house.history() if placed.body.stream == stream]
    of_both = {
        event.touch: event.step for event in events(history, TouchPlanned) if event.person == claire
    }
    attempted = (event.touch for event in events(history, TouchAttempted))
    steps = [of_both[touch] for touch in attempted if touch in of_both]
    assert steps == ["1.5", "1.7", "1.10"], steps
    return f"once: {', '.join(steps)}"


ROWS = (
    Row(
        name="purchase",
        before="`record purchase`, then five e-mails and three calls of the campaign; a client "
        "could be enrolled anew",
        now=_purchase,
    ),
    Row(
        name="roles",
        before="`--role maire` accepted, mailed before the service head, assignable as `dgs`",
        now=_roles,
    ),
    Row(
        name="one-human",
        before="one human in town and agglomeration: two e-mails at the same second, two calls",
        now=_one_human,
    ),
    Row(
        name="known-address",
        before="`people add` with an address of somebody known: another person, without a word",
        now=_known_address,
    ),
    Row(
        name="two-roles",
        before="one person in two roles got e-mail D twice",
        now=_two_roles,
    ),
)
