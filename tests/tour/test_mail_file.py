"""The mail file that the page on operating shows, read as a home reads it."""

from pathlib import Path

import msgspec
import pytest

from infra.home.errors import MailFileError
from infra.home.mail_file import FILE_NAME, MailFile, SenderIdentity, read_mail_file
from tests.architecture.repository import ROOT

PAGE = ROOT / "docs/operating.md"


@pytest.fixture
def shown() -> str:
    """The file as the page shows it."""
    return PAGE.read_text(encoding="utf-8").partition("```toml\n")[2].partition("```")[0]


def test_the_file_of_the_page_is_read_and_names_every_field(tmp_path: Path, shown: str) -> None:
    """It is copied, changed, and trusted; a field that is not in it is never found."""
    (tmp_path / FILE_NAME).write_text(shown)
    (tmp_path / "smtp-password").write_text("secret")

    read = read_mail_file(tmp_path)

    assert read is not None
    assert read.sender is not None
    for kind in (MailFile, SenderIdentity):
        for field in msgspec.structs.fields(kind):
            names = (f"{field.name} = ", f"{field.name}_file = ", f"[{field.name}]")
            assert any(name in shown for name in names)


def test_the_values_that_the_page_calls_usual_are_those_of_a_short_file(
    tmp_path: Path, shown: str
) -> None:
    """Who leaves a line out must know what he gets."""
    needed = [line for line in shown.splitlines() if line.startswith(("host", "port", "from"))]
    (tmp_path / FILE_NAME).write_text("\n".join(needed))
    (tmp_path / "smtp-password").write_text("secret")

    short = read_mail_file(tmp_path)
    (tmp_path / FILE_NAME).write_text(shown)
    whole = read_mail_file(tmp_path)

    assert short is not None
    assert whole is not None
    unset = {"username": "", "password": None, "public_url": "", "sender": None}
    assert msgspec.structs.replace(whole, **unset) == short


def test_a_field_that_means_nothing_is_a_fault(tmp_path: Path, shown: str) -> None:
    """A mistyped limit would otherwise be no limit."""
    (tmp_path / FILE_NAME).write_text(shown.replace("messages_per_day", "messages_a_day"))

    (tmp_path / "smtp-password").write_text("secret")

    with pytest.raises(MailFileError, match="messages_a_day: no such key is known here"):
        read_mail_file(tmp_path)
