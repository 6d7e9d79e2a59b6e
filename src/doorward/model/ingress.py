"""Ingress rules: which requests a connector serves, and by what. The nouns of cloudflared's ``config.yml``.

Source: Cloudflare's documentation of configuration files, https://developers.cloudflare.com/cloudflare-one/
networks/connectors/cloudflare-tunnel/do-more-with-tunnels/local-management/configuration-file/
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network


class ServiceKind(StrEnum):
    """What stands behind a rule. The value is the word that begins the ``service`` of a rule."""

    HTTP = "http"
    HTTPS = "https"
    UNIX = "unix"
    UNIX_TLS = "unix+tls"
    TCP = "tcp"
    SSH = "ssh"
    RDP = "rdp"
    SMB = "smb"
    STATUS = "http_status"
    HELLO_WORLD = "hello_world"
    BASTION = "bastion"
    SOCKS = "socks-proxy"

    @property
    def speaks_http(self) -> bool:
        """Whether requests go there as they are; else bytes go there, out of a WebSocket."""
        return self in _SPEAK_HTTP


_SPEAK_HTTP = frozenset(
    {
        ServiceKind.HTTP,
        ServiceKind.HTTPS,
        ServiceKind.UNIX,
        ServiceKind.UNIX_TLS,
        ServiceKind.STATUS,
        ServiceKind.HELLO_WORLD,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """``host`` and ``port`` are where a server listens; ``path`` is a unix socket's; ``status`` is the answer
    of ``http_status``. What a kind does not have is empty."""

    kind: ServiceKind
    host: str = ""
    port: int = 0
    path: str = ""
    status: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class IpRule:
    """Whether a bastion or SOCKS proxy may dial into a network; no ``ports`` means all of them."""

    network: IPv4Network | IPv6Network
    ports: tuple[int, ...] = ()
    allow: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginRequest:
    """How a server is spoken to: ``originRequest``, with cloudflared's defaults.

    ``ca_pool`` is a PEM text, not the file's name. ``ip_rules`` are asked in order; where none matches, the
    answer is no.
    """

    connect_timeout: timedelta = timedelta(seconds=30)
    tls_timeout: timedelta = timedelta(seconds=10)
    tcp_keep_alive: timedelta = timedelta(seconds=30)
    no_happy_eyeballs: bool = False
    keep_alive_timeout: timedelta = timedelta(seconds=90)
    http_host_header: str = ""
    origin_server_name: str = ""
    match_sni_to_host: bool = False
    ca_pool: str = ""
    no_tls_verify: bool = False
    http2_origin: bool = False
    ip_rules: tuple[IpRule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IngressRule:
    """The first rule that matches a request serves it.

    ``hostname`` is exact, ``*.`` and a name, or empty for every one. ``path`` is a regular expression in the
    syntax of RE2, found anywhere in the path; empty for every one.
    """

    hostname: str = ""
    path: str = ""
    service: Service
    origin_request: OriginRequest = field(default_factory=OriginRequest)

    @property
    def is_catch_all(self) -> bool:
        """Whether it matches every request."""
        return not self.hostname and not self.path
