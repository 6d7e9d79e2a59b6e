"""The settings and their rules, as one frozen value."""

from __future__ import annotations

import re
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
HOSTNAME = re.compile(rf"{LABEL}(?:\.{LABEL})*")
ENDPOINT = re.compile(r"(?:\[[0-9a-f:.]+\]|[a-z0-9.-]+):[0-9]{1,5}")


def _hostname(value: str) -> str:
    name = value.lower().removesuffix(".")
    if not HOSTNAME.fullmatch(name) or len(name) > 253:
        raise ValueError(f"{value!r} is not a hostname: use letters, digits, hyphens and dots")
    return name


def _address(value: str) -> str:
    if value != "localhost":
        try:
            ip_address(value)
        except ValueError:
            raise ValueError(f"{value!r} is not an IP address of this machine") from None
    return value


def _endpoint(value: str) -> str:
    if value and not ENDPOINT.fullmatch(value.lower()):
        raise ValueError(f"{value!r} is not host:port")
    return value.lower()


Port = Annotated[int, Field(ge=1, le=65535)]
Hostname = Annotated[str, AfterValidator(_hostname)]
Address = Annotated[str, AfterValidator(_address)]


class Settings(BaseModel):
    """One machine's process settings. The descriptions are what the reference page says."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    data: Path = Field(Path(".doorward"), description="The data folder: database, keys, logs, sockets.")
    domain: Hostname = Field("localhost", description="The domain that the team domain is under.")
    team_domain: Hostname = Field(
        "", validate_default=False, description="Where people sign in; access.DOMAIN if left out."
    )
    https_host: Address = Field("127.0.0.1", description="The address that people's traffic comes in on.")
    https_port: Port = Field(8443, description="The port that people's traffic comes in on.")
    public_port: Port | None = Field(
        None, description="The port in people's URLs, behind a port forwarding; https_port if left out."
    )
    relay_host: Address = Field("127.0.0.1", description="The address that connectors dial.")
    relay_port: Port = Field(7844, description="The port that connectors dial.")
    relay_public: Annotated[str, AfterValidator(_endpoint)] = Field(
        "", description="host:port by which connectors reach the relay; relay_host:relay_port if left out."
    )
    metrics_port: Port | None = Field(
        9180, description="The loopback port of /metrics and /ready; none: not served."
    )
    certificate: Path | None = Field(
        None,
        description="Your own certificate chain (PEM); Doorward's private authority issues one if left out.",
    )
    private_key: Path | None = Field(None, description="The key of that certificate (PEM).")
    concurrency: int = Field(2, ge=1, le=256, description="Envoy's worker threads.")

    @model_validator(mode="after")
    def _pair(self) -> Settings:
        if (self.certificate is None) != (self.private_key is None):
            missing = "private_key" if self.private_key is None else "certificate"
            raise ValueError(f"{missing} is missing: certificate and private_key go together")
        return self

    @property
    def team(self) -> str:
        """The team domain."""
        return self.team_domain or f"access.{self.domain}"

    @property
    def port_in_urls(self) -> int:
        """The port that people see."""
        return self.public_port or self.https_port

    @property
    def relay_endpoint(self) -> str:
        """What tunnel tokens name."""
        host = f"[{self.relay_host}]" if ":" in self.relay_host else self.relay_host
        return self.relay_public or f"{host}:{self.relay_port}"
