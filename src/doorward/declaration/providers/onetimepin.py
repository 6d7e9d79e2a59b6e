"""Type ``onetimepin``: people prove by a mailed code that they read an address's mail."""

from __future__ import annotations

import re
from email.headerregistry import Address

from doorward.declaration import addresses, values
from doorward.declaration.declared import DeclaredSettings
from doorward.declaration.reading import At, Fields
from doorward.declaration.secret_fields import ca, given_secrets
from doorward.model.errors import Invalid
from doorward.model.identity_provider import OneTimePin, SmtpSecurity

FIELDS = (
    "sender",
    "smtp_host",
    "smtp_port",
    "smtp_security",
    "smtp_username",
    "smtp_password",
    "smtp_password_file",
    "smtp_password_env",
    "ca",
    "ca_file",
)

_DEFAULT = OneTimePin(sender="", smtp_host="")
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|[0-9A-Fa-f:]+")
_SENDER = re.compile(r"(?:(?P<name>[^<>\"]+) <(?P<inner>[^<> ]+)>|(?P<plain>[^<> ]+))")


def read(fields: Fields) -> DeclaredSettings:
    """The fields of a provider of type ``onetimepin``."""
    secrets, unsaid = given_secrets(fields, "smtp_password")
    settings = OneTimePin(
        sender=fields.required("sender", sender, instead=""),
        smtp_host=fields.required("smtp_host", host, instead=""),
        smtp_port=fields.optional("smtp_port", port, _DEFAULT.smtp_port),
        smtp_security=fields.optional("smtp_security", _security, _DEFAULT.smtp_security),
        smtp_username=fields.optional("smtp_username", values.word, ""),
        ca=ca(fields),
        **secrets,
    )
    if settings.smtp_security is SmtpSecurity.NONE and not addresses.is_loopback(settings.smtp_host):
        problem = (
            "none is for a mail server on this machine (localhost, 127.0.0.1 or ::1): use starttls or tls"
        )
        fields.at.reading.note(Invalid(fields.path("smtp_security"), problem))
    return DeclaredSettings(
        settings=settings, unsaid=unsaid, bound_to=("smtp_host", "smtp_port", "smtp_username")
    )


def sender(at: At) -> str:
    """``name@domain`` or ``Name <name@domain>``, in ASCII or with a name in any letters."""
    text = at.text()
    found = _SENDER.fullmatch(text) if text.isprintable() else None
    wrong = at.wrong(f"{text[:120]!r} is not a sender: use name@domain, or Name <name@domain>")
    if found is None:
        raise wrong
    try:
        address = Address(addr_spec=found["inner"] or found["plain"])
    except (ValueError, IndexError, AttributeError):
        raise wrong from None
    if not address.username or not address.domain or not address.addr_spec.isascii():
        raise wrong
    return text


def host(at: At) -> str:
    """The mail server's name or address, without a port."""
    text = at.text()
    if not _HOST.fullmatch(text) or len(text) > 253:
        raise at.wrong(f"{text[:120]!r} is not a host: use a name such as smtp.example.com, without a port")
    return text


def port(at: At) -> int:
    """A port's number."""
    text = at.text()
    if not (text.isascii() and text.isdigit() and 0 < int(text[:6]) < 65536):
        raise at.wrong(f"{text[:20]!r} is not a port: use a number from 1 to 65535, mostly 587 or 465")
    return int(text)


def _security(at: At) -> SmtpSecurity:
    return values.one_of(at, {str(kind): kind for kind in SmtpSecurity}, noun="a protection")
