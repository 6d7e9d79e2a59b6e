"""Single values that a field may hold: words, names, switches, instants, certificates, hashes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from doorward.declaration.reading import At, unknown
from doorward.model.access import canonical_email
from doorward.model.ids import slug

T = TypeVar("T")

MAX_NAME = 128
MAX_WORD = 256

_SHA256 = re.compile(r"[0-9a-f]{64}")
_ARGON2ID = re.compile(r"\$argon2id\$v=[0-9]+\$[a-z0-9=,]+\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+")


def thing_id(at: At) -> str:
    """An id or a tunnel's name: 1-63 lower-case letters, digits and inner hyphens."""
    return slug(at.text(), field=at.path)


def email(at: At) -> str:
    """An email address in its canonical spelling."""
    return canonical_email(at.text(), field=at.path)


def display_name(at: At) -> str:
    """A name for people to read: one line."""
    return _line(at, longest=MAX_NAME)


def word(at: At) -> str:
    """A value that another system chose, such as a group's or a claim's name: one line, as it is."""
    return _line(at, longest=MAX_WORD)


def _line(at: At, *, longest: int) -> str:
    text = at.text()
    if not text.isprintable() or text != text.strip() or not text:
        raise at.wrong("must be one line of text without blanks at its ends")
    if len(text) > longest:
        raise at.wrong(f"has {len(text)} characters: at most {longest} are allowed")
    return text


def words(at: At) -> frozenset[str]:
    """A list of words, in any order."""
    return frozenset(at.items(word))


def ordered_words(at: At) -> tuple[str, ...]:
    """A list of words, in the order given, each once."""
    return tuple(dict.fromkeys(at.items(word)))


def switch(at: At) -> bool:
    """``true`` or ``false`` and no other spelling."""
    text = at.text()
    if text not in ("true", "false"):
        raise at.wrong(f"{text[:60]!r} is neither true nor false")
    return text == "true"


def count(at: At) -> int:
    """A number of things: plain digits, at most three of them."""
    text = at.text()
    if not text.isascii() or not text.isdigit() or len(text) > 3:
        raise at.wrong(f"{text[:60]!r} is not a number: use plain digits, such as 2")
    return int(text)


def one_of(at: At, choices: Mapping[str, T], *, noun: str) -> T:
    """The meaning of one of the words in ``choices``."""
    text = at.text()
    if text not in choices:
        raise unknown(at.path, text, tuple(choices), noun=noun)
    return choices[text]


def instant(at: At) -> datetime:
    """A moment with its time zone, such as ``2027-01-31T12:00:00Z``; it is kept in UTC."""
    text = at.text()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise at.wrong(f"{text[:60]!r} is not a moment: write it with its zone, 2027-01-31T12:00:00Z")
    return moment.astimezone(UTC)


def certificates(at: At) -> str:
    """One or more X.509 certificates in PEM form, written in the access file itself."""
    return checked_certificates(at, at.text())


def checked_certificates(at: At, pem: str) -> str:
    """``pem`` with one line end behind it. Raises Invalid when it holds no readable certificate."""
    pem = pem.strip() + "\n"
    try:
        x509.load_pem_x509_certificates(pem.encode())
    except ValueError:
        raise at.wrong("holds no readable certificate: give PEM, from -----BEGIN CERTIFICATE-----") from None
    return pem


def checked_private_key(at: At, pem: str) -> str:
    """``pem`` if it holds a private key without a password. Raises Invalid otherwise, and does not
    quote it."""
    pem = pem.strip() + "\n"
    try:
        load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise at.wrong(
            "holds no readable private key: give PEM without a password, from -----BEGIN PRIVATE KEY-----"
        ) from None
    return pem


def sha256_hash(at: At) -> str:
    """A SHA-256 as 64 lower-case hexadecimal digits."""
    text = at.text()
    if not _SHA256.fullmatch(text):
        raise at.wrong("is not a SHA-256: give 64 lower-case hexadecimal digits")
    return text


def password_hash(at: At) -> str:
    """An argon2id hash in PHC form, or nothing at all for an account that cannot sign in."""
    text = at.text()
    if text and not _ARGON2ID.fullmatch(text):
        raise at.wrong('is not an argon2id hash: give one that begins with $argon2id$, or "" for no sign-in')
    return text
