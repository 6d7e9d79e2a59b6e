"""Where things are in the checkout, for the tests of the repository itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "doorward"
TESTS = ROOT / "tests"
DOCS = ROOT / "docs"

FOLDERS = (".ci", "bench", "docs", "requirements", "scripts", "src", "tests")
NOT_OURS = {"__pycache__", "node_modules", "doorward.egg-info"}


def our_files() -> Iterator[Path]:
    """Every file that people wrote: what stands at the top, and all below ``FOLDERS``.

    In a worktree ``.git`` is a file too, which names a folder of the machine that it is on.
    """
    yield from (path for path in ROOT.iterdir() if path.is_file() and path.name != ".git")
    for folder in FOLDERS:
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and NOT_OURS.isdisjoint(path.parts):
                yield path


def python_files() -> Iterator[Path]:
    """All of our Python."""
    return (path for path in our_files() if path.suffix == ".py")


def source_files() -> Iterator[Path]:
    """The modules of the product, migrations aside: Alembic runs those by file."""
    return (path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts)


def module_name(path: Path) -> str:
    """``src/doorward/a/b.py`` is ``doorward.a.b``."""
    parts = path.relative_to(SOURCE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
