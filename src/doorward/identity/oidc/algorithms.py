"""The signature algorithms that an ID token may have.

Rule: the list is ours. A token or a provider can only choose from it, and nothing symmetric or
unsigned is on it: with HS256 the "key" would be something that others know (RFC 8725 section 3.1).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Algorithm:
    """What a key must be to go with it, and the hash that at_hash and c_hash use."""

    key_type: str
    curve: str
    hash: str


ALGORITHMS: Mapping[str, Algorithm] = MappingProxyType(
    {
        "RS256": Algorithm("RSA", "", "sha256"),
        "RS384": Algorithm("RSA", "", "sha384"),
        "RS512": Algorithm("RSA", "", "sha512"),
        "PS256": Algorithm("RSA", "", "sha256"),
        "PS384": Algorithm("RSA", "", "sha384"),
        "PS512": Algorithm("RSA", "", "sha512"),
        "ES256": Algorithm("EC", "P-256", "sha256"),
        "ES384": Algorithm("EC", "P-384", "sha384"),
        "ES512": Algorithm("EC", "P-521", "sha512"),
        "EdDSA": Algorithm("OKP", "Ed25519", "sha512"),
        "Ed25519": Algorithm("OKP", "Ed25519", "sha512"),  # RFC 9864's name for the same.
    }
)
