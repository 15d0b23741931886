"""What e-mail may raise; an address or a text never enters a sentence.

    MailError
    +- MessageFieldError   a header or an address that no message may carry
    +- ForeignHostError    a sample workspace was about to talk to a real mail server
    +- CatcherBusyError    another process keeps this folder of caught mail

What a mail server answers is no error: see `infra.mail.sender`.
"""

from pathlib import Path

from engine.errors import RelanceError


class MailError(RelanceError):
    """Root of what e-mail raises."""


class MessageFieldError(MailError):
    """A part of a message breaks a rule of mail."""

    def __init__(self, field: str, *, rule: str, remedy: str) -> None:
        """Keep which part broke which rule; the text itself is never kept."""
        super().__init__(f"expected {field} to {rule}; {remedy}")
        self.field, self.rule, self.remedy = field, rule, remedy


class ForeignHostError(MailError):
    """A sample workspace writes to its catcher and to nobody else."""

    def __init__(self, host: str, port: int, *, catcher_host: str, catcher_port: int) -> None:
        super().__init__(
            f"expected the mail server of a sample workspace to be its catcher "
            f"{catcher_host}:{catcher_port}, got: {host}:{port}; "
            "start a workspace of your own (relance up --empty) to send real mail"
        )
        self.host, self.port = host, port


class CatcherBusyError(MailError):
    """Two catchers on one folder would each miss what the other stores."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"expected {folder} to be used by one catcher, got: another process; stop that one"
        )
        self.folder = folder
