"""An access file on its way to the control plane, with what it refers to."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from doorward.bootstrap.client import ApiClient
from doorward.declaration import parse
from doorward.model.errors import Unavailable


def send_file(data: Path, file: Path, *, dry_run: bool, based_on: int | None = None) -> dict[str, Any]:
    """Send the file, ``-`` for standard input, and return what came of it. ``based_on`` is the revision that
    it was made from, where nobody may have changed anything since.

    Raises DeclarationInvalid for a wrong file, Unavailable, and what the API tells.
    """
    name, text = _read(file)
    files, environment = _collect(name, text, file.parent)
    body: dict[str, object] = {
        "name": name,
        "text": text,
        "files": files,
        "environment": environment,
        "dry_run": dry_run,
        "based_on": based_on,
    }
    outcome: dict[str, Any] = ApiClient(data).post("/configuration", body)
    return outcome


def _read(file: Path) -> tuple[str, str]:
    if str(file) == "-":
        return "standard input", sys.stdin.read()
    try:
        return str(file), file.read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise Unavailable(f"{file} cannot be read: {reason}") from None


def _collect(name: str, text: str, folder: Path) -> tuple[dict[str, str], dict[str, str]]:
    """The texts of the files and variables that the file names: they are read here, where the
    person is, and not by the control plane. Raises DeclarationInvalid for a wrong file."""
    files: dict[str, str] = {}
    environment = _Watched(os.environ)

    def read(path: str) -> str:
        files[path] = (folder / path).read_text(encoding="utf-8")
        return files[path]

    parse(text, file=name, read_file=read, environment=environment)
    return files, environment.asked


class _Watched(Mapping[str, str]):
    """The environment, remembering what was asked for."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values
        self.asked: dict[str, str] = {}

    def __getitem__(self, key: str) -> str:
        self.asked[key] = self._values[key]
        return self.asked[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)
