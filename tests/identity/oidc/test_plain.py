from __future__ import annotations

import pytest

from doorward.identity.oidc.plain import plain


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("consent denied", "consent denied"),
        ("two\r\nlines\tand\x00more\x1b[31m", "two lines and more [31m"),
        ("left\u202eto right", "left to right"),
        ("\ud800", ""),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        (None, ""),
        (["a"], ""),
        (17, ""),
    ],
)
def test_text_is_one_printable_line(given: object, shown: str) -> None:
    assert plain(given) == shown


def test_long_text_is_cut() -> None:
    assert plain("x" * 1_000_000) == "x" * 199 + "…"
    assert plain("x" * 200) == "x" * 200
