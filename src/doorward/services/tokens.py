"""Application tokens: short-lived, signed, for one application (RFC 7519, RS256; RFC 8725).

One key signs at a time; all that are published verify. ``key_schedule`` says when each does what,
``token_keys`` what a key is.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NewType

from joserfc import jws, jwt
from joserfc.errors import JoseError

from doorward.model.errors import Conflict, Refused, Unavailable
from doorward.ports.clock import Clock, Randomness
from doorward.ports.stores import SigningKey, SigningKeys
from doorward.services.key_schedule import KeyState, ScheduledKey, is_due, next_start, scheduled
from doorward.services.token_keys import ALGORITHM, TokenKey, read_key

LIFETIME: Final = timedelta(hours=1)
LONGEST: Final = 8192

RawToken = NewType("RawToken", str)
VerifiedClaims = NewType("VerifiedClaims", Mapping[str, Any])
"""Claims whose signature, issuer and times hold. Only ``Tokens.verify`` makes them."""


class Tokens:
    """Signs and verifies with keys held in memory; ``refresh`` brings them up to date.

    ``make_key`` makes a private key, as JSON Web Key; it is called on a thread, since it takes long.
    """

    def __init__(
        self,
        keys: SigningKeys,
        *,
        issuer: str,
        clock: Clock,
        randomness: Randomness,
        make_key: Callable[[], str],
    ) -> None:
        self._store = keys
        self._issuer = issuer
        self._clock = clock
        self._randomness = randomness
        self._make_key = make_key
        self._changing = asyncio.Lock()
        self._schedule: Sequence[ScheduledKey] = ()
        self._signing: TokenKey | None = None
        self._known: Mapping[str, TokenKey] = {}

    @property
    def issuer(self) -> str:
        """The ``iss`` of every token."""
        return self._issuer

    @property
    def schedule(self) -> Sequence[ScheduledKey]:
        """Every key that verifies, in the order in which they sign."""
        return self._schedule

    @property
    def published(self) -> Sequence[TokenKey]:
        """Every key that verifies: the current one first, then the announced one, then previous ones."""
        order = list(KeyState)
        order.insert(0, order.pop(order.index(KeyState.CURRENT)))
        placed = sorted(self._schedule, key=lambda each: order.index(each.state))
        return [self._known[each.key.kid] for each in placed]

    @property
    def jwks(self) -> str:
        """The public keys as a JSON Web Key Set (RFC 7517), JSON text."""
        return json.dumps({"keys": [dict(key.public) for key in self.published]}, sort_keys=True)

    async def refresh(self) -> None:
        """Load the keys, making the first and the next one when it is time, forgetting old ones.

        Raises Invalid when a key that is stored cannot be used.
        """
        async with self._changing:
            now = self._clock.now()
            keys = list(await self._store.listed()) or [await self._add(now)]
            schedule = scheduled(keys, now)
            if is_due(schedule, now) or self._is_outdated(schedule):
                keys.append(await self._add(next_start(schedule, now)))
            for each in scheduled(keys, now):
                if each.state is KeyState.GONE:
                    await self._store.remove(each.key.kid)
                    keys.remove(each.key)
            self._take(keys)

    async def announce(self) -> ScheduledKey:
        """Make the next key now; it signs in a day. Raises Conflict when one is announced already."""
        async with self._changing:
            now = self._clock.now()
            keys = list(await self._store.listed())
            schedule = scheduled(keys, now)
            last = schedule[-1]
            if last.state is KeyState.ANNOUNCED:
                raise Conflict(
                    f"the next key, {last.key.kid}, is announced already: "
                    f"it signs from {last.until.isoformat(timespec='seconds')} on"
                )
            keys.append(await self._add(next_start(schedule, now)))
            self._take(keys)
            return self._schedule[-1]

    async def replace(self) -> Sequence[str]:
        """Sign with a new key from now on, and accept no other. Returns the kids of those that are gone.

        The store forgets them first, so that no crash brings them back.
        """
        async with self._changing:
            now = self._clock.now()
            key = await self._made(now)
            before = await self._store.listed()
            await self._store.replace_all(key)
            self._take([key])
            return [each.kid for each in before]

    async def _add(self, not_before: datetime) -> SigningKey:
        key = await self._made(not_before)
        await self._store.add(key)
        return key

    async def _made(self, not_before: datetime) -> SigningKey:
        return SigningKey(
            kid=self._randomness.identifier()[:16],
            private_jwk=await asyncio.to_thread(self._make_key),
            created=self._clock.now(),
            not_before=not_before,
        )

    def _is_outdated(self, schedule: Sequence[ScheduledKey]) -> bool:
        """Whether the newest key is of a kind that earlier versions made: the next one is due then."""
        return self._read(schedule[-1].key).algorithm != ALGORITHM

    def _take(self, keys: Sequence[SigningKey]) -> None:
        self._known = {key.kid: self._read(key) for key in keys}
        self._schedule = scheduled(keys, self._clock.now())
        current = next(each for each in self._schedule if each.state is KeyState.CURRENT)
        self._signing = self._known[current.key.kid]

    def _read(self, key: SigningKey) -> TokenKey:
        """Reading a key is slow, and a kid names one key for ever."""
        return self._known.get(key.kid) or read_key(key)

    def sign(self, claims: Mapping[str, object]) -> RawToken:
        """Sign ``claims``. Raises Unavailable before the first ``refresh``."""
        key = self._signing
        if key is None:
            raise Unavailable("the signing keys have not been loaded yet")
        return RawToken(jwt.encode(_header(key), dict(claims), key.private, [key.algorithm]))

    def verify(self, token: str) -> VerifiedClaims:
        """The claims of a token of ours that is valid now.

        ``kid`` chooses one key of our own table, and with it the algorithm. The rest of the header must
        be what we write for that key: nothing there chooses anything, brings a key along, or points to
        one (RFC 8725 sections 3.1 and 3.10). Audience and generation are for the caller to judge.

        Raises:
            Refused: it is not one, for whatever reason.
        """
        if len(token) > LONGEST:
            raise Refused("the token is too long")
        now = int(self._clock.now().timestamp())
        try:
            header = jws.extract_compact(token.encode()).headers()
            key = self._known[header["kid"]]
            if header != _header(key):
                raise Refused("the token's header is not one that Doorward writes")
            decoded = jwt.decode(token, key.private, algorithms=[key.algorithm])
            registry = jwt.JWTClaimsRegistry(
                now=now,
                leeway=0,
                iss={"essential": True, "value": self._issuer},
                exp={"essential": True},
                nbf={"essential": True},
                iat={"essential": True},
                type={"essential": True, "value": "app"},
            )
            registry.validate(decoded.claims)
        except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
            raise Refused("the token does not hold") from error
        return VerifiedClaims(decoded.claims)


def _header(key: TokenKey) -> dict[str, Any]:
    return {"alg": key.algorithm, "kid": key.kid, "typ": "JWT"}
