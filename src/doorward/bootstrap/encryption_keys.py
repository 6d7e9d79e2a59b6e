"""The key that encrypts secrets in the database, and those that did before it.

It is given in the environment, or in ``keys/encryption.key``, or else derived from the master key. When
another one is given than the database was made with, and that one is still at hand, the next start
encrypts everything anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from doorward.audit.acts import Act, ActName
from doorward.bootstrap.audit_keeping import record_alone
from doorward.bootstrap.data_folder import DataFolder
from doorward.bootstrap.data_folder_files import write_atomically
from doorward.bootstrap.key_files import new_key_text, parse_key, read_key
from doorward.bootstrap.system import SystemClock
from doorward.model.errors import Unavailable
from doorward.services.acting import ADMINISTRATOR
from doorward.stores.sql_stores import SqlStores

VARIABLE = "DOORWARD_ENCRYPTION_KEY"
PREVIOUS_VARIABLE = "DOORWARD_ENCRYPTION_KEY_PREVIOUS"
FILE = Path("keys", "encryption.key")
PREVIOUS_FILE = Path("keys", "encryption.key.previous")


@dataclass(frozen=True, slots=True, kw_only=True)
class EncryptionKeys:
    """``previous`` are tried where ``current`` does not fit."""

    current: bytes = field(repr=False)
    previous: tuple[bytes, ...] = field(repr=False)


def encryption_keys(folder: DataFolder, environment: Mapping[str, str]) -> EncryptionKeys:
    """The keys to open the database with.

    Raises Unavailable for a key that cannot be read or is none.
    """
    found = [
        _of_variable(environment, VARIABLE),
        _of_file(folder, FILE),
        folder.derive("database"),
        _of_variable(environment, PREVIOUS_VARIABLE),
        _of_file(folder, PREVIOUS_FILE),
    ]
    keys = list(dict.fromkeys(key for key in found if key is not None))
    return EncryptionKeys(current=keys[0], previous=tuple(keys[1:]))


async def rotate_encryption_key(folder: DataFolder, environment: Mapping[str, str]) -> Path:
    """Make a new key and encrypt everything with it; return its file. The folder must be opened, so that
    nothing runs on it.

    A crash at any point leaves a database that the next start can read.

    Raises Unavailable when the key comes from the environment, where only its owner can change it.
    """
    if VARIABLE in environment:
        raise Unavailable(
            f"the key comes from {VARIABLE}: put a new one there (32 random bytes in base64) and the "
            f"present one into {PREVIOUS_VARIABLE}; the next start encrypts everything with the new one"
        )
    await _open_and_close(folder, environment)  # ends a rotation that was interrupted
    record_alone(folder, Act(name=ActName.ENCRYPTION_KEY_ROTATED, by=ADMINISTRATOR), SystemClock())
    current = folder.path / FILE
    if current.exists():
        write_atomically(folder.path / PREVIOUS_FILE, current.read_bytes(), mode=0o600)
    write_atomically(current, new_key_text(), mode=0o600)
    await _open_and_close(folder, environment)
    return current


async def _open_and_close(folder: DataFolder, environment: Mapping[str, str]) -> None:
    keys = encryption_keys(folder, environment)
    stores = await SqlStores.open(folder.database, encryption_key=keys.current, previous_keys=keys.previous)
    await stores.close()


def _of_variable(environment: Mapping[str, str], name: str) -> bytes | None:
    text = environment.get(name)
    if not text:
        return None
    key = parse_key(text.encode())
    if key is None:
        raise Unavailable(f"{name} is not a key: give 32 random bytes in base64 (openssl rand -base64 32)")
    return key


def _of_file(folder: DataFolder, name: Path) -> bytes | None:
    path = folder.path / name
    return read_key(path) if path.exists() else None
