"""One signing key, ready for use: what signs, what verifies, and how others get to know it.

Rule: the algorithm belongs to the key. It follows from what is stored, and a token's header is only
compared with it (RFC 8725 section 3.1). New keys are RSA, for RS256: that is what verifiers written for
Cloudflare Access take. Keys on a curve (ES256) are of earlier versions; they verify until they retire.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPrivateNumbers, RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeyParameters, RSAKey
from joserfc.util import base64_to_int

from doorward.model.errors import Invalid
from doorward.ports.stores import SigningKey

ALGORITHM: Final = "RS256"
"""What new keys sign with."""
BITS: Final = 2048
"""RFC 7518 section 3.3 asks for 2048 or more; each further bit makes every token longer."""
CERTIFICATE_LIFE: Final = timedelta(days=365)
"""Longer than any key signs. What ends a key is its absence from the published ones."""

_RSA_NUMBERS: Final = ("n", "e", "d", "p", "q", "dp", "dq", "qi")
"""RFC 7518 section 6.3."""

_ALGORITHMS: Mapping[str, str] = MappingProxyType({"RSA": ALGORITHM, "EC": "ES256"})


@dataclass(frozen=True, slots=True)
class TokenKey:
    """A key with its algorithm. ``public`` is its JSON Web Key (RFC 7517), ``certificate`` a PEM text
    that holds the public key for those who want it in that form, signed with the key itself."""

    kid: str
    algorithm: str
    private: RSAKey | ECKey = field(repr=False)
    public: Mapping[str, Any]
    certificate: str


def make_private_key() -> str:
    """A new private key as a JSON Web Key. It takes a while (about 30 to 300 ms of CPU)."""
    return json.dumps(RSAKey.generate_key(BITS).as_dict(private=True))


def read_key(key: SigningKey) -> TokenKey:
    """The key that is stored so. Raises Invalid for what is no key of a kind that Doorward signs with."""
    try:
        stored = json.loads(key.private_jwk)
        algorithm = _ALGORITHMS[stored["kty"]]
        parameters: KeyParameters = {"kid": key.kid, "use": "sig", "alg": algorithm}
        private = _rsa(stored, parameters) if stored["kty"] == "RSA" else ECKey.import_key(stored, parameters)
        secret = private.private_key
        if not isinstance(secret, RSAPrivateKey | EllipticCurvePrivateKey):
            raise TypeError("no private key")
    except (ValueError, KeyError, TypeError, JoseError) as error:
        raise Invalid(f"signing_keys[{key.kid}]", "this is no key to sign tokens with") from error
    return TokenKey(
        kid=key.kid,
        algorithm=algorithm,
        private=private,
        public=MappingProxyType(private.as_dict(private=False)),
        certificate=_certificate(key, secret),
    )


def _rsa(stored: Mapping[str, str], parameters: KeyParameters) -> RSAKey:
    """Without the test of the numbers for being a key, which takes many times as long as the rest:
    they are ours, and encryption at rest finds out whether somebody changed them."""
    n, e, d, p, q, dp, dq, qi = (base64_to_int(stored[name]) for name in _RSA_NUMBERS)
    numbers = RSAPrivateNumbers(p, q, d, dp, dq, qi, RSAPublicNumbers(e, n))
    return RSAKey.import_key(numbers.private_key(unsafe_skip_rsa_key_validation=True), parameters)


def _certificate(key: SigningKey, private: RSAPrivateKey | EllipticCurvePrivateKey) -> str:
    """Made from the key alone, so that it stays the same at every start (of an RSA key, to the bit)."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Doorward signing key {key.kid}"[:64])])
    begins = key.created.replace(microsecond=0)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(int.from_bytes(hashlib.sha256(key.kid.encode()).digest()[:8]) | 1)
        .not_valid_before(begins)
        .not_valid_after(begins + CERTIFICATE_LIFE)
        .sign(private, SHA256())
    )
    return certificate.public_bytes(Encoding.PEM).decode()
