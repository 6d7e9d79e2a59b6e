from __future__ import annotations

import pytest

from doorward.model.errors import Invalid
from doorward.model.rule import Selector
from doorward.policy.expression import ClaimEquals
from doorward.policy.selectors import service_token
from tests.policy.said import machine, nobody, person

CI = Selector("service_token", "ci")


def test_the_value_is_an_id() -> None:
    assert service_token.parse("ci", "f") == "ci"
    with pytest.raises(Invalid, match="is not a name"):
        service_token.parse("ci.access", "f")


def test_only_the_holder_of_this_token_matches() -> None:
    assert service_token.matches(CI, machine("ci"))
    assert not any(service_token.matches(CI, request) for request in (machine("cd"), person(), nobody()))


def test_the_data_plane_compares_the_service_token_claim() -> None:
    assert service_token.expression(CI) == ClaimEquals("service_token", "ci")
