"""The mapping of rule groups."""

from __future__ import annotations

from hypothesis import given

from doorward.model.rule import RuleGroup
from doorward.stores.mapping.rule_groups import from_row, to_row
from doorward.stores.tables import rule_groups as table
from tests.stores.mapping.rows import stored
from tests.strategies import rule_groups


@given(group=rule_groups)
def test_what_goes_in_comes_out(group: RuleGroup) -> None:
    assert from_row(stored(table, to_row(group, position=3))) == group
