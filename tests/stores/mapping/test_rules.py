"""The mapping of rules."""

from __future__ import annotations

import json

import pytest
from hypothesis import given

from doorward.model.rule import Rules
from doorward.stores.mapping.rules import rules_from_json, rules_to_json
from tests.strategies import rules


@given(value=rules)
def test_what_goes_in_comes_out(value: Rules) -> None:
    assert rules_from_json(json.loads(json.dumps(rules_to_json(value)))) == value


@pytest.mark.parametrize("part", ["include", "require", "exclude"])
def test_a_lost_part_is_an_error_and_not_an_empty_list(part: str) -> None:
    value = rules_to_json(Rules())
    del value[part]
    with pytest.raises(KeyError, match=part):
        rules_from_json(value)
