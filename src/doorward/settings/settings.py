"""The settings and their rules, as one frozen value."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from doorward.settings.kinds import Address, Count, Endpoint, Hostname, Networks, Port, PortOrNone

PORTS = ("https_port", "relay_port", "metrics_port")


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
    public_port: PortOrNone = Field(
        None, description="The port in people's URLs, behind a port forwarding; https_port if left out."
    )
    relay_host: Address = Field("127.0.0.1", description="The address that connectors dial.")
    relay_port: Port = Field(7844, description="The port that connectors dial.")
    relay_public: Endpoint = Field(
        "", description="host:port by which connectors reach the relay; relay_host:relay_port if left out."
    )
    metrics_port: PortOrNone = Field(
        9180, description="The loopback port of /metrics and /ready; none: not served."
    )
    certificate: Path | None = Field(
        None,
        description="Your own certificate chain (PEM); Doorward's private authority issues one if left out.",
    )
    private_key: Path | None = Field(None, description="The key of that certificate (PEM).")
    trusted_proxies: Networks = Field(
        (),
        description="The load balancers in front of the edge, whose X-Forwarded-For says where a request "
        "comes from.",
    )
    geoip_database: Path | None = Field(
        None, description="A database in MaxMind's format that says which country an address is in."
    )
    concurrency: Count = Field(2, description="Envoy's worker threads.")

    @model_validator(mode="after")
    def _pair(self) -> Settings:
        if (self.certificate is None) != (self.private_key is None):
            given, missing = "certificate", "private_key"
            if self.certificate is None:
                given, missing = missing, given
            raise _wrong(given, f"{missing} is missing: certificate and private_key go together")
        return self

    @model_validator(mode="after")
    def _ports_differ(self) -> Settings:
        seen: dict[int, str] = {}
        for name in PORTS:
            port = getattr(self, name)
            if port in seen:
                raise _wrong(name, f"{port} is {seen[port]}, too: each needs a port of its own")
            seen |= {port: name} if port is not None else {}
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


def _wrong(setting: str, problem: str) -> PydanticCustomError:
    """An error about settings that don't go together, told of the one that was given."""
    return PydanticCustomError("settings", "{problem}", {"setting": setting, "problem": problem})
