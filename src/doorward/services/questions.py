"""The edge's question, "may this request pass?", and the answers to it, as values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address

from doorward.model.application_options import DenyPage
from doorward.model.errors import Invalid, Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One request as the edge saw it. Header names are lower case; ``target`` is path and query.

    ``headers`` keeps every value of a repeated header, in order. ``server_name`` is the hostname that the
    connection was opened for (SNI), in lower case, and ``certificate`` the client certificate, PEM, whose key
    the other end has; each empty where there was none.
    """

    method: str
    host: str
    target: str
    source: IPv4Address | IPv6Address
    headers: Mapping[str, Sequence[str]]
    request_id: str = ""
    server_name: str = ""
    certificate: str = ""

    @property
    def path(self) -> str:
        """The path without the query."""
        return self.target.partition("?")[0]

    def header(self, name: str) -> str:
        """The one value of a header, empty when it is absent.

        Raises Refused when it was sent more than once: two readers could pick different ones.
        """
        values = self.headers.get(name, ())
        if len(values) > 1:
            raise Refused(f"the header {name} was sent {len(values)} times")
        return values[0] if values else ""

    def cookie(self, name: str) -> str:
        """The value of a cookie, empty when it is absent.

        Raises Refused when it was sent more than once.
        """
        return cookie_in(self.headers.get("cookie", ()), name)

    @property
    def is_navigation(self) -> bool:
        """Whether a person in a browser waits for a page, who may be sent to sign in.

        Scripts' requests are told 401 instead: they cannot follow a sign-in.
        """
        mode = "".join(self.headers.get("sec-fetch-mode", ()))
        scripted = "".join(self.headers.get("x-requested-with", ())).lower() == "xmlhttprequest"
        upgrade = "upgrade" in self.headers
        wants_html = any("text/html" in value for value in self.headers.get("accept", ()))
        if scripted or upgrade or mode not in ("", "navigate"):
            return False
        return self.method in ("GET", "HEAD") and wants_html


def hostname_of(authority: str) -> str:
    """The canonical hostname of an authority: lower case, no port, no final dot."""
    host, colon, port = authority.rpartition(":")
    name = host if colon and port.isdigit() else authority
    return name.lower().removesuffix(".")


def source_in(text: str) -> IPv4Address | IPv6Address:
    """The address that the edge says a request comes from.

    Without the zone of a link-local one (RFC 4007 section 11), which means something on the edge's machine
    only and is no part of where somebody is. Raises Invalid for what is no address.
    """
    try:
        return ip_address(text.partition("%")[0])
    except ValueError:
        raise Invalid("source", "the edge gave no source address") from None


def cookie_in(headers: Sequence[str], name: str) -> str:
    """The value of the cookie ``name`` in ``Cookie`` headers (RFC 6265 section 5.4).

    Raises Refused when it stands there more than once.
    """
    found = [
        value.strip()
        for header in headers
        for key, _, value in (pair.partition("=") for pair in header.split(";"))
        if key.strip() == name
    ]
    if len(found) > 1:
        raise Refused(f"the cookie {name} was sent {len(found)} times")
    return found[0] if found else ""


class Kind(StrEnum):
    """The kinds of answer."""

    ALLOW = "allow"
    SIGN_IN = "sign-in"
    DENY = "deny"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the log tells of an answer. ``policy_version`` names the rules that were asked."""

    decision: Kind
    person: str = ""
    session: str = ""
    service_token: str = ""
    policy: str = ""
    policy_version: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """Let it through, with these headers for the origin and cookies for the browser, and without the
    request headers and query parameters that are named."""

    facts: Facts
    without_headers: Sequence[str] = ()
    without_query: Sequence[str] = ()
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    cookies: Sequence[str] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SendToSignIn:
    """A page navigation without an identity: to the sign-in and back."""

    facts: Facts
    location: str = field(repr=False)
    cookies: Sequence[str] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SendAway:
    """A page navigation that is refused: to the page that the application has for that."""

    facts: Facts
    location: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deny:
    """Refuse with this status. ``sentences`` say why, in words for the person; ``page`` is what the
    application has to say to people instead."""

    facts: Facts
    status: int
    sentences: Sequence[str]
    application: str = ""
    application_id: str = ""
    failed_rule: str = ""
    page: DenyPage | None = None


Answer = Pass | SendToSignIn | SendAway | Deny
