from __future__ import annotations

import pytest

from doorward.model.errors import Invalid
from doorward.model.rule import Selector
from doorward.policy.expression import ClaimEquals
from doorward.policy.selectors import identity_provider
from tests.policy.said import machine, nobody, person

ENTRA = Selector("identity_provider", "entra")


def test_the_value_is_an_id() -> None:
    assert identity_provider.parse("entra", "f") == "entra"
    with pytest.raises(Invalid, match="is not a name"):
        identity_provider.parse("Entra ID", "f")


def test_only_people_of_that_provider_match() -> None:
    assert identity_provider.matches(ENTRA, person(provider="entra"))
    assert not any(
        identity_provider.matches(ENTRA, request)
        for request in (person(provider="people"), machine(), nobody())
    )


def test_the_data_plane_compares_the_idp_claim() -> None:
    assert identity_provider.expression(ENTRA) == ClaimEquals("idp", "entra")
