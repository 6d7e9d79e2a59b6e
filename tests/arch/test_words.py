"""Nothing in the repository ties it to one person's machine or to one package server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.arch.places import ROOT, our_files

PICTURES = {".png", ".ico", ".jpg", ".woff2"}
SOMEBODYS_FOLDER = re.compile(r"(?<![\w.~-])/(?:home|root|Users|work)/\w")
PACKAGE_SERVER = re.compile(
    r"registry\.(?:npmjs|yarnpkg)|(?:files\.)?pythonhosted\.org|pypi\.org/simple|deb\.debian\.org"
)


def found(pattern: re.Pattern[str]) -> Iterator[str]:
    """Where the pattern stands: ``file:line``."""
    for path in our_files():
        if path.suffix not in PICTURES:
            for number, line in enumerate(path.read_text().splitlines(), start=1):
                if pattern.search(line):
                    yield f"{path.relative_to(ROOT)}:{number}"


def test_no_file_names_a_folder_of_somebodys_machine() -> None:
    assert list(found(SOMEBODYS_FOLDER)) == []


def test_no_file_names_a_package_server() -> None:
    assert list(found(PACKAGE_SERVER)) == []


@pytest.mark.parametrize("folder", ["home", "root", "Users", "work"])
def test_a_folder_of_somebodys_machine_is_recognised(folder: str) -> None:
    assert SOMEBODYS_FOLDER.search(str(Path("/") / folder / "ada"))
