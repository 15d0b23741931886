"""Read `mail.toml`: an own home's mail server, and who writes; every fault at once.

Who corrects it sees each fault with its line, as `relance sequences check` shows those of
a sequence.  No password, and nothing of one, enters a sentence.
"""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from msgspec import Struct

from infra.contacts.errors import ContactPointError
from infra.contacts.normal import NormalContact, normal_email, normal_phone
from infra.home.errors import MailFileError
from infra.home.modes import narrow_file
from infra.home.toml_table import Broken, TomlTable, toml_table
from infra.mail.smtp_settings import Security, is_loopback
from infra.secret import Secret
from sequences.findings import Findings
from sequences.messages import read_text

FILE_NAME = "mail.toml"
TEXT_MAX = 200
PORT_MAX = 65_535
COUNT_MAX = 100_000
GAP_SECONDS_MAX = 3_600
_HOST = re.compile(r"[\w-]{1,63}(\.[\w-]{1,63})*\.?|[0-9a-fA-F:.]{2,45}", re.ASCII)
_URL = re.compile(r"[!-~]{1,200}")


class SenderIdentity(Struct, frozen=True, kw_only=True):
    """Who writes: complete, since every message must say it."""

    name: str
    function: str
    telephone: str
    data_contact: str  # whom to ask about personal data
    company: str
    postal_address: str
    retention: str = ""  # how long the data are kept, or by which rule; empty: not said


class MailFile(Struct, frozen=True, kw_only=True):
    """What `mail.toml` of an own home says."""

    host: str
    port: int
    from_address: str  # ASCII, in its normal form
    security: Security = Security.STARTTLS
    username: str = ""
    password: Secret[str] | None = None
    public_url: str = ""  # where the links of messages lead, without a slash at its end
    sender: SenderIdentity | None = None
    messages_per_day: int = 100
    messages_per_domain: int = 20
    seconds_between_messages: int = 5


def read_mail_file(home: Path) -> MailFile | None:
    """Return what the home's `mail.toml` says; None without one.

    Raises:
        MailFileError: It breaks rules; names all of them.
    """
    file = home / FILE_NAME
    if not file.exists():
        return None
    findings = Findings(file)
    text = read_text(file, findings)
    top = None if text is None else toml_table(text, findings)
    read = None if top is None else _read(top, home)
    if read is None or findings.found:
        raise MailFileError(file, tuple(sorted(set(findings))))
    return read


def _read(top: TomlTable, home: Path) -> MailFile:
    host = top.text("host", _host)
    username = top.text("username", _word, default="")
    from_address = top.text("from_address", _address)
    read = MailFile(
        host=host,
        port=top.number("port", _within(1, PORT_MAX)),
        from_address=normal_email(from_address).value if from_address else "",
        security=_security(top, host),
        username=username,
        password=_password(top, home, username),
        public_url=top.text("public_url", _public_url, default="").rstrip("/"),
        sender=_sender(top),
        messages_per_day=top.number("messages_per_day", _within(1, COUNT_MAX), default=100),
        messages_per_domain=top.number("messages_per_domain", _within(1, COUNT_MAX), default=20),
        seconds_between_messages=top.number(
            "seconds_between_messages", _within(0, GAP_SECONDS_MAX), default=5
        ),
    )
    top.report_unknown()
    return read


def _sender(top: TomlTable) -> SenderIdentity | None:
    table = top.table("sender")
    if table is None:
        return None
    sender = SenderIdentity(
        name=table.text("name", _line),
        function=table.text("function", _line),
        telephone=table.text("telephone", _telephone),
        data_contact=table.text("data_contact", _address),
        company=table.text("company", _line),
        postal_address=table.text("postal_address", _line),
        retention=table.text("retention", _line, default=""),
    )
    table.report_unknown()
    return sender


def _security(top: TomlTable, host: str) -> Security:
    words = " or ".join(f'"{word.value}"' for word in Security)

    def rule(text: str) -> Broken | None:
        if text not in set(Security):
            return Broken("no such protection is known", f"write {words}")
        if text == Security.NONE and host and not is_loopback(host):
            return Broken(
                "messages would cross a network in clear",
                'write "starttls" or "tls"; "none" is for a server on this machine',
            )
        return None

    return Security(top.text("security", rule, default=Security.STARTTLS) or Security.STARTTLS)


def _password(top: TomlTable, home: Path, username: str) -> Secret[str] | None:
    name = top.text("password_file", _word, default="")
    if bool(name) != bool(username):
        key, other = ("username", "password_file") if username else ("password_file", "username")
        top.add(key, f"`{other}` stands without it", "give both, or neither")
        return None
    if not name:
        return None
    try:
        if not Path(name).is_absolute():  # one outside is its keeper's
            narrow_file(home / name)
        password = (home / name).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no text in UTF-8"
        top.add("password_file", f"the file it names cannot be read: {reason}", "give a file")
        return None
    if not password or not password.isprintable():
        top.add(
            "password_file",
            "the file it names does not hold one line with a password",
            "write the password alone into it",
        )
    return Secret(password)


# --- rules of single values ----------------------------------------------------------


def _host(text: str) -> Broken | None:
    if not _HOST.fullmatch(text):
        return Broken(
            "it is no name of a machine", "write it alone, such as smtp.example.org; no port"
        )
    return None


def _word(text: str) -> Broken | None:
    if not text or not text.isprintable() or text != text.strip():
        return Broken("it is empty, or has spaces around it", "write it, or leave it out")
    return None


def _line(text: str) -> Broken | None:
    if not text.strip() or len(text) > TEXT_MAX or not text.isprintable():
        return Broken(
            f"it is not one line of 1 to {TEXT_MAX} printable characters", "shorten or complete it"
        )
    return None


def _within(least: int, most: int) -> Callable[[int], Broken | None]:
    def rule(number: int) -> Broken | None:
        if not least <= number <= most:
            return Broken(f"it is not within {least} and {most}", "correct the number")
        return None

    return rule


def _address(text: str) -> Broken | None:
    if "<" in text or '"' in text:
        return Broken(
            "it is not an address alone",
            "write the address without a name; the name stands as `name` under `[sender]`",
        )
    return _keeps_form(normal_email, text)


def _telephone(text: str) -> Broken | None:
    return _keeps_form(normal_phone, text)


def _keeps_form(form: Callable[[str], NormalContact], text: str) -> Broken | None:
    try:
        form(text)
    except ContactPointError as error:
        return Broken(f"it must {error.rule}", error.remedy)
    return None


def _public_url(text: str) -> Broken | None:
    url = urlsplit(text) if _URL.fullmatch(text) else urlsplit("")
    if url.scheme not in ("https", "http") or not url.hostname or "@" in url.netloc:
        return Broken("it is no address of a page", "write https://relance.example.org")
    if url.query or url.fragment:
        return Broken("it has a `?` or a `#`", "end it with the path")
    if url.scheme == "http" and not is_loopback(url.hostname):
        return Broken("links in messages would be read on the way", "begin it with https://")
    return None
