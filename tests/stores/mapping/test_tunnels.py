"""The mapping of tunnels."""

from __future__ import annotations

from hypothesis import given

from doorward.model.tunnel import Tunnel
from doorward.stores.mapping.tunnels import from_row, to_row
from doorward.stores.tables import tunnels as table
from tests.stores.mapping.rows import stored
from tests.strategies import tunnels


@given(tunnel=tunnels)
def test_what_goes_in_comes_out(tunnel: Tunnel) -> None:
    assert from_row(stored(table, to_row(tunnel, position=3))) == tunnel
