"""What people type freely is sealed before anything is asked, and opened where people read."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import get_args, get_type_hints

import msgspec
import pytest
from msgspec import Struct

from console.cli.exits import Exit
from console.desk.free_texts import HIDDEN, opened_texts
from console.desk.session import Session
from engine.errors import InvalidValueError
from engine.free_texts import FREE_TEXTS, as_text, free_texts, sealed_in, with_texts
from engine.ids import StreamId
from engine.inputs import Input, Lane
from engine.plan import PointTerms
from engine.requests import CallerRequest, Pause, Request, SetValues, SkipTouch
from engine.values import NextPoint, Sealed
from infra.clock import VirtualClock
from infra.intake import Intake, Submission
from infra.runtime.answers import Answer
from infra.secret import Secret
from infra.vault.port import Item
from infra.vault.tags import Tagger
from tests.console.homes import MemoryHome, MemoryViews, typed
from tests.console.lines import account_row
from tests.golden.make import sample
from tests.infra.vault.examples import vault

SEALED = Sealed("p", "reason", "AAAA")
SAID = "Mme Martin est en congé maternité"
NIORT = "commune-79191"
STREAM = StreamId("account:commune-79191")


class AskedNothing:
    """Keeps what is asked, and answers nothing."""

    def __init__(self) -> None:
        self.inputs: list[Input] = []

    async def ask(self, inputs: Sequence[Input], *, lane: Lane) -> Sequence[Answer | None]:
        """Keep the inputs."""
        del lane
        self.inputs += inputs
        return [None for _ in inputs]


def intake(asker: AskedNothing) -> Intake:
    """Return a way in to an asker."""
    return Intake(
        asker=asker,
        vault=vault(),
        tagger=Tagger(Secret(b"p" * 32)),
        clock=VirtualClock(datetime(2027, 1, 19, 9, tzinfo=UTC)),
        actor="camille",
        source="cli",
    )


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


CODES = {
    *("status", "evidence", "reference", "stage", "outcome", "code"),  # of closed lists, or theirs
    *("message", "message_id"),
}
"""Texts of requests that name something known, in no words of a person's."""

HOLDS_WORDS = (str, dict[str, str], NextPoint, NextPoint | None, PointTerms | None)


def test_every_text_that_a_caller_types_is_sealed_or_a_code() -> None:
    """A new field with words in it must not slip by into the log."""
    typed_freely = {
        (kind, name)
        for kind in get_args(CallerRequest)
        for name, declared in get_type_hints(kind, include_extras=True).items()
        if declared in HOLDS_WORDS and name not in CODES
    }
    sealed = {(kind, name) for kind, names in FREE_TEXTS.items() for name in names}

    assert typed_freely <= sealed


@pytest.mark.parametrize("kind", FREE_TEXTS, ids=lambda kind: kind.__name__)
async def test_no_request_enters_with_words_in_clear(kind: type[Request]) -> None:
    """Wherever they stand in it: objects, deliverables and values too."""
    blank = sample(kind)
    assert isinstance(blank, kind)
    planted = with_texts(blank, dict.fromkeys(free_texts(blank), SAID))
    asked = AskedNothing()
    way_in = intake(asked)

    await way_in.ask([Submission(stream=STREAM, request=planted)])

    (item,) = asked.inputs
    assert free_texts(planted).keys() == free_texts(item.request).keys() != set()
    assert SAID not in msgspec.json.encode(item).decode()
    opened = await way_in.vault.open(
        [s for t in free_texts(item.request).values() for _, s in sealed_in(t)]
    )
    assert set(opened) == {SAID}


async def test_what_a_rule_reads_stays_a_code() -> None:
    """A step for those who attend asks for this very word; any other is somebody's own."""
    asked = AskedNothing()
    said = {"attendance": "confirmed", "signal": SAID, "blank": " "}

    await intake(asked).ask([Submission(stream=STREAM, request=SetValues(values=said))])

    (item,) = asked.inputs
    assert isinstance(item.request, SetValues)
    values = item.request.values
    assert (values["attendance"], values["blank"]) == ("confirmed", "")
    assert [sealed.field for _, sealed in sealed_in(values["signal"])] == ["value"]


@pytest.mark.parametrize("name", ["signal", "lien_contenu@1.7"])
async def test_a_value_that_no_message_holds_is_refused_by_its_name(name: str) -> None:
    """Once sealed, nobody could find out which character it was."""
    request = SetValues(values={name: "a\u2028b"})

    with pytest.raises(InvalidValueError, match=rf"expected {name} to .* got: U\+2028"):
        await intake(AskedNothing()).ask([Submission(stream=STREAM, request=request)])


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
