"""The data folder: everything that Doorward keeps on this machine, for one user and one supervisor.

::

    audit/             the audit log
    doorward.db        the database
    doorward.lock      held while a supervisor runs; names its process
    keys/              the master key, the certificate authority
    logs/              what each part printed
    run/               sockets and the supervisor's report; worthless when nothing runs
"""

from __future__ import annotations

import fcntl
import os
import stat
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from doorward.bootstrap.data_folder_files import create_atomically
from doorward.bootstrap.key_files import KEY_BYTES, new_key_text, read_key
from doorward.model.errors import Unavailable

AUDIT = "audit"
DATABASE = "doorward.db"
LOCK = "doorward.lock"
MASTER_KEY = Path("keys", "master.key")
FOLDERS = (AUDIT, "keys", "logs", "run")

SALT = b"doorward/1"
"""Not secret: keeps what is derived here apart from other programs' use of the same key."""


class DataFolder:
    """An opened data folder. ``path`` is absolute."""

    def __init__(self, path: Path, master_key: bytes, lock: int | None) -> None:
        self.path = path
        self._master_key = master_key
        self._lock = lock

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the folder for a supervisor: create what is missing, lock it, clear away old sockets.

        Raises Unavailable, naming the path and what to do, when the folder is not usable or another
        Doorward uses it.
        """
        path = path.absolute()
        _make_folder(path)
        _check_folder(path)
        lock = _lock(path / LOCK)
        try:
            for name in FOLDERS:
                _make_folder(path / name)
                _check_folder(path / name)
            _remove_sockets(path / "run")
            key = _read_or_create_master_key(path)
        except BaseException:
            os.close(lock)
            raise
        return cls(path, key, lock)

    @classmethod
    def attach(cls, path: Path) -> Self:
        """Open a folder that a supervisor has prepared, for one of its parts. Creates and locks nothing.

        Raises Unavailable when it is not usable.
        """
        path = path.absolute()
        _check_folder(path)
        return cls(path, read_key(path / MASTER_KEY), None)

    @property
    def database(self) -> Path:
        """The file of the SQLite database."""
        return self.path / DATABASE

    @property
    def audit(self) -> Path:
        """Where the segments of the audit log are."""
        return self.path / AUDIT

    @property
    def keys(self) -> Path:
        """Where keys and certificates are."""
        return self.path / "keys"

    @property
    def run(self) -> Path:
        """Where sockets are. Parts run in the data folder and use ``run/x.sock`` from there."""
        return self.path / "run"

    @property
    def logs(self) -> Path:
        """Where parts' output is."""
        return self.path / "logs"

    def derive(self, purpose: str) -> bytes:
        """A 32-byte key for one purpose, from the master key (HKDF-SHA256, RFC 5869).

        Keys for different purposes say nothing about each other or about the master key.
        """
        return HKDF(SHA256(), KEY_BYTES, SALT, purpose.encode()).derive(self._master_key)

    def close(self) -> None:
        """Let another supervisor have the folder."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except FileExistsError:
        raise Unavailable(f"{path} is not a folder: give another data folder with --data") from None
    except OSError as error:
        problem = f"{path} cannot be created ({error.strerror}): give another data folder with --data"
        raise Unavailable(problem) from None


def _check_folder(path: Path) -> None:
    """Refuse a folder that others could put things into, or that this user cannot use."""
    try:
        status = path.stat()
    except FileNotFoundError:
        raise Unavailable(f"{path} does not exist: is Doorward running with this data folder?") from None
    except OSError as error:
        raise Unavailable(f"{path} cannot be read: {error.strerror}") from None
    if not stat.S_ISDIR(status.st_mode):
        raise Unavailable(f"{path} is not a folder: give another data folder with --data")
    if status.st_uid != os.geteuid():
        raise Unavailable(
            f"{path} belongs to user {status.st_uid}, but Doorward runs as user {os.geteuid()}: "
            "run it as that user, or give another data folder with --data"
        )
    if status.st_mode & 0o022:
        raise Unavailable(f"{path} can be written by other users: run chmod go-w {path}")
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        raise Unavailable(f"{path} cannot be read and written by this user: run chmod u+rwx {path}")


def _lock(path: Path) -> int:
    """Hold the lock until the file is closed or the process ends. The file itself stays.

    Children do not inherit it: Python opens files that way (PEP 446).
    """
    try:
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise Unavailable(f"{path} cannot be opened: {error.strerror}") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
    except BlockingIOError:
        holder = os.pread(lock, 32, 0).decode(errors="replace").strip() or "unknown"
        os.close(lock)
        raise Unavailable(
            f"{path.parent} is in use by another Doorward (process {holder}): "
            "stop it, or give another data folder with --data"
        ) from None
    except OSError as error:
        os.close(lock)
        raise Unavailable(f"{path} cannot be locked: {error.strerror}") from None
    return lock


def _remove_sockets(run: Path) -> None:
    """Nothing runs while the lock is ours: a socket here is what a killed process left."""
    for path in run.iterdir():
        if path.is_socket():
            path.unlink()


def _read_or_create_master_key(folder: Path) -> bytes:
    path = folder / MASTER_KEY
    if not path.exists():
        if (folder / DATABASE).exists():
            raise Unavailable(
                f"{path} is missing, and without it the secrets in {folder / DATABASE} cannot be read: "
                "put the key back from your backup, or start with another data folder"
            )
        try:
            create_atomically(path, new_key_text(), mode=0o600)
        except OSError as error:
            raise Unavailable(f"{path} cannot be written: {error.strerror}") from None
    return read_key(path)
