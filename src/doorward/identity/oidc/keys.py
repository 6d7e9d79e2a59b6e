"""A provider's published keys, and which of them a token was signed with.

Rule: a key comes from here and from nowhere else, never from the token.
Rule: the key decides what it may verify. Its type, curve, ``use``, ``key_ops`` and ``alg`` must all
agree with the algorithm.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.util import urlsafe_b64decode

from doorward.identity.oidc.algorithms import ALGORITHMS
from doorward.identity.oidc.fetching import Unanswered

MOST_KEYS = 100
RSA_BITS = range(2048, 8192 + 1)
"""Shorter keys can be broken (SP 800-131A); longer ones cost seconds to verify with."""

PublicKey = RSAKey | ECKey | OKPKey


@dataclass(frozen=True, slots=True)
class PublishedKey:
    """One key that may verify. ``kid`` and ``algorithm`` are None where the provider says nothing.

    ``issuer`` is whose tokens it is for, where one document holds the keys of several issuers
    (Microsoft's member of that name); the caller compares it.
    """

    kid: str | None
    key_type: str
    curve: str
    algorithm: str | None
    key: PublicKey
    issuer: str | None = None

    def fits(self, algorithm: str) -> bool:
        """Whether a signature of this algorithm may be checked with this key."""
        needed = ALGORITHMS[algorithm]
        return (
            self.key_type == needed.key_type
            and self.curve == needed.curve
            and self.algorithm in {None, algorithm}
        )


@dataclass(frozen=True, slots=True)
class PublishedKeys:
    """All of them as they were published at one time; perhaps none."""

    keys: tuple[PublishedKey, ...]

    def find(self, *, kid: str | None, algorithm: str) -> PublishedKey | None:
        """The one key that a token with this header was signed with.

        A token without ``kid`` is fine while only one key fits (Core section 10.1). None when no
        key fits or more than one does: trying them in turn would let the signer choose.
        """
        fitting = [k for k in self.keys if k.fits(algorithm) and (kid is None or k.kid == kid)]
        return fitting[0] if len(fitting) == 1 else None


def read_keys(document: Mapping[str, object]) -> PublishedKeys:
    """Return the usable keys of a JWK set. Others are left out (RFC 7517 section 5).

    Raises:
        Unanswered: it is not a JWK set, or an unreasonably large one.
    """
    keys = document.get("keys")
    if not isinstance(keys, list) or len(keys) > MOST_KEYS:
        raise Unanswered(f"The identity provider's keys are not a JWK set of at most {MOST_KEYS} keys.")
    usable = (_usable(key) for key in keys if isinstance(key, dict))
    return PublishedKeys(tuple(key for key in usable if key is not None))


def _usable(jwk: Mapping[str, object]) -> PublishedKey | None:
    operations = jwk.get("key_ops")
    for_signatures = jwk.get("use") in {None, "sig"} if isinstance(jwk.get("use"), str | None) else False
    if not for_signatures or not (operations is None or _holds(operations, "verify")):
        return None
    kid, algorithm, issuer = jwk.get("kid"), jwk.get("alg"), jwk.get("issuer")
    if not isinstance(kid, str | None) or not isinstance(algorithm, str | None):
        return None
    if not isinstance(issuer, str | None):
        return None
    key = _public_key(jwk)
    if key is None:
        return None
    curve = "" if isinstance(key, RSAKey) else key.curve_name
    return PublishedKey(kid, key.key_type, curve, algorithm, key, issuer)


def _public_key(jwk: Mapping[str, object]) -> PublicKey | None:
    """Only the public members are read: what else a provider publishes by mistake stays out."""
    try:
        match jwk.get("kty"):
            case "RSA":
                part = _members(jwk, "n", "e")
                if int.from_bytes(urlsafe_b64decode(part["n"].encode())).bit_length() not in RSA_BITS:
                    return None
                return RSAKey.import_key({"kty": "RSA", **part})
            case "EC":
                return ECKey.import_key({"kty": "EC", **_members(jwk, "crv", "x", "y")})
            case "OKP":
                return OKPKey.import_key({"kty": "OKP", **_members(jwk, "crv", "x")})
            case _:
                return None
    except (JoseError, ValueError, KeyError):
        return None


def _members(jwk: Mapping[str, object], *names: str) -> dict[str, str]:
    members = {name: jwk[name] for name in names}
    if not all(isinstance(value, str) for value in members.values()):
        raise ValueError("a member is not text")
    return {name: str(value) for name, value in members.items()}


def _holds(values: object, wanted: str) -> bool:
    return isinstance(values, list) and wanted in values
