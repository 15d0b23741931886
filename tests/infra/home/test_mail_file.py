"""Reading `mail.toml`: what is right passes, what is not is named with its key and line."""

from pathlib import Path

import pytest

from infra.home.errors import MailFileError
from infra.home.mail_file import FILE_NAME, MailFile, read_mail_file
from infra.mail.smtp_settings import Security
from infra.secret import Secret

HEAD = 'host = "smtp.exemple.example"\nport = 587\nfrom_address = "contact@exemple.example"\n'
SENDER = """\
[sender]
name = "Claire Martin"
function = "chargée de mission"
telephone = "+33 1 99 00 12 34"
data_contact = "donnees@exemple.example"
company = "Exemple"
postal_address = "1 rue de l'Exemple, 79000 Niort"
"""


def read(home: Path, text: str) -> MailFile:
    """Return what a file of this text says."""
    (home / FILE_NAME).write_text(text, encoding="utf-8")
    found = read_mail_file(home)
    assert found is not None
    return found


def faults(home: Path, text: str) -> list[tuple[int, str]]:
    """Return the line and the key of each fault, in the order of the file."""
    (home / FILE_NAME).write_text(text, encoding="utf-8")
    with pytest.raises(MailFileError) as caught:
        read_mail_file(home)
    return [(finding.line, finding.rule) for finding in caught.value.findings]


def replaced(line: str) -> str:
    """Return the head with the line of a key replaced."""
    key = line.partition(" ")[0]
    kept = [known for known in HEAD.splitlines() if not known.startswith(key)]
    return "\n".join((line, *kept)) + "\n"


def test_a_short_file_is_whole(tmp_path: Path) -> None:
    """Three lines suffice; the rest has values that suit most."""
    assert read(tmp_path, HEAD) == MailFile(
        host="smtp.exemple.example", port=587, from_address="contact@exemple.example"
    )


def test_no_file_is_no_fault(tmp_path: Path) -> None:
    """A home without a mail server plans, shows and sends nothing."""
    assert read_mail_file(tmp_path) is None


def test_all_faults_are_told_at_once_each_with_its_line(tmp_path: Path) -> None:
    """Who corrects one fault a start gives up before the fifth."""
    text = (
        'hosts = "smtp.exemple.example"\nport = "587"\n'
        'from_address = "Claire <claire@exemple.example>"\n'
        'security = "ssl"\nmessages_per_day = 0\n\n[sender]\nname = " "\nphone = "1"\n'
    )

    found = faults(tmp_path, text)

    assert found[0] == (1, "host")  # missing: where the file begins
    assert (1, "hosts") in found
    assert {(2, "port"), (3, "from_address"), (4, "security"), (5, "messages_per_day")} < set(found)
    assert {(8, "sender.name"), (9, "sender.phone"), (7, "sender.company")} < set(found)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("claire_martin@exemple.example", "claire_martin@exemple.example"),
        ("contact@École.example", "contact@xn--cole-9oa.example"),
    ],
)
def test_an_address_that_is_right_is_taken_in_its_normal_form(
    tmp_path: Path, address: str, expected: str
) -> None:
    """An underscore in a name and an accent in a domain are as good as any letter."""
    assert read(tmp_path, replaced(f'from_address = "{address}"')).from_address == expected


@pytest.mark.parametrize(
    "address",
    [
        "Claire <contact@exemple.example>",
        '\\"Claire\\" contact@exemple.example',
        "contacté@exemple.example",
        "contact@exemple_a.example",
        "contact@exemple.example.",
        "contact@",
        "contact",
        "",
        "a@b@exemple.example",
        f"{'a' * 65}@exemple.example",
    ],
)
def test_an_address_that_is_wrong_is_refused_by_its_key(tmp_path: Path, address: str) -> None:
    """It named every message, and the first due one ended the home."""
    assert faults(tmp_path, replaced(f'from_address = "{address}"')) == [(1, "from_address")]


@pytest.mark.parametrize(
    "line",
    [
        'host = "smtp.exemple.example:587"',
        'host = "https://smtp.exemple.example"',
        "port = 0",
        "port = 65536",
        "port = true",
        'security = "none"',
        "messages_per_day = -5",
        "messages_per_domain = 0",
        'public_url = "http://relance.exemple.example"',
        'public_url = "relance.exemple.example"',
        'public_url = "https://relance.exemple.example/?a=1"',
        'public_url = "https://claire:secret@exemple.example"',
        'username = "contact"',
        'password_file = "smtp-password"',
        "sender = 1",
        'messages_a_day = "100"',
    ],
)
def test_a_value_out_of_its_range_is_refused_by_its_key(tmp_path: Path, line: str) -> None:
    """A value that means nothing is a slip, and a slip in a limit is no limit."""
    assert faults(tmp_path, replaced(line)) == [(1, line.partition(" ")[0])]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1"])
def test_a_server_on_this_machine_may_be_spoken_to_in_clear(tmp_path: Path, host: str) -> None:
    """Nothing of it crosses a network."""
    found = read(tmp_path, replaced(f'host = "{host}"') + 'security = "none"\n')

    assert found.security is Security.NONE


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080", "https://exemple.example/relance/"])
def test_links_lead_over_https_or_to_this_machine(tmp_path: Path, url: str) -> None:
    """Whoever tries it on one machine has no certificate."""
    assert read(tmp_path, HEAD + f'public_url = "{url}"\n').public_url == url.rstrip("/")


def test_a_password_is_read_without_its_line_end(tmp_path: Path) -> None:
    """Editors end files with one."""
    (tmp_path / "smtp-password").write_text("très secret\n", encoding="utf-8")

    found = read(tmp_path, HEAD + 'username = "contact"\npassword_file = "smtp-password"\n')

    assert found.password == Secret("très secret")


@pytest.mark.parametrize("content", [None, b"", b"a\nb\n", b"\xff\xfe"])
def test_a_password_file_that_holds_none_is_refused_without_quoting_it(
    tmp_path: Path, content: bytes | None
) -> None:
    """The server would refuse every message, hours later."""
    if content is not None:
        (tmp_path / "smtp-password").write_bytes(content)

    text = HEAD + 'username = "contact"\npassword_file = "smtp-password"\n'

    assert faults(tmp_path, text) == [(5, "password_file")]


@pytest.mark.parametrize(
    ("text", "line"),
    [("host = smtp.exemple.example\n", 1), (f"{HEAD}port = 25\n", 4), (f"{HEAD}[sender\n", 4)],
)
def test_a_file_that_is_no_toml_says_where(tmp_path: Path, text: str, line: int) -> None:
    """A forgotten quote is the commonest slip."""
    assert faults(tmp_path, text) == [(line, "toml.syntax")]


@pytest.mark.parametrize("content", [b"\xff", b"# " + b"a" * 40_000])
def test_a_file_that_is_no_text_of_a_fair_size_is_refused(tmp_path: Path, content: bytes) -> None:
    """Whatever lies there, the start says so in a sentence."""
    (tmp_path / FILE_NAME).write_bytes(content)

    with pytest.raises(MailFileError, match="got: one fault"):
        read_mail_file(tmp_path)


def test_keys_are_found_however_the_table_is_written(tmp_path: Path) -> None:
    """Dotted keys, quoted keys and texts over several lines are TOML too."""
    text = (
        f'{HEAD}# """\n"public_url" = "ftp://exemple.example"\nsender.name = """\n'
        'port = 1\nhost"""\n'
    )

    found = faults(tmp_path, text)

    assert (5, "public_url") in found
    assert (6, "sender.name") in found
    assert not any(key in ("port", "host") for _, key in found)


def test_who_writes_is_said_whole_or_not_at_all(tmp_path: Path) -> None:
    """A message that names half a sender is none the law allows."""
    sender = read(tmp_path, HEAD + SENDER).sender

    assert sender is not None
    assert sender.telephone == "+33 1 99 00 12 34"
    lines = SENDER.splitlines()
    for number in range(1, len(lines)):
        rest = "\n".join(lines[:number] + lines[number + 1 :])
        assert len(faults(tmp_path, f"{HEAD}{rest}\n")) == 1
