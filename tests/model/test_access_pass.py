from __future__ import annotations

from dataclasses import replace

import pytest

from tests.ports.test_passes import PHONE


@pytest.mark.parametrize(
    ("path", "opens"),
    [
        ("/dav", True),
        ("/dav/calendar", True),
        ("/dav/", True),
        ("/api/v1", True),
        ("/davx", False),
        ("/", False),
        ("/DAV", False),
        ("/x/dav", False),
        ("", False),
    ],
)
def test_a_pass_for_some_paths_opens_those_and_what_is_below(path: str, *, opens: bool) -> None:
    assert PHONE.opens(path) is opens


def test_a_pass_without_paths_opens_all_of_the_application() -> None:
    assert replace(PHONE, paths=()).opens("/anything")
