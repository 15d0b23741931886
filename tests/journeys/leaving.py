"""What every message that leaves must keep, read from its bytes as any program does."""

import email
import email.policy
import re
from collections.abc import Iterator, Sequence
from email.message import EmailMessage

from infra.mail.mail_folder import CaughtMessage
from sequences.invisible import without_invisible

FALSE_PROMISES = (
    "un clic suffit",
    "gardée trois ans",
    "faire effacer",
    "List-Unsubscribe-Post",
    "https://localhost",
)
LINE_MAX = 76
UNFOLDABLE = ("message-id", "list-unsubscribe", "in-reply-to", "references", " ")


def broken_promises(messages: Sequence[CaughtMessage]) -> list[str]:
    """Return what messages of a home without a page break, each with its Message-ID."""
    return [
        f"{message.message_id}: {fault}"
        for message in messages
        for fault in _faults(message.content)
    ]


def thread_faults(messages: Sequence[CaughtMessage]) -> list[str]:
    """Return the messages that answer another under a subject that is not its own."""
    subjects: dict[str, str] = {}
    faults = []
    for message in messages:
        read = _read(message.content)
        subject, references = str(read["Subject"]), str(read["References"] or "").split()
        subjects[message.message_id] = subject
        if references and subject != f"Re: {subjects[references[0]]}":
            faults.append(f"{message.message_id}: {subject}")
    return faults


def _read(content: bytes) -> EmailMessage:
    return email.message_from_bytes(content, policy=email.policy.default)


def _faults(content: bytes) -> Iterator[str]:
    head, _, body = content.partition(b"\r\n\r\n")
    read = _read(content)
    written = str(read.get_content())
    text = written.replace("\u00a0", " ")
    for words in FALSE_PROMISES:
        if words in text or words in head.decode():
            yield f"says {words}"
    if not str(read["List-Unsubscribe"]).startswith("<mailto:"):
        yield "unsubscribes elsewhere than by mail"
    if "répondez « stop »" not in text:
        yield "does not say how to object"
    for line in head.decode().split("\r\n"):
        if len(line) > LINE_MAX and not line.lower().startswith(UNFOLDABLE):
            yield f"has a header line of {len(line)}"
    if re.search(rb"^From ", body, re.MULTILINE):
        yield "has a line that begins a mailbox"
    if re.search(r" [:;?!%»](\s|$)|« ", f"{read['Subject']}\n{written}"):
        yield "may break a line before a sign"
    for shown in (str(read["Subject"]), str(read["From"]), text):
        if shown != without_invisible(shown):
            yield "holds what nobody sees"
