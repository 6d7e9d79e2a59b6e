"""The mapping of lists."""

from __future__ import annotations

import pytest
from hypothesis import given

from doorward.model.ids import ListId
from doorward.model.named_list import ListKind, NamedList
from doorward.stores.mapping.named_lists import from_row, to_row
from doorward.stores.tables import named_lists as table
from tests.stores.mapping.rows import stored
from tests.strategies import named_lists


@given(each=named_lists)
def test_what_goes_in_comes_out(each: NamedList) -> None:
    assert from_row(stored(table, to_row(each, position=3))) == each


def test_a_list_of_a_kind_that_is_not_known_is_not_read() -> None:
    row = to_row(NamedList(id=ListId("a"), kind=ListKind.IP), position=0) | {"kind": "country"}
    with pytest.raises(ValueError, match="country"):
        from_row(stored(table, row))
