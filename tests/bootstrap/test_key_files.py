from __future__ import annotations

from pathlib import Path

import pytest

from doorward.bootstrap.key_files import KEY_BYTES, new_key_text, parse_key, read_key
from doorward.model.errors import Unavailable


def test_a_new_key_is_read_as_it_was_written_and_never_the_same(tmp_path: Path) -> None:
    path = tmp_path / "a.key"
    path.write_bytes(new_key_text())
    path.chmod(0o600)
    assert len(read_key(path)) == KEY_BYTES
    assert parse_key(new_key_text()) != parse_key(new_key_text())


@pytest.mark.parametrize("text", [b"", b"short", b"QUJD", b"not base64 at all !"])
def test_what_is_no_key_is_none(text: bytes) -> None:
    assert parse_key(text) is None


def test_a_damaged_missing_or_open_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.key"
    with pytest.raises(Unavailable, match="cannot be read"):
        read_key(path)
    path.write_bytes(b"damaged")
    path.chmod(0o600)
    with pytest.raises(Unavailable, match="is damaged"):
        read_key(path)
    path.chmod(0o644)
    with pytest.raises(Unavailable, match="run chmod 600"):
        read_key(path)
