"""One good example of everything the mail tests need."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from infra.mail.message import Draft, MailAddress, Unsubscribe, compose
from infra.mail.message_id import MessageKey, message_id
from infra.mail.sender import Outgoing
from infra.mail.smtp_settings import Security, SmtpSettings, SmtpTimeouts
from infra.secret import Secret

SECRET = Secret(b"k" * 32)
FROM = "camille.martin@editeur.example"
TO = "aurelie.vasseur@ville.example"
AT = datetime(2027, 1, 12, 9, 30, tzinfo=UTC)
MESSAGE_ID = message_id(
    MessageKey(account="217901911", touch=4, attempt=1), secret=SECRET, domain="editeur.example"
)
UNSUBSCRIBE = Unsubscribe(
    url="https://relance.example/u/" + "t" * 180,
    mailto="desabonnement@editeur.example",
    mailto_subject="t" * 180,
)
SHORT = SmtpTimeouts(
    connect_within=timedelta(milliseconds=300),
    command_within=timedelta(milliseconds=300),
    content_within=timedelta(milliseconds=300),
)


def draft(  # noqa: PLR0913  (each test states only what differs)
    *,
    sender: MailAddress | None = None,
    to: MailAddress | None = None,
    subject: str = "Réussir le projet éducation de Niort",
    text: str = "Bonjour,\n\nÀ bientôt.\n",
    html: str | None = None,
    at: datetime = AT,
    message_id: str = MESSAGE_ID,
    references: tuple[str, ...] = (),
    unsubscribe: Unsubscribe | None = UNSUBSCRIBE,
) -> Draft:
    """Return a draft."""
    return Draft(
        sender=sender or MailAddress(address=FROM, display_name="Camille Martin"),
        to=to or MailAddress(address=TO, display_name="Aurélie Vasseur"),
        subject=subject,
        text=text,
        html=html,
        at=at,
        message_id=message_id,
        references=references,
        unsubscribe=unsubscribe,
    )


def never() -> bool:
    """Return that the deadline has not passed."""
    return False


def past_at_question(number: int) -> Callable[[], bool]:
    """Return a deadline that passes just before it is asked for the `number`th time."""
    left = iter([False] * (number - 1))
    return lambda: next(left, True)


def outgoing(
    *,
    recipient: str = TO,
    content: bytes | None = None,
    is_past_deadline: Callable[[], bool] = never,
) -> Outgoing:
    """Return a message ready to leave."""
    return Outgoing(
        message_id=MESSAGE_ID,
        mail_from=FROM,
        recipient=recipient,
        content=compose(draft()) if content is None else content,
        is_past_deadline=is_past_deadline,
    )


def settings(  # noqa: PLR0913  (each test states only what differs)
    port: int,
    *,
    host: str = "127.0.0.1",
    security: Security = Security.NONE,
    timeouts: SmtpTimeouts | None = None,
    messages_per_connection_max: int = 100,
    idle_for: timedelta = timedelta(seconds=60),
    username: str = "",
    password: str = "",
    certificates: str = "",
) -> SmtpSettings:
    """Return the settings of a mailbox whose server is on this machine."""
    return SmtpSettings(
        host=host,
        port=port,
        from_address=FROM,
        security=security,
        timeouts=timeouts or SmtpTimeouts(),
        messages_per_connection_max=messages_per_connection_max,
        idle_for=idle_for,
        username=username,
        password=Secret(password),
        certificates=certificates,
    )
