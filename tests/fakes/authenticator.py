"""A browser and its authenticator in one: passkeys in software, by another library than the one that
verifies them.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.cose import ES256
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

FLAG = AuthenticatorData.FLAG


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class FakeAuthenticator:
    """Holds keys by credential id; another ``name`` makes other ids. ``counts`` makes it count its
    signatures; ``verifies`` asks its person for a finger or PIN; ``synced`` says that its keys may be on
    other devices."""

    origin: str
    name: str = "device"
    counts: bool = False
    verifies: bool = True
    synced: bool = False
    count: int = 0
    keys: dict[bytes, ec.EllipticCurvePrivateKey] = field(default_factory=dict)

    def create(self, options: str, *, origin: str = "") -> str:
        """The answer to ``navigator.credentials.create``."""
        asked: Mapping[str, Any] = json.loads(options)
        credential_id = hashlib.sha256(f"credential {len(self.keys)} {self.name}".encode()).digest()
        key = ec.generate_private_key(ec.SECP256R1())
        self.keys[credential_id] = key
        numbers = key.public_key().public_numbers()
        x, y = numbers.x.to_bytes(32), numbers.y.to_bytes(32)
        public = ES256({1: 2, 3: -7, -1: 1, -2: x, -3: y})  # COSE (RFC 9053 section 7.1.1)
        data = AttestedCredentialData.create(Aaguid(bytes(16)), credential_id, public)
        authenticator = self._data(str(asked["rp"]["id"]), FLAG.AT, bytes(data))
        client = self._client(CollectedClientData.TYPE.CREATE, asked, origin)
        attestation = AttestationObject.create("none", authenticator, {})
        return _answer(
            credential_id, clientDataJSON=b64(bytes(client)), attestationObject=b64(bytes(attestation))
        )

    def get(self, options: str, *, origin: str = "", place: str = "") -> str:
        """The answer to ``navigator.credentials.get``, with the last key that will do."""
        asked: Mapping[str, Any] = json.loads(options)
        allowed = {unb64(one["id"]) for one in asked.get("allowCredentials", [])}
        credential_id = next(k for k in reversed(self.keys) if not allowed or k in allowed)
        data = self._data(place or str(asked["rpId"]), FLAG(0), b"")
        client = bytes(self._client(CollectedClientData.TYPE.GET, asked, origin))
        signed = bytes(data) + hashlib.sha256(client).digest()
        signature = self.keys[credential_id].sign(signed, ec.ECDSA(SHA256()))
        return _answer(
            credential_id,
            clientDataJSON=b64(client),
            authenticatorData=b64(bytes(data)),
            signature=b64(signature),
        )

    def _client(
        self, kind: CollectedClientData.TYPE, asked: Mapping[str, Any], origin: str
    ) -> CollectedClientData:
        return CollectedClientData.create(kind, str(asked["challenge"]), origin or self.origin)

    def _data(self, place: str, flags: AuthenticatorData.FLAG, credential: bytes) -> AuthenticatorData:
        self.count += 1 if self.counts else 0
        flags |= FLAG.UP
        if self.verifies:
            flags |= FLAG.UV
        if self.synced:
            flags |= FLAG.BE
        made: AuthenticatorData = AuthenticatorData.create(
            hashlib.sha256(place.encode()).digest(), flags, self.count, credential
        )
        return made


def _answer(credential_id: bytes, **response: str) -> str:
    known = b64(credential_id)
    return json.dumps(
        {
            "id": known,
            "rawId": known,
            "type": "public-key",
            "response": response,
            "clientExtensionResults": {},
        }
    )
