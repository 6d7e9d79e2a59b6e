from __future__ import annotations

import pytest

from doorward.model.errors import Invalid
from doorward.model.rule import Selector
from doorward.policy.expression import ClaimEquals
from doorward.policy.selectors import upn
from tests.policy.said import machine, nobody, person

ADA = Selector("upn", "ada@corp.com")


def test_a_name_is_spelt_in_lower_case() -> None:
    assert upn.parse(" Ada@Corp.com ", "f") == "ada@corp.com"
    assert upn.parse("eve_home.com#EXT#@corp.com", "f") == "eve_home.com#ext#@corp.com"


@pytest.mark.parametrize(
    "value", ["", "ada", "@corp.com", "ada@", "a@b@c", "a b@c", "ä@c.de", "a" * 320 + "@c"]
)
def test_what_cannot_be_one_is_refused(value: str) -> None:
    with pytest.raises(Invalid, match="is not a user principal name"):
        upn.parse(value, "f")


def test_only_the_whole_name_matches_and_an_address_is_no_substitute() -> None:
    assert upn.matches(ADA, person("other@corp.com", upn="ada@corp.com"))
    assert not upn.matches(ADA, person("ada@corp.com"))
    assert not upn.matches(ADA, person(upn="ada@corp.com.evil"))
    assert not upn.matches(ADA, machine())
    assert not upn.matches(ADA, nobody())


def test_the_data_plane_compares_the_upn_claim() -> None:
    assert upn.expression(ADA) == ClaimEquals("upn", "ada@corp.com")
