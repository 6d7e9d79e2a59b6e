"""Sending mail by SMTP (RFC 5321), encrypted and checked, in bounded time.

Rule: a password or a message goes over TLS whose certificate was checked, or to this very machine.
Rule: an error names the mail server and what it said, never the message.
"""

from __future__ import annotations

import asyncio
import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

import aiosmtplib

from doorward.declaration.addresses import is_loopback
from doorward.identity.oidc.plain import plain
from doorward.model.errors import Invalid, Unavailable
from doorward.model.identity_provider import OneTimePin, SmtpSecurity

PATIENCE = 20.0
"""Seconds for one message, from dialling to the server's word that it has it."""


class Mailer:
    """Sends messages through one mail server.

    Raises:
        Invalid: the connection would not be protected, or the CA holds no certificate.
    """

    def __init__(self, settings: OneTimePin, *, patience: float = PATIENCE) -> None:
        if settings.smtp_security is SmtpSecurity.NONE and not is_loopback(settings.smtp_host):
            raise Invalid(
                "smtp_security",
                f"{settings.smtp_host} is another machine, and mail to it needs protection: "
                "use starttls or tls",
            )
        self._settings = settings
        self._patience = patience
        self._context = _context(settings.ca)

    async def send(self, message: EmailMessage) -> None:
        """Hand the message over. Raises Unavailable when the mail server does not take it."""
        settings = self._settings
        try:
            async with asyncio.timeout(self._patience):
                await aiosmtplib.send(
                    message,
                    hostname=settings.smtp_host,
                    port=settings.smtp_port,
                    username=settings.smtp_username or None,
                    password=(settings.smtp_password or None) if settings.smtp_username else None,
                    use_tls=settings.smtp_security is SmtpSecurity.TLS,
                    start_tls=settings.smtp_security is SmtpSecurity.STARTTLS,
                    tls_context=self._context,
                    timeout=self._patience,
                )
        except (aiosmtplib.SMTPException, OSError, TimeoutError, ValueError) as error:
            raise Unavailable(f"the mail server {self._name} {_what(error)}") from error

    @property
    def _name(self) -> str:
        return f"{self._settings.smtp_host}:{self._settings.smtp_port}"


def compose(*, sender: str, recipient: str, subject: str, text: str, html: str) -> EmailMessage:
    """A message in plain text and the same as HTML.

    Everything is checked as it is put in: a line end in an address or the subject cannot become a
    header of its own.

    Raises Invalid when an address or the subject cannot stand in a header.
    """
    message = EmailMessage(policy=SMTP)
    try:
        message["From"] = sender_address(sender)
        message["To"] = Address(addr_spec=recipient)
        message["Subject"] = subject
    except (ValueError, IndexError, AttributeError) as error:
        raise Invalid("mail", "an address or the subject cannot stand in a header") from error
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834 section 5: no holiday notes in answer
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    return message


def sender_address(sender: str) -> Address:
    """``ada@example.com`` or ``Ada <ada@example.com>``. Raises Invalid for anything else."""
    name, bracket, rest = sender.rpartition("<")
    address = rest.removesuffix(">") if bracket else sender
    if not sender.isprintable() or bool(bracket) != rest.endswith(">"):
        raise Invalid("sender", f"{sender!r} is not a sender: use name@domain, or Name <name@domain>")
    try:
        return Address(display_name=name.strip().strip('"'), addr_spec=address.strip())
    except (ValueError, IndexError, AttributeError):
        raise Invalid(
            "sender", f"{sender!r} is not a sender: use name@domain, or Name <name@domain>"
        ) from None


def _context(ca: str) -> ssl.SSLContext:
    """Checks certificate and name; against the system's authorities, or against ``ca`` alone."""
    try:
        context = ssl.create_default_context(cadata=ca or None)
    except (ssl.SSLError, ValueError) as error:
        raise Invalid("ca", "holds no certificate: give PEM, from -----BEGIN CERTIFICATE-----") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _what(error: Exception) -> str:
    """What went wrong, as the end of a sentence."""
    if isinstance(error, TimeoutError):
        return "does not answer"
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        return f"refuses the user name or password ({error.code})"
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return f"refused: {error.code} {plain(error.message)}"
    if isinstance(error, ssl.SSLError | ssl.CertificateError):
        return f"has a certificate that is not trusted: {plain(str(error))}"
    return f"cannot be used: {plain(str(error))}"
