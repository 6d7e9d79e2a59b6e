"""Who asks for what: every fact that a rule may look at."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from doorward.model.errors import Invalid
from doorward.model.ids import ApplicationId, IdentityProviderId, ServiceTokenId


def canonical_email(value: str, *, field: str = "email") -> str:
    """Return the one spelling under which an address is stored and compared: trimmed, lower case.

    Raises:
        Invalid: not exactly one ``@`` between two non-empty parts, or blanks, quotes, control
            or non-ASCII characters inside, or a domain that does not begin and end with a
            letter or digit. Addresses that parsers disagree about are refused, not repaired
            (see CVE-2026-40574 in oauth2-proxy: ``a@evil.com@corp.com``).
    """
    email = value.strip().lower()
    local, at, domain = email.partition("@")
    if not (local and at and domain) or "@" in domain:
        raise Invalid(field, f"{value!r} is not an email address: use name@domain")
    if not email.isascii() or not email.isprintable() or any(c in email for c in ' "\\,;:<>()[]'):
        raise Invalid(field, f"{value!r} holds a character that an email address may not have here")
    if not (domain[0].isalnum() and domain[-1].isalnum()) or ".." in domain:
        raise Invalid(field, f"{value!r} has no usable domain after the @")
    return email


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A person as an identity provider vouched for them at sign-in.

    ``(identity_provider, subject)`` is the key; ``email`` is canonical. ``groups`` and ``roles`` hold
    the names or ids the provider gave, unprefixed: they mean something only together with the
    provider. ``upn`` is the user principal name, in lower case, where the provider has one.
    ``claims`` are further facts as pairs of name and value, each value of a list a pair of its own.
    ``contexts`` are the authentication contexts (Entra Conditional Access) that hold now.
    """

    identity_provider: IdentityProviderId
    subject: str
    email: str
    name: str = ""
    upn: str = ""
    groups: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    claims: frozenset[tuple[str, str]] = frozenset()
    contexts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRequest:
    """The facts of one request. At most one of ``identity`` and ``service_token`` is set;
    both mean "proven", never "claimed"."""

    application: ApplicationId
    source: IPv4Address | IPv6Address
    identity: Identity | None = None
    service_token: ServiceTokenId | None = None
