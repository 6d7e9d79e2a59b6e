"""The mapping of the whole configuration."""

from __future__ import annotations

from hypothesis import given

from doorward.model.configuration import Configuration
from doorward.stores.mapping.configuration import LISTS, from_rows, to_rows
from doorward.stores.mapping.organisation import to_columns
from tests.stores.mapping.rows import stored
from tests.strategies import configurations


@given(configuration=configurations)
def test_what_goes_in_comes_out(configuration: Configuration) -> None:
    rows = {table: [stored(table, row) for row in listed] for table, listed in to_rows(configuration).items()}
    assert rows.keys() == set(LISTS)
    found = from_rows(rows, outside=to_columns(configuration))
    assert found == configuration
