"""People by their address: who is meant by it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from doorward.model.access import Identity
from doorward.model.errors import Refused
from doorward.model.identity_provider import IdentityProvider, LocalAccounts
from doorward.ports.identity import PasswordProvider
from doorward.services.current import InForce


def accounts_of(
    in_force: InForce, provider_for: Callable[[IdentityProvider], object], email: str
) -> Sequence[Identity]:
    """The local accounts with this (canonical) address, one of each provider that has one; disabled ones
    are left out."""
    found: list[Identity] = []
    for provider in in_force.configuration.identity_providers:
        if not isinstance(provider.settings, LocalAccounts):
            continue
        adapter = provider_for(provider)
        if isinstance(adapter, PasswordProvider):
            try:
                found.append(adapter.person(email))
            except Refused:
                continue
    return found
