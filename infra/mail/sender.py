"""The port of mail servers: hand one message to the world, and say for certain what is known.

Four answers and no exception.  `Sent` and `SendRefused` are the peer's word; after
`NotSent` the peer holds nothing; after `SendUnknown` it may hold the message, so nobody
may send it again before somebody has found out.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from engine.errors import InvalidValueError

# Printable ASCII without what would end an SMTP path or begin a parameter.
PATH = re.compile(r"[!-;=?-~]{1,64}@[!-;=?-~]{1,255}")
BARE_LINE_END = re.compile(rb"\r(?!\n)|(?<!\r)\n")
LINE_MAX_BYTES = 998
PERMANENT_FROM = 500


class NotSentReason(StrEnum):
    """Why the peer holds nothing; stored, so the words never change."""

    DEADLINE = "deadline"
    SLOW = "smtp.slow"  # the time was over before the peer let the text come
    DEFERRED = "smtp.deferred"  # it takes nothing from us for now, whoever the recipient
    UNREACHABLE = "smtp.unreachable"
    TIMEOUT = "smtp.timeout"
    DISCONNECTED = "smtp.disconnected"
    TLS = "smtp.tls"
    AUTHENTICATION = "smtp.authentication"
    PROTOCOL = "smtp.protocol"  # the peer does not speak SMTP as it should


class UnknownReason(StrEnum):
    """How the answer to a message was lost; stored, so the words never change."""

    TIMEOUT = "smtp.timeout"
    DISCONNECTED = "smtp.disconnected"
    PROTOCOL = "smtp.protocol"


class SmtpStage(StrEnum):
    """What the peer refused; stored, so the words never change."""

    GREETING = "greeting"
    TLS = "tls"
    AUTHENTICATION = "auth"
    SENDER = "sender"
    RECIPIENT = "rcpt"
    DATA = "data"
    CONTENT = "content"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A message ready to leave; prints without its recipient and its text."""

    message_id: str
    mail_from: str = field(repr=False)  # ASCII: where bounces go
    recipient: str = field(repr=False)  # ASCII
    content: bytes = field(repr=False)  # CRLF line ends, lines of at most 998 bytes
    is_past_deadline: Callable[[], bool] = field(repr=False)  # asked until DATA is said

    def __post_init__(self) -> None:
        """Check what could otherwise inject a command or a second message."""
        for name, path in (("sender", self.mail_from), ("recipient", self.recipient)):
            if not PATH.fullmatch(path):
                raise InvalidValueError(name=name, rule="be an ASCII address", value="(withheld)")
        if BARE_LINE_END.search(self.content) or not self.content.endswith(b"\r\n"):
            rule = "end each line with CRLF"
            raise InvalidValueError(name="content", rule=rule, value=self.message_id)
        if max(map(len, self.content.split(b"\r\n"))) > LINE_MAX_BYTES:
            rule = f"have lines of at most {LINE_MAX_BYTES} bytes"
            raise InvalidValueError(name="content", rule=rule, value=self.message_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The peer has taken the message over."""

    queue_id: str  # the peer's name for it; empty if it gave none


@dataclass(frozen=True, slots=True, kw_only=True)
class SendRefused:
    """The peer has said no, and holds nothing."""

    code: int  # 400 to 599
    status: str  # enhanced code of RFC 3463 such as "5.1.1"; empty if there is none
    stage: SmtpStage
    text: str  # the peer's words, without any address

    @property
    def is_permanent(self) -> bool:
        """Tell whether trying again is useless (5xx)."""
        return self.code >= PERMANENT_FROM


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSent:
    """The peer holds nothing, for certain."""

    reason: NotSentReason


@dataclass(frozen=True, slots=True, kw_only=True)
class SendUnknown:
    """The message was on its way when the peer fell silent."""

    reason: UnknownReason


SendOutcome = Sent | SendRefused | NotSent | SendUnknown


class Sender(Protocol):
    """Hands messages to a mail server, one transaction each."""

    @property
    def conversations_max(self) -> int:
        """How many messages it hands over at once; others wait within `send`."""

    async def send(self, message: Outgoing) -> SendOutcome:
        """Try once to hand `message` over.

        If cancelled, the outcome is as unknown as after `SendUnknown`.
        """

    async def close(self) -> None:
        """Release connections; repeatable."""
