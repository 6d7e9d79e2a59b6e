"""Service tokens: credentials for machines. The secret is shown once and only its hash is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from doorward.model.configuration import Configuration
from doorward.model.errors import Conflict, NotFound
from doorward.model.ids import ServiceTokenId, slug
from doorward.model.service_token import ServiceToken
from doorward.ports.clock import Clock, Randomness
from doorward.services.configuration import Configurations
from doorward.services.secrets import hashed


@dataclass(frozen=True, slots=True)
class NewServiceToken:
    """A service token with its secret, which nobody can read again later."""

    token: ServiceToken
    secret: str = field(repr=False)


class ServiceTokens:
    """The administrator's verbs on service tokens."""

    def __init__(self, configurations: Configurations, *, clock: Clock, randomness: Randomness) -> None:
        self._configurations = configurations
        self._clock = clock
        self._randomness = randomness

    async def listed(self) -> Sequence[ServiceToken]:
        """Every service token."""
        return (await self._configurations.load()).service_tokens

    async def create(self, name: str, *, lifetime: timedelta | None) -> NewServiceToken:
        """Raises Invalid for a malformed name, Conflict for one that is taken."""
        token_id = ServiceTokenId(slug(name, field="name"))
        secret = self._randomness.token()
        token = ServiceToken(
            id=token_id,
            name=name,
            client_id=f"{self._randomness.identifier()}.access",
            secret_hash=hashed(secret),
            expires=self._clock.now() + lifetime if lifetime else None,
        )

        def added(configuration: Configuration) -> Configuration:
            if any(t.id == token_id for t in configuration.service_tokens):
                raise Conflict(f"there is a service token {name!r} already")
            return replace(configuration, service_tokens=(*configuration.service_tokens, token))

        await self._configurations.change(added)
        return NewServiceToken(token, secret)

    async def delete(self, name: str) -> None:
        """Forget it: its next request is refused. Raises NotFound; Invalid while a rule names it."""

        def without(configuration: Configuration) -> Configuration:
            kept = tuple(t for t in configuration.service_tokens if t.id != name)
            if len(kept) == len(configuration.service_tokens):
                raise NotFound(f"there is no service token {name!r}")
            return replace(configuration, service_tokens=kept)

        await self._configurations.change(without)
