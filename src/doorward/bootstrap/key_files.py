"""Keys as texts: 32 random bytes in base64, in a file that only its owner can read, or in a variable."""

from __future__ import annotations

import base64
import binascii
import secrets
from pathlib import Path

from doorward.model.errors import Unavailable

KEY_BYTES = 32


def new_key_text() -> bytes:
    """A new key, as it stands in a file."""
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n"


def read_key(path: Path) -> bytes:
    """The key in a file. Raises Unavailable when it cannot be read, others can read it, or it is none."""
    try:
        mode = path.stat().st_mode
        text = path.read_bytes()
    except OSError as error:
        raise Unavailable(f"{path} cannot be read: {error.strerror}") from None
    if mode & 0o077:
        raise Unavailable(f"{path} can be read by other users: run chmod 600 {path}")
    key = parse_key(text)
    if key is None:
        raise Unavailable(f"{path} is damaged: put the key back from your backup")
    return key


def parse_key(text: bytes) -> bytes | None:
    """The key that a text stands for; None where it is none."""
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except binascii.Error:
        return None
    return key if len(key) == KEY_BYTES else None
