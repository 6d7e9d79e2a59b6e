"""Secrets of credentials in a form that scanners of leaked secrets can find.

A prefix that says what it is for, 40 random characters, 8 characters of checksum. The alphabet has no two
characters that people take for each other, and none that a URL or a shell would change; 40 of its
characters are 230 bits.

The checksum says whether a secret is whole, before anything is looked up. It protects nothing: anybody
can work it out, and it only keeps slips and made-up secrets away.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from hashlib import sha256
from typing import Final

SERVICE_TOKEN_PREFIX: Final = "dwst_"
PASS_PREFIX: Final = "dwap_"
ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz"
RANDOM: Final = 40
CHECKSUM: Final = 8

SCANNERS: Final = r"\bdw(?:st|ap)_[2-9A-HJKMNP-Za-hjkmnp-z]{48}\b"
"""The regular expression for scanners, as the documentation gives it (PCRE, RE2 and Python alike)."""

_WHOLE = re.compile(SCANNERS.removeprefix(r"\b").removesuffix(r"\b"))


def new_secret(prefix: str, draw: Callable[[int], int]) -> str:
    """A new secret. ``draw(below)`` gives a number from 0 up to ``below`` that nobody can guess."""
    begun = prefix + "".join(ALPHABET[draw(len(ALPHABET))] for _ in range(RANDOM))
    return begun + checksum(begun)


def checksum(begun: str) -> str:
    """The last characters of a secret that begins so: the SHA-256 of the beginning, as a number in base
    54, its 8 lowest digits, the highest first."""
    number = int.from_bytes(sha256(begun.encode()).digest())
    digits = []
    for _ in range(CHECKSUM):
        number, digit = divmod(number, len(ALPHABET))
        digits.append(ALPHABET[digit])
    return "".join(reversed(digits))


def is_damaged(secret: str, prefix: str) -> bool:
    """Whether it begins as our secrets of this kind do and is not a whole one. Other secrets have no such
    form: those from before, and those that an administrator made."""
    return secret.startswith(prefix) and not is_whole(secret)


def is_whole(secret: str) -> bool:
    """Whether it has the form of a secret of ours, and its checksum."""
    return _WHOLE.fullmatch(secret) is not None and checksum(secret[:-CHECKSUM]) == secret[-CHECKSUM:]
