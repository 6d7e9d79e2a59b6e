"""The mapping of policies."""

from __future__ import annotations

from hypothesis import given

from doorward.model.policy import Policy
from doorward.stores.mapping.policies import from_row, to_row
from doorward.stores.tables import policies as table
from tests.stores.mapping.rows import stored
from tests.strategies import policies


@given(policy=policies)
def test_what_goes_in_comes_out(policy: Policy) -> None:
    assert from_row(stored(table, to_row(policy, position=3))) == policy
