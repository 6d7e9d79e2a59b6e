"""The key that signs the audit log's checkpoints: ``keys/audit.pem``, for nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from doorward.audit.checkpoints import Signer
from doorward.bootstrap.data_folder_files import create_atomically
from doorward.model.errors import Unavailable

FILE: Final = "audit.pem"


def audit_signer(keys: Path, audit: Path) -> Signer:
    """The key in the folder ``keys``, made where there is none yet.

    Raises Unavailable when it cannot be read or written, and when it is missing though the folder
    ``audit`` holds what it has signed.
    """
    path = keys / FILE
    if not path.exists():
        if any(audit.glob("*")):
            raise Unavailable(
                f"{path} is missing, and without it nobody can tell whether {audit} was changed: "
                "put the key back from your backup, or move that folder away to begin a new audit log"
            )
        private = Ed25519PrivateKey.generate()
        text = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        try:
            create_atomically(path, text, mode=0o600)
        except OSError as error:
            raise Unavailable(f"{path} cannot be written: {error.strerror}") from None
    return read_audit_signer(keys)


def read_audit_signer(keys: Path) -> Signer:
    """The key in the folder ``keys``. Raises Unavailable."""
    path = keys / FILE
    try:
        mode, text = path.stat().st_mode, path.read_bytes()
    except OSError as error:
        raise Unavailable(f"{path} cannot be read: {error.strerror}") from None
    if mode & 0o077:
        raise Unavailable(f"{path} can be read by other users: run chmod 600 {path}")
    try:
        private = load_pem_private_key(text, password=None)
    except (ValueError, TypeError) as error:
        raise Unavailable(f"{path} is damaged: put the key back from your backup") from error
    if not isinstance(private, Ed25519PrivateKey):
        raise Unavailable(f"{path} is no Ed25519 key: put the key back from your backup")
    return Signer(private)
