"""Protected connections and passwords, against a server with a certificate of its own."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple

import pytest
from aiosmtpd.handlers import Sink
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from infra.mail.sender import SendOutcome, SendRefused, Sent, SmtpStage
from infra.mail.smtp_sender import SmtpSender
from infra.mail.smtp_settings import AnyHost, Security, SmtpSettings
from tests.infra.mail.examples import outgoing, settings

NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail of the tests")])
PASSWORD = "correct horse"  # noqa: S105  (an example, opens nothing)


class Certificate(NamedTuple):
    """A certificate that vouches for itself, and its private key, in files."""

    certificate: Path
    key: Path


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    """Return a certificate for 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    signed = (
        x509.CertificateBuilder(NAME, NAME, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2120, 1, 1, tzinfo=UTC))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = Certificate(tmp_path / "certificate.pem", tmp_path / "key.pem")
    files.certificate.write_bytes(signed.public_bytes(Encoding.PEM))
    files.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return files


def authenticate(
    _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, auth_data: object
) -> AuthResult:
    """Accept the one user there is."""
    wanted = LoginPassword(b"camille", PASSWORD.encode())
    return AuthResult(success=auth_data == wanted, handled=False)


@asynccontextmanager
async def server(certificate: Certificate, security: Security) -> AsyncIterator[int]:
    """Give the port of a server that wants protection and a password."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate.certificate, certificate.key)
    is_inside = security is Security.TLS
    listening = await asyncio.get_running_loop().create_server(
        lambda: SMTP(
            Sink(),
            hostname="mail.example",
            tls_context=None if is_inside else context,
            require_starttls=not is_inside,
            auth_require_tls=not is_inside,
            authenticator=authenticate,
            loop=asyncio.get_running_loop(),
        ),
        "127.0.0.1",
        0,
        ssl=context if is_inside else None,
    )
    try:
        yield listening.sockets[0].getsockname()[1]
    finally:
        listening.close()
        await listening.wait_closed()


async def sent(using: SmtpSettings) -> SendOutcome:
    """Return the outcome of one message."""
    sender = SmtpSender(using, hosts=AnyHost())
    outcome = await sender.send(outgoing())
    await sender.close()
    return outcome


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
@pytest.mark.parametrize(
    ("password", "outcome"),
    [
        (PASSWORD, Sent(queue_id="")),
        (
            "wrong",
            SendRefused(
                code=535,
                status="5.7.8",
                stage=SmtpStage.AUTHENTICATION,
                text="5.7.8 Authentication credentials invalid",
            ),
        ),
    ],
)
async def test_password_is_asked_inside_the_protection(
    certificate: Certificate, security: Security, password: str, outcome: SendOutcome
) -> None:
    """A changed password stops a mailbox, and must be named, not counted against people."""
    async with server(certificate, security) as port:
        using = settings(
            port,
            security=security,
            username="camille",
            password=password,
            certificates=str(certificate.certificate),
        )

        assert await sent(using) == outcome


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
async def test_server_nobody_vouches_for_gets_nothing(
    certificate: Certificate, security: Security
) -> None:
    """Whoever stands in between has a certificate too, only not one we trust."""
    async with server(certificate, security) as port:
        outcome = await sent(settings(port, security=security))

    assert outcome == SendRefused(code=500, status="", stage=SmtpStage.TLS, text="")
