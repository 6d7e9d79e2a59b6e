"""The secrets in tunnel tokens. They are derived, not stored: see the decision record
2026-11-23-derived-tunnel-secrets."""

from __future__ import annotations

import base64
import hmac

from doorward.model.tunnel import Tunnel
from doorward.services.secrets import hashed


class TunnelSecrets:
    """``key`` is 32 bytes, used for nothing else."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def secret(self, tunnel: Tunnel) -> str:
        """The secret of the tunnel's present token: 256 bits, base64url."""
        message = f"{tunnel.id}/{tunnel.token_version}".encode()
        digest = hmac.digest(self._key, message, "sha256")
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")

    def secret_hash(self, tunnel: Tunnel) -> str:
        """What a relay compares a connector's secret with."""
        return hashed(self.secret(tunnel))
