"""The examples in the documentation are what they say: a YAML block begins with its file's name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from doorward.declaration import parse
from doorward.settings import load_settings
from tests.arch.places import ROOT, our_files

BLOCK = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SECRET = "words that are long enough for every secret"
NAME = re.compile(r"# (access|doorward)\.yaml\b")


def examples() -> Iterator[tuple[str, str]]:
    """Every YAML block of our pages, with where it stands."""
    for page in our_files():
        if page.suffix == ".md":
            for number, block in enumerate(BLOCK.findall(page.read_text()), start=1):
                yield f"{page.relative_to(ROOT)}, block {number}", block


@pytest.mark.parametrize(("place", "text"), tuple(examples()))
def test_an_example_is_accepted_by_what_it_is_for(place: str, text: str, tmp_path: Path) -> None:
    name = NAME.match(text)
    assert name, f"{place}: begin with '# access.yaml' or '# doorward.yaml'"
    if name[1] == "access":
        environment = dict.fromkeys(re.findall(r"_env: (\w+)", text), SECRET)
        parse(text, read_file=lambda _: SECRET, environment=environment)
    else:
        file = tmp_path / "doorward.yaml"
        file.write_text(text)
        load_settings({}, {}, file=file)
