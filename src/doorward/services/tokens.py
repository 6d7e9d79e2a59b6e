"""Application tokens: short-lived, signed, for one application (RFC 7519, ES256; RFC 8725).

One key signs at a time, the newest whose time has come; all that are kept verify. The next key is
published before it signs, so that every edge knows it by then.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NewType

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from doorward.model.errors import Refused, Unavailable
from doorward.ports.clock import Clock, Randomness
from doorward.ports.stores import SigningKey, SigningKeys

LIFETIME: Final = timedelta(hours=1)
ROTATION: Final = timedelta(days=60)
ANNOUNCED: Final = timedelta(days=1)
"""How long before it signs a key is published."""
RETIRED: Final = timedelta(days=61 + 60)
"""The age at which a key is forgotten: its last token has long expired."""
ALGORITHM: Final = "ES256"
LONGEST: Final = 8192

RawToken = NewType("RawToken", str)
VerifiedClaims = NewType("VerifiedClaims", Mapping[str, Any])
"""Claims whose signature, issuer and times hold. Only ``Tokens.verify`` makes them."""


class Tokens:
    """Signs and verifies with keys held in memory; ``refresh`` brings them up to date."""

    def __init__(self, keys: SigningKeys, *, issuer: str, clock: Clock, randomness: Randomness) -> None:
        self._store = keys
        self._issuer = issuer
        self._clock = clock
        self._randomness = randomness
        self._signing: ECKey | None = None
        self._verifying = KeySet([])
        self._public = json.dumps({"keys": []})

    @property
    def issuer(self) -> str:
        """The ``iss`` of every token."""
        return self._issuer

    @property
    def jwks(self) -> str:
        """The public keys as a JSON Web Key Set (RFC 7517), JSON text."""
        return self._public

    async def refresh(self) -> None:
        """Load the keys, making the first and the next one when it is time, forgetting old ones."""
        now = self._clock.now()
        keys = list(await self._store.listed())
        if not keys:
            keys = [await self._make(now)]
        newest = keys[-1]
        if newest.not_before <= now - ROTATION + ANNOUNCED:
            keys.append(await self._make(now + ANNOUNCED))
        for key in [k for k in keys if k.not_before <= now - RETIRED]:
            await self._store.remove(key.kid)
            keys.remove(key)
        self._take(keys)

    async def _make(self, not_before: datetime) -> SigningKey:
        kid = self._randomness.identifier()[:16]
        private = ECKey.generate_key("P-256", {"kid": kid, "use": "sig", "alg": ALGORITHM})
        key = SigningKey(
            kid=kid,
            private_jwk=json.dumps(private.as_dict(private=True)),
            created=self._clock.now(),
            not_before=not_before,
        )
        await self._store.add(key)
        return key

    def _take(self, keys: Sequence[SigningKey]) -> None:
        now = self._clock.now()
        imported = [ECKey.import_key(json.loads(key.private_jwk)) for key in keys]
        usable = [private for key, private in zip(keys, imported, strict=True) if key.not_before <= now]
        self._signing = usable[-1] if usable else imported[0]
        self._verifying = KeySet([*imported])
        public = [key.as_dict(private=False) for key in imported]
        self._public = json.dumps({"keys": public}, sort_keys=True)

    def sign(self, claims: Mapping[str, object]) -> RawToken:
        """Sign ``claims``. Raises Unavailable before the first ``refresh``."""
        if self._signing is None:
            raise Unavailable("the signing keys have not been loaded yet")
        header = {"alg": ALGORITHM, "kid": self._signing.kid, "typ": "JWT"}
        return RawToken(jwt.encode(header, dict(claims), self._signing, [ALGORITHM]))

    def verify(self, token: str) -> VerifiedClaims:
        """The claims of a token of ours that is valid now.

        The key comes from our own table by ``kid``; ``jwk``, ``jku`` and ``x5u`` headers choose
        nothing. Audience and generation are for the caller to judge.

        Raises:
            Refused: it is not one, for whatever reason.
        """
        if len(token) > LONGEST:
            raise Refused("the token is too long")
        now = int(self._clock.now().timestamp())
        try:
            decoded = jwt.decode(token, self._verifying, algorithms=[ALGORITHM])
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
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise Refused("the token does not hold") from error
        return VerifiedClaims(decoded.claims)
