"""Tunnels: create, list, give out tokens, delete; and the one-liner that publishes a local server."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from doorward.declaration import DeclarationInvalid, parse
from doorward.model.application import Application, Origin
from doorward.model.configuration import Configuration
from doorward.model.destination import Destination
from doorward.model.errors import Conflict, Invalid
from doorward.model.identity_provider import LocalAccounts
from doorward.model.ids import ApplicationId, Audience, PolicyId, TunnelId, slug
from doorward.model.policy import Action, Policy
from doorward.model.rule import Rules, Selector
from doorward.model.tunnel import ConnectorStatus, Tunnel
from doorward.policy.selectors import SELECTORS
from doorward.ports.clock import Randomness
from doorward.ports.relays import Relays
from doorward.services.configuration import Configurations
from doorward.services.tunnel_secrets import TunnelSecrets

QUICK = "quick-"
"""How the tunnels and applications of the one-liner are named."""


@dataclass(frozen=True, slots=True)
class TunnelReport:
    """A tunnel, who serves it and what is reached through it."""

    tunnel: Tunnel
    connectors: Sequence[ConnectorStatus]
    applications: Sequence[Application]

    @property
    def state(self) -> str:
        """``healthy`` while a connector serves it, else ``down``."""
        return "healthy" if self.connectors else "down"


@dataclass(frozen=True, slots=True)
class Published:
    """What the one-liner made."""

    application: Application
    tunnel: Tunnel
    url: str
    token: str = field(repr=False)


class Tunnels:
    """``write_token`` turns a tunnel and its secret into the line that people copy."""

    def __init__(
        self,
        configurations: Configurations,
        *,
        relays: Relays,
        secrets: TunnelSecrets,
        authority: Callable[[str], str],
        write_token: Callable[[Tunnel, str], str],
        randomness: Randomness,
    ) -> None:
        self._configurations = configurations
        self._relays = relays
        self._secrets = secrets
        self._authority = authority
        self._write_token = write_token
        self._randomness = randomness

    async def listed(self) -> Sequence[TunnelReport]:
        """Every tunnel with its state."""
        configuration = await self._configurations.load()
        connectors = self._relays.connectors()
        return [
            TunnelReport(
                tunnel,
                [c for c in connectors if c.tunnel == tunnel.id],
                [a for a in configuration.applications if a.origin.tunnel == tunnel.id],
            )
            for tunnel in configuration.tunnels
        ]

    async def create(self, name: str) -> Tunnel:
        """Raises Invalid for a malformed name, Conflict for one that is taken."""
        slug(name, field="name")
        tunnel = self._new(name)

        def added(configuration: Configuration) -> Configuration:
            if any(t.name == name for t in configuration.tunnels):
                raise Conflict(f"there is a tunnel named {name!r} already")
            return replace(configuration, tunnels=(*configuration.tunnels, tunnel))

        await self._configurations.change(added)
        return tunnel

    async def token(self, name: str, *, rotate: bool = False) -> str:
        """The tunnel's token. ``rotate`` makes a new one, and revokes all that were given out.

        Raises NotFound.
        """
        if rotate:
            await self._configurations.change(lambda c: _rotated(c, name))
        configuration = await self._configurations.load()
        return self._token(configuration.tunnel_named(name))

    async def delete(self, name: str) -> None:
        """Cut its connectors off and forget it.

        Raises NotFound; Conflict while applications are reached through it.
        """

        def without(configuration: Configuration) -> Configuration:
            tunnel = configuration.tunnel_named(name)
            users = [a.id for a in configuration.applications if a.origin.tunnel == tunnel.id]
            if users:
                raise Conflict(
                    f"tunnel {name!r} is used by the application {users[0]!r}: "
                    "move or remove the application first"
                )
            kept = tuple(t for t in configuration.tunnels if t.id != tunnel.id)
            return replace(configuration, tunnels=kept)

        await self._configurations.change(without)

    async def publish(self, *, hostname: str, url: str, allow: Sequence[str]) -> Published:
        """Publish the server at ``url`` on ``hostname`` through a tunnel of its own.

        ``allow`` holds email addresses, or domains as ``@example.com``. Left out, it means everyone
        with a local account; with other identity providers, who may sign in is not ours to say, so
        it must be given. Run again for the same hostname, it takes the place of the last time.

        Raises Invalid and Conflict (the hostname is an application that was set up otherwise).
        """
        hostname, url = _checked(hostname, url)
        name = QUICK + _slugged(hostname)
        tunnel = self._new(name)

        def added(configuration: Configuration) -> Configuration:
            cleared = _without_quick(configuration, name)
            if any(hostname == place.hostname for a in cleared.applications for place in a.destinations):
                raise Conflict(f"{hostname} is an application already: choose another hostname")
            application = Application(
                id=ApplicationId(name),
                name=hostname,
                destinations=(Destination(hostname),),
                origin=Origin(url=url, tunnel=tunnel.id),
                audience=Audience(self._randomness.identifier() + self._randomness.identifier()),
                policies=(
                    Policy(
                        id=PolicyId("allow"),
                        action=Action.ALLOW,
                        rules=Rules(include=_admitted(configuration, allow)),
                    ),
                ),
            )
            return replace(
                cleared,
                tunnels=(*cleared.tunnels, tunnel),
                applications=(*cleared.applications, application),
            )

        await self._configurations.change(added)
        configuration = await self._configurations.load()
        return Published(
            configuration.application(ApplicationId(name)),
            tunnel,
            f"https://{self._authority(hostname)}/",
            self._token(tunnel),
        )

    async def withdraw(self, hostname: str) -> None:
        """Take back what ``publish`` made for this hostname; nothing happens where it is gone."""
        name = QUICK + _slugged(hostname)
        await self._configurations.change(lambda c: _without_quick(c, name))

    def _new(self, name: str) -> Tunnel:
        return Tunnel(id=TunnelId(self._randomness.identifier()), name=name)

    def _token(self, tunnel: Tunnel) -> str:
        return self._write_token(tunnel, self._secrets.secret(tunnel))


def _checked(hostname: str, url: str) -> tuple[str, str]:
    """Both in canonical spelling, by the rules of the declarative file. Raises Invalid."""
    application = {"id": "quick", "hostname": hostname, "url": url, "policies": []}
    try:
        declaration = parse(json.dumps({"version": 1, "applications": [application]}))
    except DeclarationInvalid as error:
        first = error.problems[0]
        raise Invalid(first.field.rpartition(".")[2], first.problem) from None
    declared = (declaration.applications or ())[0]
    return declared.destinations[0].hostname, declared.origin.url


def _rotated(configuration: Configuration, name: str) -> Configuration:
    tunnel = configuration.tunnel_named(name)
    newer = replace(tunnel, token_version=tunnel.token_version + 1)
    tunnels = tuple(newer if t.id == tunnel.id else t for t in configuration.tunnels)
    return replace(configuration, tunnels=tunnels)


def _without_quick(configuration: Configuration, name: str) -> Configuration:
    return replace(
        configuration,
        tunnels=tuple(t for t in configuration.tunnels if t.name != name),
        applications=tuple(a for a in configuration.applications if a.id != name),
    )


def _admitted(configuration: Configuration, allow: Sequence[str]) -> tuple[Selector, ...]:
    if allow:
        return tuple(_selector(entry) for entry in allow)
    local = [
        provider.id
        for provider in configuration.identity_providers
        if isinstance(provider.settings, LocalAccounts)
    ]
    if len(local) != len(configuration.identity_providers) or not local:
        raise Invalid(
            "allow",
            "say who may open it, such as --allow ada@example.com or --allow @example.com: "
            "not everyone who can sign in has a local account",
        )
    return tuple(Selector("identity_provider", provider) for provider in local)


def _selector(entry: str) -> Selector:
    kind = "email_domain" if entry.startswith("@") else "email"
    value = SELECTORS[kind].parse(entry.removeprefix("@"), "allow")
    return Selector(kind, value)


def _slugged(hostname: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", hostname.lower()).strip("-")[:50]
