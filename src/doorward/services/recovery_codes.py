"""Recovery codes: ten on paper, each good for one sign-in, for who has lost phone and passkey."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Final

from doorward.ports.clock import Randomness
from doorward.ports.credentials import Owner
from doorward.services.secrets import hashed

COUNT: Final = 10
SIZE: Final = 10
"""Random bytes: 80 bits cannot be found from their hash, nor guessed."""

_MISREAD: Final = str.maketrans({"0": "O", "1": "I", "8": "B"})
"""Digits that base32 (RFC 4648 section 6) does not have, and the letters they are taken for."""


def new_codes(randomness: Randomness) -> Sequence[str]:
    """Ten new ones, as they are shown: ``ABCD-EFGH-IJKL-MNOP``."""
    return [_shown(randomness.token(SIZE)) for _ in range(COUNT)]


def hash_of(owner: Owner, code: str) -> str:
    """What is kept of a code. Blanks, hyphens and the case in which it was typed do not matter."""
    plain = "".join(sign for sign in code.upper() if sign.isascii() and sign.isalnum())
    return hashed(f"recovery {owner.provider} {owner.email} {plain.translate(_MISREAD)}")


def _shown(token: str) -> str:
    text = base64.b32encode(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))).decode()
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))
