"""The mail side of a home: its server, its sender, and the settling of doubts."""

from dataclasses import dataclass
from pathlib import Path

from infra.home.mail_file import read_mail_file
from infra.mail.catcher import Catcher, CatcherReconciler
from infra.mail.sender import NotSent, NotSentReason, Outgoing, Sender, SendOutcome
from infra.mail.smtp_sender import SmtpSender
from infra.mail.smtp_settings import AnyHost, CatcherOnly, Security, SmtpSettings
from infra.touching.channel_ports import Reconciler
from infra.touching.protocol import Evidence


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
    public_url: str = ""  # where the links of messages lead; empty: no page answers any


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
        MailFileError: The file breaks rules.
    """
    read = read_mail_file(home)
    if read is None:
        return Post(sender=UnconfiguredSender(), reconciler=SilentReconciler())
    settings = SmtpSettings(
        host=read.host,
        port=read.port,
        from_address=read.from_address,
        security=read.security,
        username=read.username,
        password=read.password,
    )
    return Post(
        sender=SmtpSender(settings, hosts=AnyHost()),
        reconciler=SilentReconciler(),
        public_url=read.public_url,
    )
