"""The SQLite file before it is opened: is it there, ours, whole, and may it be written?

Rule: nothing here, nor after here, overwrites or deletes a file that was found damaged.
"""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

from doorward.model.errors import Invalid, Unavailable
from doorward.stores.faults import DAMAGED, explain

SQLITE_HEADER = b"SQLite format 3\x00"  # https://sqlite.org/fileformat2.html, 1.3


def prepare(path: Path, *, patience: timedelta) -> None:
    """Make the file (mode 0600) when there is none; check it when there is one.

    The check reads the whole file: about a second for each gigabyte.

    Raises:
        Unavailable: the folder or the file cannot be used, or is locked for longer than ``patience``.
        Invalid: what is there is not a database, or is damaged.
    """
    _check_folder(path.parent)
    if not _exists(path):
        _create(path)
        return
    if _header(path):
        _check_contents(path, patience=patience)
    elif _has_log(path):
        raise Invalid(str(path), f"{DAMAGED} (it is empty, but {_log_of(path).name} is not)")


def _check_folder(folder: Path) -> None:
    with _usable(folder, "make the folder, or give another one"):
        if not stat.S_ISDIR(folder.stat().st_mode):
            raise Unavailable(f"{folder} is not a folder: remove it, or give another one")
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise Unavailable(
            f"{folder} may not be read and written by this user: change its owner or mode, "
            "or give another folder"
        )


def _exists(path: Path) -> bool:
    with _usable(path, "check the owner and mode of the folder"):
        if not path.exists():
            return False
        if not stat.S_ISREG(path.stat().st_mode):
            raise Invalid(str(path), "is not a file: remove it, or give another data folder")
    return True


def _create(path: Path) -> None:
    """An empty file, which SQLite takes for a new database. Its -wal and -shm get the same mode."""
    if _has_log(path):
        raise Invalid(
            str(path),
            f"is missing, but {_log_of(path).name} is there: put the database back beside it, "
            "or move that file away to begin anew",
        )
    with _usable(path, "check the owner and mode of the folder"):
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        except FileExistsError:
            return  # another process made it just now, which is as good
        _keep_name(path.parent)


def _keep_name(folder: Path) -> None:
    """Bring the new name to disk: syncing a file does not sync the folder that names it."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _header(path: Path) -> bytes:
    """The first bytes, which are none for a new database."""
    with _usable(path, "change its owner or mode"):
        if not os.access(path, os.R_OK | os.W_OK):
            raise Unavailable(f"{path} may not be read and written by this user: change its owner or mode")
        with path.open("rb") as file:
            header = file.read(len(SQLITE_HEADER))
    if header not in (b"", SQLITE_HEADER):
        raise Invalid(
            str(path),
            "is not a database, or its beginning is damaged; it was left as it is: "
            "put a backup in its place, or give another data folder",
        )
    return header


def _check_contents(path: Path, *, patience: timedelta) -> None:
    """Ask SQLite whether the file is whole, through a connection that cannot write to it."""
    url = f"file:{quote(str(path))}?mode=ro"
    try:
        with closing(sqlite3.connect(url, uri=True, timeout=patience.total_seconds())) as connection:
            findings = [row[0] for row in connection.execute("PRAGMA quick_check(1)")]
    except sqlite3.Error as error:
        raise explain(error, str(path)) from error
    if findings != ["ok"]:
        raise Invalid(str(path), f"{DAMAGED} ({findings[0]})")


def _has_log(path: Path) -> bool:
    """Whether committed writes may stand in the log. SQLite would delete it as not belonging here."""
    return _log_of(path).exists() and _log_of(path).stat().st_size > 0


def _log_of(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


@contextmanager
def _usable(path: Path, remedy: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unavailable(f"{path}: {error.strerror}: {remedy}") from error
