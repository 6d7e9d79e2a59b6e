"""Tokens alone: what signs and verifies them, over fakes, at an hour that the test owns."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

from joserfc import jws

from doorward.model.errors import Refused
from doorward.services.tokens import Tokens
from tests.fakes.clock import FakeClock, FakeRandomness
from tests.fakes.signing import FakeKeyMaker
from tests.fakes.stores import FakeSigningKeys

ISSUER = "https://access.example.com"


class Signing:
    def __init__(self, keys: FakeSigningKeys | None = None) -> None:
        self.clock = FakeClock()
        self.keys = keys or FakeSigningKeys()
        self.randomness = FakeRandomness()
        self.begin()

    def begin(self) -> None:
        """As at the start of the process."""
        self.tokens = Tokens(
            self.keys,
            issuer=ISSUER,
            clock=self.clock,
            randomness=self.randomness,
            make_key=FakeKeyMaker(),
        )
        self.refresh()

    def refresh(self) -> None:
        asyncio.run(self.tokens.refresh())

    def claims(self, **changed: object) -> dict[str, object]:
        now = int(self.clock.now().timestamp())
        claims: dict[str, object] = {
            "iss": ISSUER,
            "aud": ["a"],
            "type": "app",
            "iat": now,
            "nbf": now,
            "exp": now + 3600,
        }
        return {k: v for k, v in (claims | changed).items() if v is not None}

    def kids(self) -> list[str]:
        return [key["kid"] for key in json.loads(self.tokens.jwks)["keys"]]

    def pass_time(self, by: timedelta) -> None:
        self.clock.advance(by)
        self.refresh()

    def token(self) -> str:
        return self.tokens.sign(self.claims())

    def signs_with(self) -> str:
        """The kid in the header of a new token, which verifies."""
        token = self.token()
        self.tokens.verify(token)
        return str(jws.extract_compact(token.encode()).headers()["kid"])


def refuses(signing: Signing, token: str) -> bool:
    try:
        signing.tokens.verify(token)
    except Refused:
        return True
    return False
