"""From a configured identity provider to the thing that signs people in with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import httpx

from doorward.identity.entra.provider import EntraProvider
from doorward.identity.groups.sources import group_source
from doorward.identity.local import LocalProvider
from doorward.identity.mail import Mailer
from doorward.identity.oauth2.provider import OAuth2Provider
from doorward.identity.oidc.fetching import open_client
from doorward.identity.oidc.provider import OidcProvider
from doorward.identity.one_time_pin import OneTimePinProvider
from doorward.identity.passwords import Passwords
from doorward.identity.saml.provider import SamlProvider
from doorward.model.identity_provider import (
    EntraId,
    IdentityProvider,
    LocalAccounts,
    OAuth2,
    OneTimePin,
    OpenIdConnect,
    Saml,
    Settings,
)
from doorward.model.ids import IdentityProviderId
from doorward.model.presets import quirks_of
from doorward.ports.clock import Clock, Randomness
from doorward.ports.identity import PasswordProvider, PinProvider, RedirectProvider


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What adapters are built with. ``client`` gives the HTTP client for a CA (PEM or empty)."""

    client: Callable[[str], httpx.AsyncClient]
    passwords: Passwords
    clock: Clock
    randomness: Randomness


Adapter = RedirectProvider | PasswordProvider | PinProvider


def _local(id: IdentityProviderId, settings: LocalAccounts, around: Surroundings) -> Adapter:
    return LocalProvider(id=id, accounts=settings, passwords=around.passwords)


def _oidc(id: IdentityProviderId, settings: OpenIdConnect, around: Surroundings) -> Adapter:
    return OidcProvider(
        id=id,
        settings=settings,
        client=around.client(settings.ca),
        clock=around.clock,
        randomness=around.randomness,
        quirks=quirks_of(settings),
        groups=group_source(settings, client=around.client(settings.ca), clock=around.clock),
    )


def _entra(id: IdentityProviderId, settings: EntraId, around: Surroundings) -> Adapter:
    return EntraProvider(
        id=id,
        settings=settings,
        client=around.client(settings.ca),
        clock=around.clock,
        randomness=around.randomness,
    )


def _saml(id: IdentityProviderId, settings: Saml, around: Surroundings) -> Adapter:
    return SamlProvider(id=id, settings=settings, clock=around.clock, randomness=around.randomness)


def _one_time_pin(id: IdentityProviderId, settings: OneTimePin, around: Surroundings) -> Adapter:
    return OneTimePinProvider(
        id=id,
        settings=settings,
        mailer=Mailer(settings),
        clock=around.clock,
        randomness=around.randomness,
    )


def _oauth2(id: IdentityProviderId, settings: OAuth2, around: Surroundings) -> Adapter:
    return OAuth2Provider(
        id=id, settings=settings, client=around.client(settings.ca), randomness=around.randomness
    )


BUILDERS: Mapping[type[Settings], Callable[[IdentityProviderId, Any, Surroundings], Adapter]] = (
    MappingProxyType(
        {
            LocalAccounts: _local,
            OpenIdConnect: _oidc,
            EntraId: _entra,
            Saml: _saml,
            OAuth2: _oauth2,
            OneTimePin: _one_time_pin,
        }
    )
)
"""How each type of settings becomes the adapter for it."""


def build_provider(provider: IdentityProvider, around: Surroundings) -> Adapter:
    """Return the adapter for ``provider``.

    Raises:
        Invalid: the settings cannot be used: an issuer that is no https URL, a CA without a
            certificate, two accounts with one address.
    """
    return BUILDERS[type(provider.settings)](provider.id, provider.settings, around)


@dataclass(frozen=True, slots=True)
class _Built:
    settings: Settings
    adapter: Adapter


class Providers:
    """Keeps one adapter for each identity provider for as long as its settings stay the same.

    So what was fetched from a provider outlives configuration changes that do not concern it.
    ``passwords`` is the caller's to close; the HTTP clients are closed by ``aclose``.
    """

    def __init__(
        self,
        *,
        passwords: Passwords,
        clock: Clock,
        randomness: Randomness,
        open_client: Callable[[str], httpx.AsyncClient] = open_client,
    ) -> None:
        self._around = Surroundings(
            client=self._client, passwords=passwords, clock=clock, randomness=randomness
        )
        self._open_client = open_client
        # One client for each CA ever used. They outlive their providers, because a sign-in may be
        # under way when settings change; an administrator makes only so many.
        self._clients: dict[str, httpx.AsyncClient] = {}
        self._built: dict[str, _Built] = {}

    def adapter(self, provider: IdentityProvider) -> Adapter:
        """The adapter for ``provider``, built now if it is new or its settings changed.

        Raises:
            Invalid: as ``build_provider``.
        """
        known = self._built.get(provider.id)
        if known is not None and known.settings == provider.settings:
            return known.adapter
        adapter = build_provider(provider, self._around)
        self._built[provider.id] = _Built(provider.settings, adapter)
        return adapter

    def keep_only(self, providers: tuple[IdentityProvider, ...]) -> None:
        """Forget the adapters of every provider that is not among these."""
        kept = {provider.id for provider in providers}
        for gone in self._built.keys() - kept:
            del self._built[gone]

    async def aclose(self) -> None:
        """Close the HTTP clients. Sign-ins under way fail."""
        clients, self._clients = self._clients, {}
        self._built = {}
        for client in clients.values():
            await client.aclose()

    def _client(self, ca: str) -> httpx.AsyncClient:
        if ca not in self._clients:
            self._clients[ca] = self._open_client(ca)
        return self._clients[ca]
