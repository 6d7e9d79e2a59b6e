"""Identity providers, as an administrator deals with them: what there is, does it work, what to mind."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from doorward.model.configuration import Configuration
from doorward.model.errors import AccessError, NotFound, Unavailable
from doorward.model.identity_provider import EntraId, IdentityProvider, LocalAccounts, type_of
from doorward.model.ids import IdentityProviderId
from doorward.ports.clock import Clock
from doorward.ports.identity import (
    Check,
    Checked,
    CheckState,
    Described,
    GroupDirectory,
    GroupFound,
    RedirectProvider,
)
from doorward.services.current import Current
from doorward.services.trials import Trial, Trials

WARNED: Final = (timedelta(days=3), timedelta(days=14), timedelta(days=30))
"""How long before a secret expires administrators are told, more urgently each time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSummary:
    """One identity provider. ``callback`` is the address to register there, where it has one."""

    id: str
    name: str
    type: str
    callback: str
    scim: bool
    warnings: Sequence[str]


class IdentityProviders:
    """The administrator's questions about identity providers."""

    def __init__(
        self,
        *,
        current: Current,
        provider_for: Callable[[IdentityProvider], object],
        trials: Trials,
        callback: str,
        clock: Clock,
    ) -> None:
        self._current = current
        self._provider_for = provider_for
        self._trials = trials
        self._callback = callback
        self._clock = clock

    def listed(self) -> Sequence[ProviderSummary]:
        """All of them, in their order."""
        now = self._clock.now()
        return [
            ProviderSummary(
                id=provider.id,
                name=provider.name,
                type=type_of(provider.settings),
                callback="" if isinstance(provider.settings, LocalAccounts) else self._callback,
                scim=bool(provider.scim_token_hash),
                warnings=expiry_warnings(provider, now),
            )
            for provider in self._current.get().configuration.identity_providers
        ]

    async def checklist(self, provider_id: str) -> AsyncIterator[Check]:
        """Test a provider's set-up, item by item. Raises NotFound."""
        provider = self._provider(provider_id)
        try:
            adapter = self._provider_for(provider)
        except AccessError as error:
            yield Check(name="settings", what="Settings", state=CheckState.FAILED, found=str(error))
            return
        if not isinstance(adapter, Checked):
            yield Check(
                name="settings",
                what="Settings",
                state=CheckState.PASSED,
                found="they can be used; this type of provider has nothing else to test from here",
            )
            return
        async for check in adapter.checklist(callback=self._callback):
            yield check

    def begin_trial(self, provider_id: str) -> tuple[str, str]:
        """A trial sign-in: its ticket, and the URL to open in a browser.

        Raises NotFound; Unavailable for a provider that people are not sent to.
        """
        provider = self._provider(provider_id)
        if not isinstance(self._provider_for(provider), RedirectProvider):
            raise Unavailable(
                "people sign in on Doorward's own page with this provider: open the sign-in page instead"
            )
        return self._trials.begin(provider)

    def trial(self, ticket: str) -> Trial:
        """How far a trial is. Raises NotFound."""
        return self._trials.get(ticket)

    async def find_groups(self, provider_id: str, text: str) -> Sequence[GroupFound]:
        """Groups of the provider's directory. Raises NotFound; Unavailable where it has none to search."""
        return await self._directory(provider_id).find_groups(text)

    async def contexts_in_use(self, provider_id: str) -> Mapping[str, bool]:
        """Authentication contexts, and whether a policy of the provider's uses each."""
        return await self._directory(provider_id).contexts_in_use()

    def description(self, provider_id: str) -> bytes:
        """What the provider wants to know of Doorward, as an XML document. Raises NotFound."""
        adapter = self._provider_for(self._provider(provider_id))
        if not isinstance(adapter, Described):
            raise NotFound("this identity provider asks for no metadata")
        return adapter.description(callback=self._callback)

    def described(self) -> Sequence[str]:
        """The ids of the providers that have a description."""
        providers = self._current.get().configuration.identity_providers
        return [p.id for p in providers if isinstance(self._provider_for(p), Described)]

    def _directory(self, provider_id: str) -> GroupDirectory:
        adapter = self._provider_for(self._provider(provider_id))
        if not isinstance(adapter, GroupDirectory):
            raise Unavailable("this identity provider's directory cannot be searched from here")
        return adapter

    def _provider(self, provider_id: str) -> IdentityProvider:
        provider = self._current.get().providers.get(IdentityProviderId(provider_id))
        if provider is None:
            known = ", ".join(self._current.get().providers) or "(there are none)"
            raise NotFound(f"there is no identity provider {provider_id!r}: there are {known}")
        return provider


def expiry_warnings(provider: IdentityProvider, now: datetime) -> Sequence[str]:
    """What to say of client secrets that end soon; nothing while another one lasts longer."""
    settings = provider.settings
    if not isinstance(settings, EntraId) or not settings.client_secrets:
        return []
    ends = [secret.expires for secret in settings.client_secrets]
    if any(end is None for end in ends):
        return []
    last = max(end for end in ends if end is not None)
    left = last - now
    if left <= timedelta():
        return [f"identity provider {provider.id}: the client secret expired on {last:%Y-%m-%d}"]
    if any(left <= warned for warned in WARNED):
        return [
            (
                f"identity provider {provider.id}: the client secret expires in {left.days} days, "
                f"on {last:%Y-%m-%d}: make another one in Entra and add it to client_secrets"
            )
        ]
    return []


def all_expiry_warnings(configuration: Configuration, now: datetime) -> Sequence[str]:
    """The warnings of every provider."""
    return [w for provider in configuration.identity_providers for w in expiry_warnings(provider, now)]
