"""Where a mailbox's messages are handed over, and which servers a workspace may talk to."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from ipaddress import ip_address
from typing import Protocol

from engine.errors import InvalidValueError
from infra.mail.errors import ForeignHostError
from infra.secret import Secret


def is_loopback(host: str) -> bool:
    """Say whether a host is this machine, as written: no name server is asked."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


class Security(StrEnum):
    """How the connection is protected; nothing is negotiated down."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpTimeouts:
    """How long each stage may take."""

    connect_within: timedelta = timedelta(seconds=10)
    command_within: timedelta = timedelta(seconds=30)
    content_within: timedelta = timedelta(seconds=120)  # RFC 5321 asks for 10 minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpSettings:
    """One mailbox's mail server."""

    host: str
    port: int
    from_address: str
    security: Security = Security.STARTTLS
    username: str = ""  # empty: no authentication
    password: Secret[str] | None = None
    certificates: str = ""  # a file of authorities to trust instead of the system's
    timeouts: SmtpTimeouts = SmtpTimeouts()
    messages_per_connection_max: int = 100
    idle_for: timedelta = timedelta(seconds=60)  # then the connection is closed

    def __post_init__(self) -> None:
        """Check that no message, and no password, can cross a network in clear."""
        if self.security is Security.NONE and not is_loopback(self.host):
            rule = "be starttls or tls to another machine"
            value = self.security.value
            raise InvalidValueError(name="security of the mail server", rule=rule, value=value)

    @property
    def hello_name(self) -> str:
        """Return the name we greet with: never that of this machine."""
        return self.from_address.rpartition("@")[2] or "localhost"


class AllowedHosts(Protocol):
    """Which mail servers a workspace may talk to."""

    def check(self, host: str, port: int) -> None:
        """Return if they may talk, else raise `ForeignHostError`."""


class AnyHost:
    """For a workspace of one's own."""

    def check(self, host: str, port: int) -> None:
        """Allow every server."""


@dataclass(frozen=True, slots=True)
class CatcherOnly:
    """For a sample workspace: its invented people are written to by nobody but its catcher."""

    host: str
    port: int

    def check(self, host: str, port: int) -> None:
        """Raise `ForeignHostError` for any server but the catcher, compared as written."""
        if (host, port) != (self.host, self.port):
            raise ForeignHostError(host, port, catcher_host=self.host, catcher_port=self.port)
