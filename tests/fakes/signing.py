"""Keys for tokens, made once for all tests of a process: making one takes as long as a test may."""

from __future__ import annotations

import itertools
import json
from functools import cache

from joserfc.jwk import ECKey

from doorward.ports.stores import SigningKey
from doorward.services.token_keys import make_private_key
from tests.fakes.clock import START

AT_HAND = 5
"""More than any test has in use at once."""


class FakeKeyMaker:
    """Gives one of a few real RSA keys after the other, as JSON Web Keys."""

    def __init__(self) -> None:
        self._numbers = itertools.cycle(range(AT_HAND))

    def __call__(self) -> str:
        return _private_key(next(self._numbers))


@cache
def _private_key(number: int) -> str:
    del number
    return make_private_key()


def key_on_a_curve(kid: str = "earlier") -> SigningKey:
    """A key as versions before RS256 have stored it."""
    private = ECKey.generate_key("P-256", {"kid": kid, "use": "sig", "alg": "ES256"})
    text = json.dumps(private.as_dict(private=True))
    return SigningKey(kid=kid, private_jwk=text, created=START, not_before=START)
