"""Compose a message as bytes: the same draft gives the same bytes, on any machine.

Written by hand, not by the library's message builder, whose line folding turns a long
`List-Unsubscribe` into encoded words that mail services ignore, whose boundaries are
random, and which takes 1 ms a message (docs/decisions/0022).
"""

import re
import unicodedata
from base64 import b64encode
from binascii import b2a_qp
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from hashlib import sha256
from textwrap import wrap
from urllib.parse import urlsplit

from infra.mail.errors import MessageFieldError
from sequences.invisible import without_invisible

ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]{1,255}")
MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,250}>")
URI = re.compile(r"[!-;=?-~]{1,900}")
LINE_MAX = 76  # characters of a header's line with encoded words (RFC 2047, 2)
FRAME = len("=?utf-8?b??=")
ENCODED_BYTES_MAX = 42  # of UTF-8 in one encoded word: 68 of the 75 characters of RFC 2047
HEADER_MAX = 900  # characters; below the 998 of RFC 5322 with the header's name
REFERENCES_MAX = 20  # the first and the latest; longer threads keep both ends
FROM_ = re.compile(rb"^(?:From )+", re.MULTILINE)
LINE_CATEGORIES = ("Cc", "Zl", "Zp", "Cs")  # controls, line ends, lone surrogates


@dataclass(frozen=True, slots=True, kw_only=True)
class MailAddress:
    """An address with the name shown before it; prints without either."""

    address: str = field(repr=False)  # ASCII, as `infra.contacts.normal` gives it
    display_name: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsubscribe:
    """How to unsubscribe: in one click where a page answers (RFC 8058), else by mail."""

    mailto: str = field(repr=False)  # an address
    url: str = field(default="", repr=False)  # https, with a signed token; empty: no page
    mailto_subject: str = field(default="", repr=False)  # as a link writes it; the token, say


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Everything that makes a message."""

    sender: MailAddress
    to: MailAddress
    subject: str = field(repr=False)
    text: str = field(repr=False)
    at: datetime  # aware; the header shows it in its own zone
    message_id: str
    html: str | None = field(default=None, repr=False)
    references: tuple[str, ...] = ()  # message ids of the thread, oldest first
    reply_to: MailAddress | None = None
    unsubscribe: Unsubscribe | None = None


def compose(draft: Draft) -> bytes:
    """Return the message: ASCII, CRLF, no line over 998 bytes, bodies quoted-printable.

    Raises:
        MessageFieldError: A part holds a line end or a control character, an address or
            a link has not the form mail allows, or a header is too long.
    """
    headers = "".join(f"{name}: {value}\r\n" for name, value in _headers(draft))
    return headers.encode("ascii") + _body(draft)


def _headers(draft: Draft) -> Iterator[tuple[str, str]]:
    yield "From", _mailbox("From", draft.sender)
    yield "To", _mailbox("To", draft.to)
    if draft.reply_to:
        yield "Reply-To", _mailbox("Reply-To", draft.reply_to)
    yield "Subject", _unstructured("Subject", draft.subject)
    yield "Date", format_datetime(draft.at)
    yield "Message-ID", _message_id(draft.message_id)
    if draft.references:
        yield "In-Reply-To", _message_id(draft.references[-1])
        yield "References", _references(draft.references)
    if draft.unsubscribe:
        yield "List-Unsubscribe", _list_unsubscribe(draft.unsubscribe)
        if draft.unsubscribe.url:
            yield "List-Unsubscribe-Post", "List-Unsubscribe=One-Click"
    yield "MIME-Version", "1.0"


def _mailbox(header: str, mailbox: MailAddress) -> str:
    field = header.lower()
    address = _checked(f"{field} address", mailbox.address, ADDRESS, "be an ASCII e-mail address")
    _check_line(f"{field} name", mailbox.display_name)
    # Readers do so, with every kind of space.
    shown = " ".join(without_invisible(mailbox.display_name).split())
    return f"{_phrase(shown, room=_room(header))}\r\n <{address}>" if shown else address


def _room(header: str) -> int:
    """Return how many characters the first line of a header has left for its value."""
    return LINE_MAX - len(f"{header}: ")


def _phrase(text: str, *, room: int) -> str:
    escaped = re.sub(r'(["\\])', r"\\\1", text)
    quoted = f'"{escaped}"'
    return _encoded(text, room=room) if _needs_encoding(text) or len(quoted) > room else quoted


def _unstructured(header: str, text: str) -> str:
    _check_line(header.lower(), text)
    shown, room = without_invisible(text), _room(header)
    if _needs_encoding(shown):
        return _encoded(shown, room=room)
    lines = _folded(shown, room=room)
    return "\r\n".join(lines) if max(map(len, lines)) <= room else _encoded(shown, room=room)


def _folded(text: str, *, room: int) -> list[str]:
    """Return the lines of a text, broken before spaces; a word may be longer than a line."""
    first, *rest = wrap(text, room, break_long_words=False, break_on_hyphens=False) or [""]
    return [first, *(f" {line}" for line in rest)]


def _needs_encoding(text: str) -> bool:
    # Readers drop outer and doubled spaces, and take "=?" for an encoded word.
    return not text.isascii() or "=?" in text or "  " in text or text != text.strip()


def _encoded(text: str, *, room: int) -> str:
    """Return encoded words of RFC 2047, one a line, no character split between two."""
    first_bytes_max = (room - FRAME) // 4 * 3
    return "\r\n ".join(
        f"=?utf-8?b?{b64encode(part).decode()}?=" for part in _parts(text, first_bytes_max)
    )


def _parts(text: str, bytes_max: int) -> Iterator[bytes]:
    part = b""
    for character in text:
        encoded = character.encode()
        if len(part) + len(encoded) > bytes_max:
            yield part
            part, bytes_max = b"", ENCODED_BYTES_MAX
        part += encoded
    yield part


def _message_id(text: str) -> str:
    return _checked("message id", text, MESSAGE_ID, "be printable ASCII within < and >")


def _references(references: tuple[str, ...]) -> str:
    kept = references[:1] + references[1:][-(REFERENCES_MAX - 1) :]
    return "\r\n ".join(_message_id(reference) for reference in kept)


def _list_unsubscribe(unsubscribe: Unsubscribe) -> str:
    by_mail = _checked("unsubscribe address", unsubscribe.mailto, ADDRESS, "be an ASCII address")
    if unsubscribe.mailto_subject:
        subject = unsubscribe.mailto_subject
        by_mail += f"?subject={_checked('unsubscribe subject', subject, URI, 'be an ASCII word')}"
    if not unsubscribe.url:
        return f"<mailto:{by_mail}>"
    url = _checked("unsubscribe link", unsubscribe.url, URI, "be an ASCII link")
    if urlsplit(url).scheme != "https":
        raise MessageFieldError(
            field="unsubscribe link", rule="begin with https", remedy="give the public address"
        )
    return f"<{url}>,\r\n <mailto:{by_mail}>"


def _checked(name: str, text: str, form: re.Pattern[str], rule: str) -> str:
    if not form.fullmatch(text):
        raise MessageFieldError(name, rule=rule, remedy="correct it where it was entered")
    return text


def _check_line(name: str, text: str) -> None:
    if len(text) > HEADER_MAX:
        rule = f"have at most {HEADER_MAX} characters"
        raise MessageFieldError(name, rule=rule, remedy="shorten it")
    if any(unicodedata.category(character) in LINE_CATEGORIES for character in text):
        raise MessageFieldError(
            name, rule="be one line without control characters", remedy="remove the line ends"
        )


def _body(draft: Draft) -> bytes:
    text = _part("plain", draft.text)
    if draft.html is None:
        return text
    # "=_" occurs in no quoted-printable text: no part can hold the boundary.
    boundary = f"=_{sha256(draft.message_id.encode()).hexdigest()[:32]}"
    between = f"\r\n--{boundary}\r\n".encode()
    return b"".join(
        (
            f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"\r\n'.encode(),
            *(between, text, between, _part("html", draft.html)),
            f"\r\n--{boundary}--\r\n".encode(),
        )
    )


def _part(subtype: str, text: str) -> bytes:
    head = (
        f'Content-Type: text/{subtype}; charset="utf-8"\r\n'
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
    return head.encode() + _quoted_printable(text)


def _quoted_printable(text: str) -> bytes:
    lines = re.sub(r"\r\n|\r", "\n", text)
    ended = lines if lines.endswith("\n") else f"{lines}\n"
    try:
        written = b2a_qp(ended.encode())
    except UnicodeEncodeError:
        # The cause is dropped: it quotes the text.
        raise MessageFieldError(
            field="text", rule="be Unicode without lone surrogates", remedy="paste it again"
        ) from None
    return FROM_.sub(_without_from, written).replace(b"\n", b"\r\n")


def _without_from(match: re.Match[bytes]) -> bytes:
    """Return what reads as `From `: mailboxes of one file would begin a message there."""
    return b"=46rom =\n" * (len(match[0]) // len(b"From "))
