from __future__ import annotations

import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from doorward.bootstrap.audit_key import FILE, audit_signer, read_audit_signer
from doorward.model.errors import Unavailable


def test_the_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    first = audit_signer(tmp_path, tmp_path / "audit")
    assert audit_signer(tmp_path, tmp_path / "audit").name == first.name == read_audit_signer(tmp_path).name
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


def test_a_lost_key_is_not_replaced_while_there_is_a_log_that_it_signed(tmp_path: Path) -> None:
    audit = tmp_path / "audit"
    audit.mkdir()
    (audit / "000001.jsonl").touch()
    with pytest.raises(Unavailable, match=r"audit\.pem is missing.*put the key back from your backup"):
        audit_signer(tmp_path, audit)
    assert not (tmp_path / FILE).exists()


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    audit_signer(tmp_path, tmp_path / "audit")
    (tmp_path / FILE).chmod(0o644)
    with pytest.raises(Unavailable, match="chmod 600"):
        read_audit_signer(tmp_path)


@pytest.mark.parametrize("text", [b"", b"rubbish"])
def test_a_damaged_key_is_told(tmp_path: Path, text: bytes) -> None:
    (tmp_path / FILE).write_bytes(text)
    (tmp_path / FILE).chmod(0o600)
    with pytest.raises(Unavailable, match="is damaged"):
        read_audit_signer(tmp_path)


def test_a_key_of_another_kind_is_told(tmp_path: Path) -> None:
    pem = X25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / FILE).write_bytes(pem)
    (tmp_path / FILE).chmod(0o600)
    with pytest.raises(Unavailable, match="is no Ed25519 key"):
        read_audit_signer(tmp_path)


def test_where_a_key_cannot_be_written_or_read_the_path_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"nowhere/audit\.pem cannot be written"):
        audit_signer(tmp_path / "nowhere", tmp_path / "audit")
    with pytest.raises(Unavailable, match=r"nowhere/audit\.pem cannot be read"):
        read_audit_signer(tmp_path / "nowhere")
