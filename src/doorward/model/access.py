"""Who asks for what: every fact that a rule may look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address

from doorward.model.client_certificate import ClientCertificate
from doorward.model.errors import Invalid
from doorward.model.external_evaluation import Evaluated
from doorward.model.fact import Fact
from doorward.model.ids import (
    ApplicationId,
    ExternalEvaluationId,
    IdentityProviderId,
    ListId,
    PolicyId,
    ServiceTokenId,
)


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
    ``contexts`` are the authentication contexts (Entra Conditional Access) that hold now. ``methods`` are
    the ways in which the person proved themselves (``amr``, RFC 8176), such as ``pwd`` and ``otp``.
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
    methods: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRequest:
    """The facts of one request. At most one of ``identity``, ``service_token`` and ``linked`` is set; all
    mean "proven", never "claimed". ``linked`` is the application whose token of a person was shown, by a
    program that calls on their behalf.

    What is left out is unknown, and then the rules that look at it are neither true nor false. ``at`` is
    the instant of the request. ``path`` is without the query, as the edge normalised it. ``country`` is
    an ISO 3166-1 code, ``continent`` one of AF AN AS EU NA OC SA. ``lists`` are those that the person or
    the source is on, None where nobody looked. ``facts`` are those reported of the person, by
    name. ``grants`` are the policies under which this session was given access after a reason or an
    approval, each with its end. ``certificate`` is what the connection proved, None where it showed none that
    counts. ``evaluations`` is what evaluators outside say of it, of those that were
    asked and gave an answer that holds.
    """

    application: ApplicationId
    source: IPv4Address | IPv6Address
    identity: Identity | None = None
    service_token: ServiceTokenId | None = None
    linked: ApplicationId | None = None
    certificate: ClientCertificate | None = None
    at: datetime | None = None
    method: str = ""
    path: str = ""
    country: str = ""
    continent: str = ""
    lists: frozenset[ListId] | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)
    grants: Mapping[PolicyId, datetime] = field(default_factory=dict)
    evaluations: Mapping[ExternalEvaluationId, Evaluated] = field(default_factory=dict)
