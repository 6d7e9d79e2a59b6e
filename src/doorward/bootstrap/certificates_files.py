"""The authority and its certificates on disk.

::

    ca.pem         what browsers and connectors are told to trust; may be given away
    ca-key.pem     the authority's key
    <name>.pem     a server's certificate and its key in one file, so that both are replaced at once
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from doorward.bootstrap.certificates import (
    LONGEST_LIFE,
    Authority,
    CertificateAndKey,
    key_pem,
    needs_renewal,
    new_authority,
)
from doorward.bootstrap.data_folder_files import create_atomically, write_atomically
from doorward.model.errors import Unavailable
from doorward.ports.clock import Clock

CERTIFICATE = "ca.pem"
KEY = "ca-key.pem"


def ensure_authority(folder: Path, clock: Clock) -> Authority:
    """The authority in ``folder``; made there the first time, and kept from then on.

    A lost ``ca.pem`` is made again from the key, under the same name.

    Raises Unavailable, naming the file and what to do, when a file is not readable, damaged, open to
    others, or expired.
    """
    certificate_path, key_path = folder / CERTIFICATE, folder / KEY
    try:
        if not key_path.exists():
            if certificate_path.exists():
                raise Unavailable(_lost(key_path, certificate_path))
            with suppress(FileExistsError):  # another process was quicker: then its key is the key
                key = ec.generate_private_key(ec.SECP256R1())
                create_atomically(key_path, key_pem(key), mode=0o600)
        key = _read_key(key_path)
        if not certificate_path.exists():
            with suppress(FileExistsError):
                authority = new_authority(key, now=clock.now())
                create_atomically(certificate_path, authority.pem, mode=0o644)
        certificate = _read_certificate(certificate_path)
    except OSError as error:
        raise Unavailable(f"{error.filename} cannot be read or written: {error.strerror}") from None
    if certificate.public_key() != key.public_key():
        raise Unavailable(_lost(key_path, certificate_path))
    if certificate.not_valid_after_utc <= clock.now():
        raise Unavailable(
            f"{certificate_path} has expired: remove it to have a new one made, and trust that one"
        )
    return Authority(certificate, key)


def ensure_certificate(
    authority: Authority,
    path: Path,
    names: Iterable[str],
    *,
    clock: Clock,
    life: timedelta = LONGEST_LIFE,
) -> CertificateAndKey:
    """The server certificate at ``path``; a new one where it is missing, damaged, due for renewal, for
    other names or from another authority.

    Raises Invalid as ``Authority.issue``; Unavailable when the file cannot be read or written.
    """
    wanted = tuple(names)
    try:
        current = _read_pair(path, authority)
        if current is not None and not needs_renewal(current.leaf, wanted, clock.now()):
            return current
        fresh = authority.issue(wanted, now=clock.now(), life=life)
        write_atomically(path, fresh.certificate + fresh.key, mode=0o600)
    except OSError as error:
        raise Unavailable(f"{path} cannot be read or written: {error.strerror}") from None
    return fresh


def _read_pair(path: Path, authority: Authority) -> CertificateAndKey | None:
    """The pair at ``path``, or None when there is none that is whole and from ``authority``."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    try:
        certificate = x509.load_pem_x509_certificate(content)
        certificate.verify_directly_issued_by(authority.certificate)
        key = serialization.load_pem_private_key(content, None)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
        return None
    return CertificateAndKey(certificate.public_bytes(serialization.Encoding.PEM), key_pem(key))


def _read_key(path: Path) -> ec.EllipticCurvePrivateKey:
    if path.stat().st_mode & 0o077:
        raise Unavailable(f"{path} can be read by other users: run chmod 600 {path}")
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise Unavailable(f"{path} is damaged: put it back from your backup") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise Unavailable(f"{path} is not a key that Doorward made: put that one back from your backup")
    return key


def _read_certificate(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except ValueError:
        raise Unavailable(f"{path} is damaged: remove it to have it made again from the key") from None


def _lost(key: Path, certificate: Path) -> str:
    return (
        f"{key} is not the key of {certificate}: put the key back from your backup, or remove both to have "
        "a new authority made, and trust that one"
    )
