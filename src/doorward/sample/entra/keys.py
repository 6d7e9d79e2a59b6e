"""Keys that sign ID tokens, and how they are published: with the ``issuer`` each is good for."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from joserfc import jws
from joserfc.jwk import RSAKey

from doorward.sample.entra.facts import MSA_TENANT

TEMPLATE = "{tenantid}"


def generate_key() -> RSAKey:
    """A new key; its id is its thumbprint, in base64url."""
    key = RSAKey.generate_key(2048)
    thumbprint = hashlib.sha256(key.as_der(private=False)).digest()[:20]
    kid = base64.urlsafe_b64encode(thumbprint).rstrip(b"=").decode()
    return RSAKey.import_key(key.as_dict(private=True) | {"kid": kid, "use": "sig"})


@dataclass
class SigningKeys:
    """The keys in use, the one that signs last. They are made when first asked for."""

    make: Callable[[], RSAKey] = generate_key
    _keys: list[RSAKey] = field(default_factory=list)
    _personal: list[RSAKey] = field(default_factory=list)

    def rotate(self, *, forget: bool = False) -> None:
        """Sign with a new key; the old ones stay published unless they are to be forgotten."""
        kept = [] if forget else self._published()
        self._keys = [*kept, self.make()]

    def sign(self, header: Mapping[str, object], claims: Mapping[str, object]) -> str:
        """A compact JWS by the newest key, whose id goes into the header."""
        key = self._published()[-1]
        whole = {"typ": "JWT", "alg": "RS256", "kid": key.kid} | dict(header)
        kept = {name: value for name, value in whole.items() if value is not None}
        return jws.serialize_compact(kept, json.dumps(claims).encode(), key, algorithms=["RS256"])

    def jwks(self, base_url: str, tenant_id: str) -> dict[str, object]:
        """The document for one tenant; for no tenant in particular, the template and personal keys."""
        issuer = f"{base_url}/{tenant_id or TEMPLATE}/v2.0"
        keys = [_public(key, issuer) for key in self._published()]
        if not tenant_id:
            self._personal = self._personal or [self.make()]
            keys += [_public(key, f"{base_url}/{MSA_TENANT}/v2.0") for key in self._personal]
        return {"keys": keys}

    def _published(self) -> list[RSAKey]:
        self._keys = self._keys or [self.make()]
        return self._keys


def _public(key: RSAKey, issuer: str) -> dict[str, object]:
    public = key.as_dict(private=False)
    return {
        "kty": "RSA",
        "use": "sig",
        "kid": key.kid,
        "x5t": key.kid,
        "n": public["n"],
        "e": public["e"],
        "issuer": issuer,
    }
