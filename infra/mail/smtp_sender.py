"""Send by SMTP, one step at a time, so that before and after DATA are never confused."""

import asyncio
import ssl
from collections.abc import Iterator

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPException,
    SMTPHeloError,
    SMTPResponse,
    SMTPResponseException,
)

from infra.mail.replies import enhanced_status, queue_id, without_addresses
from infra.mail.sender import (
    PERMANENT_FROM,
    NotSent,
    NotSentReason,
    Outgoing,
    SendOutcome,
    SendRefused,
    SendUnknown,
    Sent,
    SmtpStage,
    UnknownReason,
)
from infra.mail.smtp_settings import AllowedHosts, Security, SmtpSettings

ACCEPTED = 250
REFUSALS = range(400, 600)
# What the library and the sockets below it raise; TLS errors and timeouts are OSErrors.
BROKEN = (SMTPException, OSError)

Command = tuple[SmtpStage, tuple[int, ...], tuple[bytes, ...]]


class _TlsNotOfferedError(SMTPException):
    """The peer does not offer the protection that the settings ask for."""

    def __init__(self) -> None:
        super().__init__("STARTTLS not offered")


class SmtpSender:
    """One mailbox's sender: one connection, one message at a time.

    The connection is kept for some messages or until it has been idle, and asked whether
    it still lives before it is used again.
    """

    conversations_max = 1

    def __init__(self, settings: SmtpSettings, *, hosts: AllowedHosts) -> None:
        """Keep where to send; raise `ForeignHostError` if this workspace may not."""
        hosts.check(settings.host, settings.port)
        self._settings = settings
        self._lock = asyncio.Lock()
        self._client: SMTP | None = None
        self._message_count = 0
        self._idle: asyncio.TimerHandle | None = None

    async def send(self, message: Outgoing) -> SendOutcome:
        """Try once to hand `message` over; see `Sender.send`."""
        async with self._lock:
            self._stop_idling()
            is_kept = False
            try:
                outcome = await self._attempt(message)
                is_kept = not isinstance(outcome, SendUnknown)
            finally:
                # A cancelled send leaves the conversation nobody knows where.
                if not is_kept:
                    self._drop()
            self._start_idling()
        return outcome

    async def close(self) -> None:
        """Say goodbye and close the connection; repeatable."""
        async with self._lock:
            self._stop_idling()
            await self._quit()

    async def _attempt(self, message: Outgoing) -> SendOutcome:
        if message.is_past_deadline():
            return NotSent(reason=NotSentReason.DEADLINE)
        try:
            client = await self._connected()
        except BROKEN as error:
            self._drop()
            return _no_connection(error, message)
        outcome = await self._announce(client, message)
        if outcome is not None:
            return outcome
        return await self._transfer(client, message)

    async def _announce(self, client: SMTP, message: Outgoing) -> SendOutcome | None:
        """Go as far as the peer's leave to send the text; return an outcome if it ends here."""
        for stage, accepted, command in _commands(client, message):
            if stage is SmtpStage.DATA and message.is_past_deadline():
                await self._reset(client)
                return NotSent(reason=NotSentReason.SLOW)
            try:
                reply = await client.execute_command(*command)
            except BROKEN as error:
                self._drop()
                return NotSent(reason=_reason(error))
            if reply.code not in accepted:
                return await self._refused(client, reply, stage, message)
        return None

    async def _refused(
        self, client: SMTP, reply: SMTPResponse, stage: SmtpStage, message: Outgoing
    ) -> SendOutcome:
        if reply.code not in REFUSALS:
            self._drop()
            return NotSent(reason=NotSentReason.PROTOCOL)
        await self._reset(client)
        return _refusal(reply, stage, message)

    async def _reset(self, client: SMTP) -> None:
        """Make the connection ready for another message, or give it up."""
        try:
            await client.rset()
        except BROKEN:
            self._drop()

    async def _transfer(self, client: SMTP, message: Outgoing) -> SendOutcome:
        """Send the text; from its first byte on, silence means that nobody knows."""
        protocol = client.protocol
        if protocol is None or not protocol.is_connected:
            self._drop()
            return NotSent(reason=NotSentReason.DISCONNECTED)
        self._message_count += 1
        try:
            protocol.write(_dot_stuffed(message.content) + b".\r\n")
            timeout = self._settings.timeouts.content_within.total_seconds()
            reply = await protocol.read_response(timeout=timeout)
        except BROKEN as error:
            return SendUnknown(reason=_unknown_reason(error))
        if reply.code == ACCEPTED:
            return Sent(queue_id=queue_id(reply.message))
        if reply.code in REFUSALS:
            return _refusal(reply, SmtpStage.CONTENT, message)
        return SendUnknown(reason=UnknownReason.PROTOCOL)

    async def _connected(self) -> SMTP:
        """Return a connection that answers, the kept one if it still does."""
        client = self._client
        if client is not None and client.is_connected:
            if self._message_count < self._settings.messages_per_connection_max:
                if await _is_alive(client):
                    return client
            else:
                await self._quit()
        self._drop()
        return await self._connect()

    async def _connect(self) -> SMTP:
        settings = self._settings
        client = SMTP(
            hostname=settings.host,
            port=settings.port,
            local_hostname=settings.hello_name,
            use_tls=settings.security is Security.TLS,
            start_tls=False,  # done below, and never left out because it is not offered
            cert_bundle=settings.certificates or None,
            timeout=settings.timeouts.command_within.total_seconds(),
        )
        self._client = client
        self._message_count = 0
        await client.connect(timeout=settings.timeouts.connect_within.total_seconds())
        await _greet(client)
        if settings.security is Security.STARTTLS:
            await _start_tls(client)
        if settings.username and settings.password is not None:
            await client.login(settings.username, settings.password.reveal())
        return client

    async def _quit(self) -> None:
        try:
            if self._client is not None and self._client.is_connected:
                await self._client.quit()
        except BROKEN:
            pass  # Gone before the goodbye: what we wanted.
        finally:
            self._drop()

    def _drop(self) -> None:
        if self._client is not None:
            self._client.close()
        self._client = None

    def _start_idling(self) -> None:
        if self._client is not None:
            loop = asyncio.get_running_loop()
            self._idle = loop.call_later(self._settings.idle_for.total_seconds(), self._drop)

    def _stop_idling(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
        self._idle = None


async def _greet(client: SMTP) -> None:
    try:
        await client.ehlo()
    except SMTPHeloError:
        await client.helo()


async def _start_tls(client: SMTP) -> None:
    if not client.supports_extension("starttls"):
        raise _TlsNotOfferedError
    await client.starttls()
    await _greet(client)  # What was said in clear counts no more (RFC 3207, 4.2).


async def _is_alive(client: SMTP) -> bool:
    try:
        reply = await client.noop()
    except BROKEN:
        return False
    return reply.code == ACCEPTED


def _commands(client: SMTP, message: Outgoing) -> Iterator[Command]:
    """Yield each command before the text, with the codes that let the next one follow."""
    # Written out here: the library would parse the addresses, and might find others in them.
    sender = f"FROM:<{message.mail_from}>".encode("ascii")
    recipient = f"TO:<{message.recipient}>".encode("ascii")
    yield SmtpStage.SENDER, (250,), (b"MAIL", sender, *_mail_options(client, message))
    yield SmtpStage.RECIPIENT, (250, 251), (b"RCPT", recipient, *_recipient_options(client))
    yield SmtpStage.DATA, (354,), (b"DATA",)


def _mail_options(client: SMTP, message: Outgoing) -> Iterator[bytes]:
    if client.supports_extension("size"):
        yield f"SIZE={len(message.content)}".encode("ascii")
    if client.supports_extension("dsn"):
        # The envelope's id comes back in a bounce: matched without a special return address.
        yield b"RET=HDRS"
        yield f"ENVID={_as_xtext(message.message_id.strip('<>'))}".encode("ascii")


def _recipient_options(client: SMTP) -> Iterator[bytes]:
    if client.supports_extension("dsn"):
        yield b"NOTIFY=FAILURE,DELAY"


def _as_xtext(text: str) -> str:
    """Return text as a DSN parameter (RFC 3461, 4)."""
    return "".join(
        character if "!" <= character <= "~" and character not in "+=" else f"+{ord(character):02X}"
        for character in text
    )


def _dot_stuffed(content: bytes) -> bytes:
    stuffed = content.replace(b"\r\n.", b"\r\n..")
    return b"." + stuffed if stuffed.startswith(b".") else stuffed


def _refusal(reply: SMTPResponse, stage: SmtpStage, message: Outgoing) -> SendRefused:
    return SendRefused(
        code=reply.code,
        status=enhanced_status(reply.message),
        stage=stage,
        text=without_addresses(reply.message, recipient=message.recipient),
    )


def _no_connection(error: SMTPException | OSError, message: Outgoing) -> SendOutcome:
    """Return what it means that the peer did not come as far as listening to us."""
    if isinstance(error, SMTPResponseException) and error.code in REFUSALS:
        is_about_name = isinstance(error, SMTPAuthenticationError)
        stage = SmtpStage.AUTHENTICATION if is_about_name else SmtpStage.GREETING
        return _refusal(SMTPResponse(error.code, error.message), stage, message)
    if isinstance(error, _TlsNotOfferedError) or _is_certificate(error):
        return SendRefused(code=PERMANENT_FROM, status="", stage=SmtpStage.TLS, text="")
    return NotSent(reason=_reason(error))


def _is_certificate(error: BaseException) -> bool:
    """Whether the peer could not prove its name: no later attempt will find it otherwise."""
    causes = (error, error.__cause__)
    return any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes)


def _reason(error: SMTPException | OSError) -> NotSentReason:
    """Return why a conversation ended before DATA, in which case the peer holds nothing."""
    if isinstance(error, ssl.SSLError):
        return NotSentReason.TLS
    if isinstance(error.__cause__, ssl.SSLError):
        return NotSentReason.TLS
    if isinstance(error, SMTPConnectError):
        return NotSentReason.UNREACHABLE
    if isinstance(error, TimeoutError):
        return NotSentReason.TIMEOUT
    return NotSentReason.DISCONNECTED if isinstance(error, OSError) else NotSentReason.PROTOCOL


def _unknown_reason(error: SMTPException | OSError) -> UnknownReason:
    if isinstance(error, TimeoutError):
        return UnknownReason.TIMEOUT
    return UnknownReason.DISCONNECTED if isinstance(error, OSError) else UnknownReason.PROTOCOL
