from __future__ import annotations

import pytest

from doorward.model.errors import Invalid
from doorward.model.ids import IdentityProviderId
from doorward.model.rule import Selector
from doorward.policy.expression import And, ClaimContains, ClaimEquals
from doorward.policy.selectors import claim
from tests.policy.said import machine, nobody, person

ENTRA = IdentityProviderId("entra")
FINANCE = Selector("claim", "department=Finance")


def test_name_and_value_lose_the_blanks_around_them() -> None:
    assert claim.parse(" department = Finance and Law ", "f") == "department=Finance and Law"
    assert claim.parse("tag=a=b", "f") == "tag=a=b"


@pytest.mark.parametrize("value", ["", "department", "=Finance", "department=", "a=\n", "x=" + "y" * 512])
def test_what_lacks_a_name_or_a_value_is_refused(value: str) -> None:
    with pytest.raises(Invalid, match="write name=value"):
        claim.parse(value, "f")


def test_name_and_value_must_both_be_it() -> None:
    assert claim.matches(FINANCE, person(claims=[("department", "IT"), ("department", "Finance")]))
    assert not claim.matches(FINANCE, person(claims=[("department", "finance"), ("office", "Finance")]))
    assert not claim.matches(FINANCE, machine())
    assert not claim.matches(FINANCE, nobody())


def test_a_narrowed_claim_is_that_of_one_provider() -> None:
    narrowed = Selector("claim", "department=Finance", ENTRA)
    assert claim.matches(narrowed, person(provider="entra", claims=[("department", "Finance")]))
    assert not claim.matches(narrowed, person(provider="people", claims=[("department", "Finance")]))


def test_the_data_plane_looks_into_the_claims_claim_and_at_the_provider() -> None:
    listed = ClaimContains("claims", "department=Finance")
    assert claim.expression(FINANCE) == listed
    narrowed = Selector("claim", "department=Finance", ENTRA)
    assert claim.expression(narrowed) == And((listed, ClaimEquals("idp", "entra")))
