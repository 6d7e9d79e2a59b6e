"""One-time codes by the clock (TOTP, RFC 6238), as apps on phones show them."""

from __future__ import annotations

import base64
import hmac
from datetime import datetime
from typing import Final
from urllib.parse import quote, urlencode

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.hotp import HOTP

from doorward.ports.clock import Randomness

STEP: Final = 30
DIGITS: Final = 6
SECRET_SIZE: Final = 20
"""Bytes: as many as the hash has (RFC 4226 section 4, requirement 6)."""


def new_secret(randomness: Randomness) -> str:
    """A secret in base32, as apps take it."""
    token = randomness.token(SECRET_SIZE)
    return base64.b32encode(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))).decode()


def step_at(now: datetime) -> int:
    """The step of the clock."""
    return int(now.timestamp()) // STEP


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """The step whose code this is: the present one, or one beside it, for clocks differ (RFC 6238
    section 5.2). None when it is no such code. All three are looked at, whatever comes out."""
    digits = "".join(sign for sign in code if sign not in " -\t\r\n")
    present = step_at(now)
    found = None
    for step in (present - 1, present, present + 1):
        if hmac.compare_digest(code_of(secret, step).encode(), digits.encode()):
            found = step
    return found


def code_of(secret: str, step: int) -> str:
    """The code that an app with this secret shows in that step."""
    # SHA-1, because it is what apps know; as an HMAC it is sound (RFC 6238 section 1.2).
    hotp = HOTP(base64.b32decode(secret), DIGITS, SHA1())  # noqa: S303 - what apps know
    return hotp.generate(step).decode()


def address_of(secret: str, *, account: str, place: str) -> str:
    """The ``otpauth:`` address that a QR code holds: what to call the account, and the secret."""
    label = quote(f"{place}:{account}", safe="@")
    query = {"secret": secret, "issuer": place, "algorithm": "SHA1", "digits": DIGITS, "period": STEP}
    return f"otpauth://totp/{label}?{urlencode(query)}"
