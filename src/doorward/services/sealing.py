"""Sealed values: state that travels through the browser, unreadable and unchangeable there.

Fernet (AES-128-CBC and HMAC-SHA-256, encrypt-then-MAC) from the ``cryptography`` package:
https://github.com/fernet/spec/blob/master/Spec.md
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import timedelta

from cryptography.fernet import Fernet, InvalidToken

from doorward.model.errors import Refused
from doorward.ports.clock import Clock


class Seal:
    """Seals small mappings of texts for a time. ``key`` is 32 bytes; ``purpose`` keeps values of one
    use from being taken for another's."""

    def __init__(self, key: bytes, *, purpose: str, lifetime: timedelta, clock: Clock) -> None:
        self._fernet = Fernet(base64.urlsafe_b64encode(key))
        self._purpose = purpose
        self._lifetime = int(lifetime.total_seconds())
        self._clock = clock

    def close(self, values: Mapping[str, str]) -> str:
        """``values`` as an opaque text that may stand in a URL or a cookie."""
        text = json.dumps({"purpose": self._purpose, "values": dict(values)})
        now = int(self._clock.now().timestamp())
        return self._fernet.encrypt_at_time(text.encode(), now).decode().rstrip("=")

    def open(self, sealed: str) -> Mapping[str, str]:
        """What was sealed. Raises Refused when it was not sealed here, for this, lately."""
        padded = sealed + "=" * (-len(sealed) % 4)
        now = int(self._clock.now().timestamp())
        try:
            text = self._fernet.decrypt_at_time(padded.encode(), self._lifetime, now)
        except (InvalidToken, ValueError) as error:
            raise Refused("this link has expired or was changed; start again") from error
        content = json.loads(text)
        if content["purpose"] != self._purpose:
            raise Refused("this link is for something else; start again")
        return {str(k): str(v) for k, v in content["values"].items()}
