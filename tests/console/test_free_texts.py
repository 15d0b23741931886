"""What people type freely is sealed before anything is asked, and opened where people read."""

import pytest
from msgspec import Struct

from console.cli.exits import Exit
from console.desk.free_texts import HIDDEN, opened_texts
from console.desk.session import Session
from engine.free_texts import FREE_TEXTS, as_text, free_texts, sealed_in
from engine.requests import CallerRequest, Pause, Request, SkipTouch
from engine.values import Sealed
from infra.vault.port import Item
from tests.console.homes import MemoryHome, MemoryViews, account_row, typed
from tests.infra.vault.examples import vault

SEALED = Sealed("p", "reason", "AAAA")
SAID = "Mme Martin est en congé maternité"
NIORT = "commune-79191"


def known() -> MemoryHome:
    """Return a home that knows one account."""
    home = MemoryHome(rows=MemoryViews(accounts=[account_row()]))
    typed(home, "accounts", "add", "Niort", "--key", NIORT)
    return home


def last(home: MemoryHome) -> Request:
    """Return what was asked last."""
    assert home.engine is not None
    return home.engine.inputs[-1].request


def test_a_reason_is_sealed_and_comes_back_to_who_said_it() -> None:
    """It stands in the log for ever, and may name somebody."""
    home = known()

    ran = typed(home, "pause", NIORT, "--reason", SAID)

    assert ran.exit is Exit.DONE, ran.err
    request = last(home)
    assert isinstance(request, Pause)
    ((form, sealed),) = sealed_in(request.reason)
    assert (form, sealed.field) == (request.reason, "reason")
    assert SAID in " ".join(ran.out.split())
    assert "subject" not in ran.out


def test_the_same_words_again_are_the_same_pause() -> None:
    """Sealed to other bytes, a repeated command would be a second hold."""
    home = known()
    typed(home, "pause", NIORT, "--reason", SAID)

    again = typed(home, "--json", "pause", NIORT, "--reason", SAID)

    assert '"outcome": "nothing"' in again.out


def test_every_free_text_of_a_caller_is_named() -> None:
    """A field called reason that a caller fills must not slip by."""
    named = {kind for kind in CallerRequest.__args__ if "reason" in kind.__struct_fields__}
    typed_freely = {kind for kind in named if kind.__annotations__["reason"] in (str, "str")}

    assert typed_freely <= set(FREE_TEXTS)


@pytest.mark.parametrize("shows_names", [True, False])
async def test_what_is_found_is_opened_where_names_are_shown(*, shows_names: bool) -> None:
    """Wherever it stands in a document, within another text too."""
    safe = vault()
    (sealed,) = await safe.seal([Item(subject="p", input_id="i", field="reason", text=SAID)])
    home = MemoryHome(safe=safe)
    session = Session(lambda: home, actor="a", source="cli", shows_names=shows_names)

    class Found(Struct, frozen=True):
        lines: tuple[dict[str, str], ...]

    document = Found(lines=({"reason": f"seen: {as_text(sealed)}!", "plain": "x"},))

    opened = await opened_texts(session, document)

    assert opened.lines[0] == {"reason": f"seen: {SAID if shows_names else HIDDEN}!", "plain": "x"}


def test_old_records_with_words_in_clear_are_read_as_before() -> None:
    """The field was a text from the first record."""
    old = SkipTouch(touch=1, reason="doublon")

    assert free_texts(old) == {"reason": "doublon"}
    assert list(sealed_in(old.reason)) == []
    assert [each for _, each in sealed_in(as_text(SEALED))] == [SEALED]
