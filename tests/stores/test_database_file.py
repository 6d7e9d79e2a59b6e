"""The file is checked before it is opened, and what is damaged is left as it is."""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from doorward.model.errors import Invalid, Unavailable
from doorward.stores.database_file import prepare
from tests.bootstrap.users import as_somebody, give_away
from tests.nouns import session
from tests.stores.files import IMPATIENT, opened

# What a person without rights hears about a path; run as another user, because root may do anything.
ASK_AS_SOMEBODY = """
    import sys, datetime, pathlib, doorward.stores.database_file, doorward.model.errors as errors
    try:
        doorward.stores.database_file.prepare(
            pathlib.Path(sys.argv[1]), patience=datetime.timedelta(seconds=1)
        )
    except errors.AccessError as error:
        print(type(error).__name__, error)
"""


def database(folder: Path, *, sessions: int = 40) -> Path:
    """A database of Doorward's with something on many pages."""
    path = folder / "doorward.db"

    async def fill() -> None:
        async with opened(path) as stores:
            for number in range(sessions):
                made = session(f"s{number}", email="a" * 2000)
                await stores.sessions.create(made, secret_hash=str(number))

    asyncio.run(fill())
    return path


def everything(folder: Path) -> dict[str, bytes]:
    """What is in a folder, byte by byte.

    Looking at a database makes it an index (-shm) and an empty log (-wal), which hold nothing.
    """
    contents = {path.name: path.read_bytes() for path in folder.iterdir()}
    return {
        name: held
        for name, held in contents.items()
        if not name.endswith("-shm") and not (name.endswith("-wal") and not held)
    }


def refuse(path: Path) -> str:
    """Open what cannot be opened; return the sentence. Nothing in the folder may have changed."""

    async def run() -> None:
        async with opened(path):
            pass

    before = everything(path.parent)
    with pytest.raises((Invalid, Unavailable)) as refusal:
        asyncio.run(run())
    assert everything(path.parent) == before
    return str(refusal.value)


def test_a_new_file_is_empty_and_for_this_user_only_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o000)
    try:
        prepare(tmp_path / "a.db", patience=IMPATIENT)
    finally:
        os.umask(before)
    assert (tmp_path / "a.db").read_bytes() == b""
    assert stat.S_IMODE((tmp_path / "a.db").stat().st_mode) == 0o600


def test_an_empty_file_is_a_new_database(tmp_path: Path) -> None:
    (tmp_path / "a.db").touch()

    async def run() -> None:
        async with opened(tmp_path / "a.db") as stores:
            assert (await stores.configurations.load())[1] == 0

    asyncio.run(run())


def test_checking_changes_nothing(tmp_path: Path) -> None:
    path = database(tmp_path)
    before = everything(tmp_path)
    prepare(path, patience=IMPATIENT)
    assert everything(tmp_path) == before


def test_a_file_that_is_no_database_is_named_and_kept(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_text("my holiday pictures")
    sentence = refuse(tmp_path / "a.db")
    assert sentence.startswith(f"{tmp_path}/a.db: is not a database, or its beginning is damaged")
    assert "put a backup in its place, or give another data folder" in sentence


def test_random_bytes_are_refused_and_kept(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_bytes(random.Random(1).randbytes(100_000))
    assert "is not a database" in refuse(tmp_path / "a.db")


@pytest.mark.parametrize("size", [5, 16, 50, 100, 1000, 4096, 40_000])
def test_a_database_that_was_cut_off_is_refused_and_kept(tmp_path: Path, size: int) -> None:
    path = database(tmp_path)
    os.truncate(path, size)
    assert "left as it is" in refuse(path)


def test_a_database_with_damaged_pages_is_refused_and_kept(tmp_path: Path) -> None:
    path = database(tmp_path)
    contents = bytearray(path.read_bytes())
    for page in range(8, len(contents) // 4096):
        contents[page * 4096 : page * 4096 + 64] = random.Random(page).randbytes(64)
    path.write_bytes(contents)
    sentence = refuse(path)
    assert sentence.startswith(f"{path}: the database is damaged and was left as it is")
    assert "put a backup in its place" in sentence


def test_damage_is_kept_as_it_is_beside_a_log_that_was_not_yet_merged(tmp_path: Path) -> None:
    source = tmp_path / "source"
    target = tmp_path / "target"
    source.mkdir()
    target.mkdir()
    path = database(source)

    async def leave_a_log() -> None:
        async with opened(path) as stores:
            await stores.sessions.create(session("last"), secret_hash="last")
            for name in ("doorward.db", "doorward.db-wal"):
                (target / name).write_bytes((source / name).read_bytes())

    asyncio.run(leave_a_log())
    contents = bytearray((target / "doorward.db").read_bytes())
    contents[8 * 4096 : 12 * 4096] = random.Random(1).randbytes(4 * 4096)
    (target / "doorward.db").write_bytes(contents)
    before = everything(target)
    with pytest.raises(Invalid, match="damaged"):
        prepare(target / "doorward.db", patience=IMPATIENT)
    assert everything(target) == before


def test_an_empty_log_without_its_database_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "a.db-wal").touch()
    prepare(tmp_path / "a.db", patience=IMPATIENT)
    prepare(tmp_path / "a.db", patience=IMPATIENT)
    assert (tmp_path / "a.db").read_bytes() == b""


@pytest.mark.parametrize("main", [None, b""], ids=["missing", "empty"])
def test_a_log_without_its_database_is_refused_and_kept(tmp_path: Path, main: bytes | None) -> None:
    (tmp_path / "a.db-wal").write_bytes(b"what was written last")
    if main is not None:
        (tmp_path / "a.db").write_bytes(main)
    assert "a.db-wal" in refuse(tmp_path / "a.db")


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="data: No such file or directory: make the folder"):
        prepare(tmp_path / "data" / "a.db", patience=IMPATIENT)


def test_a_file_in_the_folders_place_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    with pytest.raises(Unavailable, match="data is not a folder: remove it"):
        prepare(tmp_path / "data" / "a.db", patience=IMPATIENT)


def test_a_folder_in_the_files_place_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.db").mkdir()
    with pytest.raises(Invalid, match=r"a\.db: is not a file: remove it"):
        prepare(tmp_path / "a.db", patience=IMPATIENT)


@pytest.mark.parametrize("mode", [0o000, 0o500, 0o300])
def test_a_folder_without_rights_is_named_with_what_to_change(tmp_path: Path, mode: int) -> None:
    folder = tmp_path / "data"
    folder.mkdir(mode=mode)
    give_away(folder)
    folder.chmod(mode)
    said = as_somebody(ASK_AS_SOMEBODY, str(folder / "a.db"))
    assert said.startswith(f"Unavailable {folder} may not be read and written by this user: change its")
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("mode", [0o000, 0o400, 0o200])
def test_a_file_without_rights_is_named_with_what_to_change(tmp_path: Path, mode: int) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    path = database(folder, sessions=0)
    before = path.read_bytes()
    for owned in (path, folder):
        give_away(owned)
    path.chmod(mode)
    said = as_somebody(ASK_AS_SOMEBODY, str(path))
    assert said.startswith(f"Unavailable {path} may not be read and written by this user: change its")
    path.chmod(0o600)
    assert path.read_bytes() == before


def test_a_database_that_another_program_keeps_to_itself_is_named(tmp_path: Path) -> None:
    path = database(tmp_path, sessions=0)

    async def run() -> None:
        async with opened(path, patience=IMPATIENT):
            pass

    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable, match=r"doorward\.db: the database is locked by another program"):
            asyncio.run(run())
