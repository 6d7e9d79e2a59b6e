from __future__ import annotations

import pytest

from doorward.model.errors import Invalid
from doorward.model.rule import Selector
from doorward.policy.expression import ClaimPresent
from doorward.policy.selectors import any_service_token
from tests.policy.said import machine, nobody, person

ANY = Selector("any_service_token")


def test_any_service_token_takes_no_value() -> None:
    assert any_service_token.parse("", "f") == ""
    with pytest.raises(Invalid, match="use service_token for a certain one"):
        any_service_token.parse("ci", "f")


def test_any_machine_matches_and_no_person() -> None:
    assert any_service_token.matches(ANY, machine("ci"))
    assert not any(any_service_token.matches(ANY, request) for request in (person(), nobody()))


def test_the_data_plane_looks_for_the_service_token_claim() -> None:
    assert any_service_token.expression(ANY) == ClaimPresent("service_token")
