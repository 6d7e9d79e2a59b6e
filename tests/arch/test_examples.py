"""The examples in the documentation are what they say: a YAML block begins with its file's name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from doorward.declaration import parse
from doorward.settings import load_settings
from tests.arch.places import ROOT, our_files
from tests.certificates import Authority

BLOCK = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CORP = Authority.named("Corp CA")
SECRET = "words that are long enough for every secret"
NAME = re.compile(r"# (access|doorward)\.yaml\b")


def examples() -> Iterator[tuple[str, str]]:
    """Every YAML block of our pages, with where it stands."""
    for page in our_files():
        if page.suffix == ".md":
            for number, block in enumerate(BLOCK.findall(page.read_text()), start=1):
                yield f"{page.relative_to(ROOT)}, block {number}", block


def _file(name: str) -> str:
    """What an example would have beside it."""
    if ".crl" in name:
        return CORP.crl()
    return CORP.pem if name.endswith("ca.pem") else SECRET


@pytest.mark.parametrize(("place", "text"), tuple(examples()))
def test_an_example_is_accepted_by_what_it_is_for(place: str, text: str, tmp_path: Path) -> None:
    name = NAME.match(text)
    assert name, f"{place}: begin with '# access.yaml' or '# doorward.yaml'"
    if name[1] == "access":
        environment = dict.fromkeys(re.findall(r"_env: (\w+)", text), SECRET)
        parse(text, read_file=_file, environment=environment)
    else:
        file = tmp_path / "doorward.yaml"
        file.write_text(text)
        load_settings({}, {}, file=file)
