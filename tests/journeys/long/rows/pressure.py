"""Who may be written to."""

from console.cli.exits import Exit
from tests.journeys.long.rows.fresh_home import FreshHome
from tests.journeys.long.rows.row import Row

PROOF = ("--evidence", "contract", "--reference", "C-2026-014", "--signed-on", "2026-01-12")
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
)
