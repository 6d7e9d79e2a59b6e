"""The reference page says of every setting what the code does."""

from __future__ import annotations

import re

from doorward.settings import Settings
from tests.arch.places import DOCS

ROW = re.compile(r"^\| `(\w+)` \| `([^`]*)` \| (.+) \| (.+) \|$", re.MULTILINE)


def rows() -> dict[str, tuple[str, str, str]]:
    """Default, allowed values and meaning of each setting on the page."""
    text = (DOCS / "reference" / "settings.md").read_text()
    return {name: (default, allowed, meaning) for name, default, allowed, meaning in ROW.findall(text)}


def test_the_page_has_a_row_for_each_setting_and_no_other() -> None:
    assert list(rows()) == list(Settings.model_fields)


def test_each_row_has_the_default_and_the_meaning_that_the_code_has() -> None:
    said = {name: (default, meaning) for name, (default, _, meaning) in rows().items()}
    assert said == {
        name: (str(field.default or "none"), field.description)
        for name, field in Settings.model_fields.items()
    }


def test_each_row_says_what_is_allowed() -> None:
    limits = {"Port": "1 to 65535", "PortOrNone": "1 to 65535, `none`", "Count": "1 to 256"}
    for name, (_, allowed, _meaning) in rows().items():
        kind = Settings.__annotations__[name]
        assert allowed.startswith(limits.get(kind, "")), name
