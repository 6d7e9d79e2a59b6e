"""Service tokens: credentials for machines. A secret is shown once and only its hash is kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from doorward.model.configuration import Configuration
from doorward.model.credential_secret import SERVICE_TOKEN_PREFIX, new_secret
from doorward.model.errors import Conflict, Invalid, NotFound
from doorward.model.ids import Credential, ServiceTokenId, slug
from doorward.model.service_token import (
    LONGEST_GRACE,
    SHORTEST_GRACE,
    ServiceToken,
    TokenState,
    credential,
)
from doorward.ports.clock import Clock, Randomness
from doorward.ports.service_token_uses import ServiceTokenUse, ServiceTokenUses
from doorward.services.configuration import Configurations
from doorward.services.secrets import hashed

LONGEST_LIFE: Final = timedelta(days=3650)
REFRESH: Final = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class NewServiceToken:
    """A service token with its secret, which nobody can read again later."""

    token: ServiceToken
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceTokenReport:
    """A service token as an administrator sees it. ``credential`` changes with each rotation: it says
    which secret is meant, and tells nothing about it. ``use`` is None for what Doorward has just met."""

    token: ServiceToken
    state: TokenState
    credential: Credential
    use: ServiceTokenUse | None


class ServiceTokens:
    """The administrator's verbs on service tokens. Each takes effect everywhere before it returns: at the
    edges, and on streams that are open."""

    def __init__(
        self,
        configurations: Configurations,
        uses: ServiceTokenUses,
        *,
        clock: Clock,
        randomness: Randomness,
    ) -> None:
        self._configurations = configurations
        self._uses = uses
        self._clock = clock
        self._randomness = randomness

    async def listed(self) -> Sequence[ServiceTokenReport]:
        """Every service token."""
        configuration = await self._configurations.load()
        uses = await self._uses.listed()
        now = self._clock.now()
        return [
            ServiceTokenReport(
                token=token,
                state=token.state(now),
                credential=credential(token.id, token.secret_hash),
                use=uses.get(token.client_id),
            )
            for token in configuration.service_tokens
        ]

    async def create(self, name: str, *, lifetime: timedelta | None) -> NewServiceToken:
        """Raises Invalid for a malformed name, Conflict for one that is taken."""
        token_id = ServiceTokenId(slug(name, field="name"))
        secret = new_secret(SERVICE_TOKEN_PREFIX, self._randomness.number)
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

    async def rotate(self, name: str, *, shown: str, grace: timedelta) -> NewServiceToken:
        """Give it a new secret. The one it has works for ``grace`` more, an hour to 30 days; with none, it
        ends now, and so does one that an earlier rotation left.

        ``shown`` is the credential that the caller was shown (``ServiceTokenReport``): whoever decides on
        what somebody else has changed meanwhile is told, and nobody's new secret is lost.

        Raises:
            NotFound: there is no such token.
            Invalid: the grace period is out of range.
            Conflict: somebody has rotated it meanwhile, or an earlier rotation's grace period lasts on.
        """
        if grace and not SHORTEST_GRACE <= grace <= LONGEST_GRACE:
            raise Invalid("grace", "is out of range: 1 hour to 30 days, or 0 to end the present secret now")
        secret = new_secret(SERVICE_TOKEN_PREFIX, self._randomness.number)
        now = self._clock.now()

        def rotated(token: ServiceToken) -> ServiceToken:
            if credential(token.id, token.secret_hash) != shown:
                raise Conflict(
                    f"the service token {name!r} was rotated meanwhile: "
                    "look at it again, and rotate it only if that was not meant"
                )
            if grace and len(token.hashes(now)) > 1:
                raise Conflict(
                    f"the service token {name!r} was rotated already, and the secret before works until "
                    f"{token.previous_until:%Y-%m-%d %H:%M} UTC: wait, or use no grace period to end both now"
                )
            return replace(
                token,
                secret_hash=hashed(secret),
                previous_secret_hash=token.secret_hash if grace else "",
                previous_until=now + grace if grace else None,
            )

        return NewServiceToken(await self._alter(name, rotated), secret)

    async def refresh(self, name: str, *, by: timedelta = REFRESH) -> ServiceToken:
        """Let it end later: ``by`` is counted from its end, or from now where that is past.

        Raises:
            NotFound: there is no such token.
            Conflict: it has no end.
            Invalid: it would last for more than ten years from now.
        """
        now = self._clock.now()

        def refreshed(token: ServiceToken) -> ServiceToken:
            if token.expires is None:
                raise Conflict(f"the service token {name!r} does not expire: there is nothing to refresh")
            expires = max(token.expires, now) + by
            if expires - now > LONGEST_LIFE:
                raise Invalid("days", "is too much: a service token ends within ten years from now")
            return replace(token, expires=expires)

        return await self._alter(name, refreshed)

    async def disable(self, name: str) -> ServiceToken:
        """Refuse it until it is enabled again. Raises NotFound."""
        return await self._alter(name, lambda token: replace(token, disabled=True))

    async def enable(self, name: str) -> ServiceToken:
        """Take it again. Raises NotFound."""
        return await self._alter(name, lambda token: replace(token, disabled=False))

    async def delete(self, name: str) -> None:
        """Forget it: its next request is refused. Raises NotFound; Invalid while a rule names it."""

        def without(configuration: Configuration) -> Configuration:
            kept = tuple(t for t in configuration.service_tokens if t.id != name)
            if len(kept) == len(configuration.service_tokens):
                raise NotFound(f"there is no service token {name!r}")
            return replace(configuration, service_tokens=kept)

        await self._configurations.change(without)

    async def _alter(self, name: str, altered: Callable[[ServiceToken], ServiceToken]) -> ServiceToken:
        made: list[ServiceToken] = []

        def changed(configuration: Configuration) -> Configuration:
            tokens = [altered(t) if t.id == name else t for t in configuration.service_tokens]
            made[:] = [token for token in tokens if token.id == name]
            if not made:
                raise NotFound(f"there is no service token {name!r}")
            return replace(configuration, service_tokens=tuple(tokens))

        await self._configurations.change(changed)
        return made[0]
