"""Personal values come from standard input or a file, and from no argument."""

import io
import sys
from pathlib import Path

import pytest

from console.cli.exits import Exit
from console.cli.typed import one_of, row_of, told
from console.desk.errors import UsageError
from engine.requests import AddPerson, PublishMailbox
from tests.console.examples import position
from tests.console.homes import MemoryHome, MemoryViews, typed
from tests.console.lines import account_row

FIELDS = ("family_name", "email", "phone")


def written(tmp_path: Path, text: str) -> str:
    """Return the name of a file with this text."""
    path = tmp_path / "row"
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    "text",
    [
        '{"family_name": "Martin", "email": ["a@b.example", "c@d.example"]}',
        "family_name,email,email\nMartin,a@b.example,c@d.example\n",
        "\ufefffamily_name;email;email\r\n Martin ;a@b.example;c@d.example\r\n",
    ],
)
def test_a_row_is_read_as_programs_write_it(tmp_path: Path, text: str) -> None:
    """JSON of a script, CSV of a spreadsheet, with its mark and its semicolons."""
    row = row_of(written(tmp_path, text), fields=FIELDS)

    assert row == {"family_name": ("Martin",), "email": ("a@b.example", "c@d.example")}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"name": "Martin"}', "have the fields email, family_name, phone"),
        ('{"family_name": 5}', "be one JSON object of texts"),
        ("family_name\nMartin\nDupont\n", "a CSV header and one row"),
        ("family_name,email\nMartin\n", "a CSV header and one row"),
        ("", "a CSV header and one row"),
    ],
)
def test_another_form_is_said_and_not_quoted(tmp_path: Path, text: str, why: str) -> None:
    """What stands in the file is personal; the sentence goes to a terminal, or a log of it."""
    with pytest.raises(UsageError, match=why) as caught:
        row_of(written(tmp_path, text), fields=FIELDS)

    assert "Martin" not in str(caught.value)


def test_a_value_is_given_once(tmp_path: Path) -> None:
    """Which of the two would count?"""
    row = row_of(written(tmp_path, '{"family_name": "Martin"}'), fields=FIELDS)

    assert one_of(row, "family_name", "") == "Martin"
    with pytest.raises(UsageError, match="--family-name"):
        one_of(row, "family_name", "Dupont")


def test_a_hyphen_asks_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line a value, in the order of the help."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(" Martin \na@b.example\n"))

    assert told("-", "--family-name") == "Martin"
    assert told("-", "--email") == "a@b.example"
    assert told("given", "--phone") == "given"
    with pytest.raises(UsageError, match="be said on standard input"):
        told("-", "--phone")


def test_a_mailbox_comes_in_without_a_personal_argument(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who signs is a person too."""
    lines = "a@b.example\nCamille Martin\n05 49 00 00 00\n"
    monkeypatch.setattr(sys, "stdin", io.StringIO(lines))
    home = MemoryHome()

    ran = typed(
        home,
        *("mailboxes", "publish", "contact", "--address", "-", "--sender-name", "-"),
        *("--sender-phone", "-"),
    )

    assert ran.exit is Exit.DONE, ran.err
    assert home.engine is not None
    request = home.engine.inputs[-1].request
    assert isinstance(request, PublishMailbox)
    assert request.mailbox.domain == "b.example"
    fields = [sealed.field for sealed in request.mailbox.fields]
    assert fields == ["email", "sender_name", "sender_phone"]


def test_a_person_comes_in_without_a_personal_argument(tmp_path: Path) -> None:
    """Every user of a machine reads the arguments of every process."""
    home = MemoryHome(rows=MemoryViews(accounts=[account_row()]))
    assert home.engine is not None
    typed(home, "accounts", "add", "Niort", "--key", "commune-79191")
    file = written(tmp_path, '{"family_name": "Martin", "email": "martin@niort.example"}')

    ran = typed(home, "people", "add", "commune-79191", "--role", "dgs", "--file", file)

    assert ran.exit is Exit.DONE, ran.err
    request = home.engine.inputs[-1].request
    assert isinstance(request, AddPerson)
    assert [field.field for field in request.fields] == ["family_name"]
    assert len(request.points) == 1


def test_a_person_comes_in_by_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the help says it: a hyphen after the option, with or without a sign between."""
    monkeypatch.setattr(sys, "stdin", io.StringIO("Martin\nmartin@niort.example\n"))
    home = MemoryHome(rows=MemoryViews(accounts=[account_row()]))
    assert home.engine is not None
    typed(home, "accounts", "add", "Niort", "--key", "commune-79191")
    words = ("people", "add", "commune-79191", "--role", "dgs", "--family-name", "-", "--email=-")

    ran = typed(home, *words)

    assert ran.exit is Exit.DONE, ran.err
    request = home.engine.inputs[-1].request
    assert isinstance(request, AddPerson)
    assert [point.domain for point in request.points] == ["niort.example"]


def test_somebody_the_account_does_not_know_is_written_nowhere() -> None:
    """What was typed for a person may be a name and a number; a refusal would keep it for ever."""
    home = MemoryHome(rows=MemoryViews(accounts=[account_row()]))
    assert home.engine is not None

    for words in (
        ("record", "reply", "commune-79191", "--person", "Jean Dupont 0612345678"),
        ("pause", "commune-79191", "--reason", "congés", "--person", "dupont"),
    ):
        ran = typed(home, *words)

        assert ran.exit is Exit.BAD_INPUT
        assert "Dupont" not in ran.err
    assert home.engine.inputs == []


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((), Exit.BAD_INPUT),
        (("--person", "p-9"), Exit.BAD_INPUT),
        (("--person", "p-1"), Exit.REFUSED),  # in this very account the person stands already
        (("--another",), Exit.DONE),
    ],
)
def test_an_address_that_is_known_says_whose_it_is(words: tuple[str, ...], code: Exit) -> None:
    """Under a second id one human would be written to twice, and stopped once."""
    home = MemoryHome(rows=MemoryViews(accounts=[account_row()]))
    assert home.engine is not None
    typed(home, "accounts", "add", "Niort", "--key", "commune-79191")
    add = ("people", "add", "commune-79191", "--role", "dgs", "--family-name", "B")
    typed(home, *add, "--person", "p-1", "--email", "b@niort.example")
    known = home.engine.inputs[-1].request
    assert isinstance(known, AddPerson)
    home.rows.positions = [position("p-1", "dgs", *known.points)]

    ran = typed(home, *add, "--email", "b@niort.example", *words)

    assert ran.exit is code, ran.err
    assert ("that of p-1 (dgs of" in ran.err) is (code is Exit.BAD_INPUT)
    assert ("--person p-1" in ran.err) is (not words)


def test_a_switchboard_is_many_peoples_without_a_word() -> None:
    """Thirty people of a town share mairie@: nobody is asked thirty times."""
    home = MemoryHome(rows=MemoryViews(accounts=[account_row()]))
    assert home.engine is not None
    typed(home, "accounts", "add", "Niort", "--key", "commune-79191")
    add = ("people", "add", "commune-79191", "--family-name", "B", "--email=mairie@niort.example")
    typed(home, *add, "--person", "p-1", "--role", "dgs")
    known = home.engine.inputs[-1].request
    assert isinstance(known, AddPerson)
    home.rows.positions = [position("p-1", "dgs", *known.points)]

    assert typed(home, *add, "--role", "daf").exit is Exit.DONE
