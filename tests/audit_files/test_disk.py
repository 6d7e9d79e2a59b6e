from __future__ import annotations

import os
from pathlib import Path

import pytest

from doorward.audit_files.disk import Disk


def test_everything_is_written_however_little_the_system_takes_at_once(tmp_path: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    with pytest.raises(BrokenPipeError):
        Disk().write(write, b"nobody reads")
    os.close(write)
    descriptor = os.open(tmp_path / "file", os.O_WRONLY | os.O_CREAT)
    Disk().write(descriptor, bytes(3_000_000))
    Disk().sync(descriptor)
    os.close(descriptor)
    assert (tmp_path / "file").stat().st_size == 3_000_000
