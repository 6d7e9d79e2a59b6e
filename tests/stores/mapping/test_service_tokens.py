"""The mapping of service tokens."""

from __future__ import annotations

from hypothesis import given

from doorward.model.service_token import ServiceToken
from doorward.stores.mapping.service_tokens import from_row, to_row
from doorward.stores.tables import service_tokens as table
from tests.stores.mapping.rows import stored
from tests.strategies import service_tokens


@given(token=service_tokens)
def test_what_goes_in_comes_out(token: ServiceToken) -> None:
    assert from_row(stored(table, to_row(token, position=3))) == token
