"""The mapping of signing keys."""

from __future__ import annotations

from hypothesis import given

from doorward.ports.stores import SigningKey
from doorward.stores.mapping.signing_keys import from_row, to_row
from doorward.stores.tables import signing_keys as table
from tests.stores.mapping.rows import stored
from tests.strategies import signing_keys


@given(key=signing_keys)
def test_what_goes_in_comes_out(key: SigningKey) -> None:
    assert from_row(stored(table, to_row(key))) == key
