from __future__ import annotations

import pytest

from doorward.model.errors import Invalid
from doorward.policy.bounds import ANYTHING
from doorward.policy.match import Match
from doorward.policy.selectors import common_name
from tests.policy.said import nobody, said
from tests.policy.selectors.certificates import shown

(BUILD,) = said("common_name:build-7")


@pytest.mark.parametrize("value", ["", " build-7", "build-7\n", "a" * 257, "a\0b"])
def test_what_no_certificate_has_is_refused(value: str) -> None:
    assert common_name.parse("Build 7, Corp", "f") == "Build 7, Corp"
    with pytest.raises(Invalid, match="is not a common name"):
        common_name.parse(value, "f")


@pytest.mark.parametrize(
    ("names", "match"),
    [
        (("build-7",), Match.YES),
        (("Build-7",), Match.NO),
        (("build-70",), Match.NO),
        ((), Match.NO),
        (("build-7", "admin"), Match.UNKNOWN),
        (("admin", "build-7"), Match.UNKNOWN),
    ],
)
def test_it_is_the_only_one_letter_for_letter(names: tuple[str, ...], match: Match) -> None:
    assert common_name.matches(BUILD, shown(names=names)) is match


def test_without_a_certificate_nothing_is_known_and_the_data_plane_knows_never() -> None:
    assert common_name.matches(BUILD, nobody()) is Match.UNKNOWN
    assert common_name.bounds(BUILD) == ANYTHING
