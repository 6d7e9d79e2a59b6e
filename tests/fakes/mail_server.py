"""A real mail server (aiosmtpd) on a loopback port, that keeps what it is sent."""

from __future__ import annotations

import asyncio
import ssl
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cache
from ipaddress import ip_address
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

USER, PASSWORD = "doorward", "mail-password"


@dataclass
class Received:
    """One message, and how it came."""

    sender: str
    recipients: list[str]
    message: EmailMessage
    encrypted: bool
    user: str


@dataclass
class MailServer:
    """``hangs`` keeps every client waiting at the end of its message; ``refusal`` is what it is told
    there instead of a yes."""

    port: int = 0
    hangs: bool = False
    refusal: str = ""
    received: list[Received] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        if self.hangs:
            await asyncio.sleep(3600)
        if self.refusal:
            return self.refusal
        content = envelope.original_content
        assert isinstance(content, bytes)
        parsed = message_from_bytes(content, policy=policy.SMTP)
        assert isinstance(parsed, EmailMessage)
        data: object = session.auth_data
        login = data.login.decode() if isinstance(data, LoginPassword) else ""
        sender = envelope.mail_from or ""
        self.received.append(Received(sender, list(envelope.rcpt_tos), parsed, _is_encrypted(server), login))
        return "250 kept"


@asynccontextmanager
async def mail_server(*, tls: str = "", login: bool = False) -> AsyncIterator[MailServer]:
    """``tls`` is empty, ``starttls`` or ``tls``; ``login`` asks for user and password."""
    kept = MailServer()
    context = server_context() if tls else None

    def session() -> SMTP:
        return SMTP(
            kept,
            hostname="mail.test",
            tls_context=context if tls == "starttls" else None,
            require_starttls=tls == "starttls",
            auth_required=login,
            auth_require_tls=tls == "starttls",
            authenticator=authenticate if login else None,
        )

    listening = await asyncio.get_running_loop().create_server(
        session, "127.0.0.1", 0, ssl=context if tls == "tls" else None
    )
    kept.port = int(listening.sockets[0].getsockname()[1])
    try:
        yield kept
    finally:
        listening.close()


def _is_encrypted(server: SMTP) -> bool:
    return server.transport is not None and server.transport.get_extra_info("sslcontext") is not None


def authenticate(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
) -> AuthResult:
    """One user with one password."""
    assert isinstance(data, LoginPassword)
    right = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=right, handled=False, auth_data=data if right else None)


def server_context() -> ssl.SSLContext:
    """The server's side of TLS, with a certificate for ``localhost`` and ``127.0.0.1``."""
    certificate, key = certificate_and_key()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "pair.pem")
        file.write_text(certificate + key)
        context.load_cert_chain(file)
    return context


@cache
def certificate_and_key() -> tuple[str, str]:
    """A certificate that is its own authority, and its key, both PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test mail server")])
    began = datetime(2026, 1, 1, tzinfo=UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
    usage = x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        crl_sign=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(began)
        .not_valid_after(began + timedelta(days=36500))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, SHA256())
    )
    pem_key = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return certificate.public_bytes(Encoding.PEM).decode(), pem_key.decode()
