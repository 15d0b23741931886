"""The mail side of a home: its server, its sender, and the settling of doubts."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

import msgspec
from msgspec import Struct

from infra.home.errors import HomeFileError
from infra.mail.catcher import Catcher, CatcherReconciler
from infra.mail.sender import NotSent, NotSentReason, Outgoing, Sender, SendOutcome
from infra.mail.smtp_sender import SmtpSender
from infra.mail.smtp_settings import AnyHost, CatcherOnly, Security, SmtpSettings
from infra.secret import Secret
from infra.touching.channel_ports import Reconciler
from infra.touching.protocol import Evidence

FILE_NAME = "mail.toml"
UNNAMED_URL = "https://localhost"
"""Where signed links lead until a home names its own address."""


class SenderIdentity(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who writes: complete, since every message must say it."""

    name: str
    function: str
    telephone: str
    data_contact: str  # whom to ask about personal data
    company: str
    postal_address: str


class MailFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What `mail.toml` of an own home says."""

    host: str
    port: int
    from_address: str
    security: Security = Security.STARTTLS
    username: str = ""
    password_file: str = ""  # beside mail.toml, readable by its owner alone
    public_url: str = ""  # https: where the links of messages lead, without a slash at its end
    sender: SenderIdentity | None = None
    messages_per_day: int = 100
    messages_per_domain: int = 20


class UnconfiguredSender:
    """Stands for a mail server that nobody named: nothing leaves."""

    conversations_max = 1

    async def send(self, message: Outgoing) -> SendOutcome:
        """Return that the peer holds nothing."""
        del message
        return NotSent(reason=NotSentReason.UNREACHABLE)

    async def close(self) -> None:
        """Have nothing to release."""


class SilentReconciler:
    """Stands for a peer that cannot be asked: a person decides."""

    async def find(self, reference: str) -> Evidence:
        """Return that nobody can tell."""
        del reference
        return Evidence.UNCLEAR


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """Who carries a home's mail, and whom to ask what became of it."""

    sender: Sender
    reconciler: Reconciler
    public_url: str = UNNAMED_URL


def post_of_sample(catcher: Catcher, from_address: str) -> Post:
    """Return the post of a sample home: its running catcher, and nobody else."""
    settings = SmtpSettings(
        host=catcher.host,
        port=catcher.port,
        from_address=from_address,
        security=Security.NONE,
    )
    sender = SmtpSender(settings, hosts=CatcherOnly(catcher.host, catcher.port))
    return Post(sender=sender, reconciler=CatcherReconciler(catcher))


def post_of_own(home: Path) -> Post:
    """Return the post of an own home, as its `mail.toml` says; without one nothing leaves.

    Raises:
        HomeFileError: The file does not decode, or names a password file that is not there.
    """
    read = read_mail_file(home)
    if read is None:
        return Post(sender=UnconfiguredSender(), reconciler=SilentReconciler())
    try:
        password = _password(home, read)
    except OSError as error:
        raise HomeFileError(home / read.password_file) from error
    settings = SmtpSettings(
        host=read.host,
        port=read.port,
        from_address=read.from_address,
        security=read.security,
        username=read.username,
        password=password,
    )
    return Post(
        sender=SmtpSender(settings, hosts=AnyHost()),
        reconciler=SilentReconciler(),
        public_url=read.public_url or UNNAMED_URL,
    )


def read_mail_file(home: Path) -> MailFile | None:
    """Return what the home's `mail.toml` says; None without one.

    Raises:
        HomeFileError: The file does not decode.
    """
    file = home / FILE_NAME
    if not file.exists():
        return None
    try:
        return msgspec.convert(tomllib.loads(file.read_text()), MailFile)
    except (ValueError, msgspec.ValidationError, OSError) as error:
        raise HomeFileError(file) from error


def _password(home: Path, read: MailFile) -> Secret[str] | None:
    if not read.password_file:
        return None
    return Secret((home / read.password_file).read_text().strip())
