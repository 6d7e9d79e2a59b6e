"""Everything the edge's configuration is built from, as one value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from doorward.model.application import Application
from doorward.model.client_certificate import CertificateAuthority
from doorward.model.ids import Credential, SessionId
from doorward.policy.compiler import CompiledApplication
from doorward.policy.destinations import Destinations


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedApplication:
    """An application with its compiled policies."""

    application: Application
    compiled: CompiledApplication


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorPage:
    """A page that Envoy answers itself. ``body`` is in Envoy's format language (``%`` doubled)."""

    status: int
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeSettings:
    """What stays the same while an edge runs: addresses, names and pages.

    ``public_port`` is the port people see in URLs. Sockets are paths that Envoy opens, relative to
    its working folder. ``pages`` maps the keys of ``local_replies.Page`` to HTML texts in Envoy's
    format language; ``pages_policy`` is their Content-Security-Policy.
    """

    team_domain: str
    https_host: str
    https_port: int
    public_port: int
    control_socket: str
    web_socket: str
    front_folders: tuple[str, ...]
    access_log: str
    pages: Mapping[str, str]
    pages_policy: str
    trusted_proxies: tuple[str, ...] = ()
    """Networks of the load balancers in front of the edge, in CIDR notation."""
    geoip_database: str = ""
    """Where Envoy finds the database of countries, relative to its working folder; empty: there is none."""
    buffer_limit: int = 64 * 1024
    """Bytes that one connection may hold before its other side is paused."""

    def authority(self, hostname: str) -> str:
        """``hostname`` as it stands in a URL: with the port unless that is 443."""
        return hostname if self.public_port == 443 else f"{hostname}:{self.public_port}"

    @property
    def issuer(self) -> str:
        """The ``iss`` of every token: the team domain's origin."""
        return f"https://{self.authority(self.team_domain)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeState:
    """What changes: applications, keys, certificate, and the sessions that were revoked or whose facts
    changed at an instant.

    ``machines`` are the credentials that hold: of service tokens that are neither disabled nor expired, by
    secrets that were not rotated away. ``authorities`` are those for client certificates. ``destinations``
    say where each of the applications answers.
    ``generation`` is the organisation's. ``jwks`` is a JSON text of public keys. ``certificate``
    and ``private_key`` are PEM texts.
    """

    generation: int
    applications: Sequence[ServedApplication]
    destinations: Destinations
    machines: Sequence[Credential]
    revoked: Sequence[SessionId]
    changed: Mapping[SessionId, datetime] = field(default_factory=dict)
    jwks: str
    authorities: Sequence[CertificateAuthority] = ()
    certificate: str
    private_key: str = field(repr=False)
