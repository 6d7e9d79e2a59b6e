from __future__ import annotations

import pytest

from doorward.model.errors import Invalid
from doorward.model.ids import IdentityProviderId
from doorward.model.rule import Selector
from doorward.policy.expression import NEVER, And, ClaimContains, ClaimEquals
from doorward.policy.selectors import auth_context
from tests.policy.said import machine, nobody, person

ENTRA = IdentityProviderId("entra")
STRONG = Selector("auth_context", "c1", ENTRA)


@pytest.mark.parametrize(("value", "spelt"), [("c1", "c1"), (" C25 ", "c25"), ("c99", "c99")])
def test_an_id_is_spelt_in_lower_case(value: str, spelt: str) -> None:
    assert auth_context.parse(value, "f") == spelt


@pytest.mark.parametrize("value", ["", "c", "c0", "c100", "1", "c1 c2", "mfa"])
def test_what_is_no_id_is_refused(value: str) -> None:
    with pytest.raises(Invalid, match="c1 to c99"):
        auth_context.parse(value, "f")


def test_a_context_counts_only_from_the_provider_that_is_named() -> None:
    assert auth_context.matches(STRONG, person(provider="entra", contexts=["c1", "c2"]))
    assert not auth_context.matches(STRONG, person(provider="entra", contexts=["c2"]))
    assert not auth_context.matches(STRONG, person(provider="people", contexts=["c1"]))
    assert not auth_context.matches(STRONG, machine())
    assert not auth_context.matches(STRONG, nobody())


def test_a_context_of_nobody_in_particular_never_matches() -> None:
    anybodys = Selector("auth_context", "c1")
    assert not auth_context.matches(anybodys, person(contexts=["c1"]))
    assert auth_context.expression(anybodys) == NEVER


def test_the_data_plane_looks_into_the_acrs_claim_and_at_the_provider() -> None:
    listed = ClaimContains("acrs", "c1")
    assert auth_context.expression(STRONG) == And((listed, ClaimEquals("idp", "entra")))
