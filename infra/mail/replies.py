"""Read what a mail server answers, keeping codes and leaving addresses out."""

import re

TEXT_MAX = 200
READ_MAX = 1_000  # of a reply's text: a server that says more says nothing more of use
STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
QUEUED = re.compile(r"\bqueued as ([A-Za-z0-9._-]{1,64})")
ADDRESS = re.compile(r"[^\s<>()\"']+@[^\s<>()\"',;]+")


def enhanced_status(text: str) -> str:
    """Return the enhanced code at the head of a reply (RFC 3463), or an empty string."""
    match = STATUS.match(text)
    return match.group() if match else ""


def queue_id(text: str) -> str:
    """Return the peer's name for an accepted message, or an empty string."""
    match = QUEUED.search(text)
    return match.group(1) if match else ""


def without_addresses(text: str, *, recipient: str) -> str:
    """Return a reply's text with addresses masked, printable, of bounded length.

    Servers like to quote the recipient, its name before the @ alone included; the text
    of a refusal ends up in the log, which is for ever.
    """
    text = _beginning(text)
    masked = re.sub(re.escape(recipient), "(address)", text, flags=re.IGNORECASE)
    masked = ADDRESS.sub("(address)", masked)
    local_part = recipient.partition("@")[0]
    whole_word = rf"(?<![\w.-]){re.escape(local_part)}(?![\w.-])"
    masked = re.sub(whole_word, "(address)", masked, flags=re.IGNORECASE)
    printable = "".join(character if character.isprintable() else " " for character in masked)
    return " ".join(printable.split())[:TEXT_MAX]


def _beginning(text: str) -> str:
    """Return whole words only: half an address would not be known for one."""
    return text if len(text) <= READ_MAX else text[:READ_MAX].rpartition(" ")[0]
