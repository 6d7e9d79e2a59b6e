"""Only what differs is written."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from doorward.stores.changes import Changes, changes
from doorward.stores.mapping.rows import Row
from doorward.stores.tables import application_policies, tunnels

A: Row = {"id": "a", "name": "one"}
B: Row = {"id": "b", "name": "two"}
C: Row = {"id": "c", "name": "three"}

tables_of_rows = st.lists(
    st.fixed_dictionaries({"id": st.sampled_from("abcd"), "name": st.sampled_from("xy")}),
    unique_by=lambda row: row["id"],
)


def test_equal_rows_need_nothing() -> None:
    assert changes(tunnels, [A, B], [B, A]) == Changes(removed=[], written=[])


def test_a_row_that_came_is_written_and_one_that_went_is_removed() -> None:
    assert changes(tunnels, [A, B], [B, C]) == Changes(removed=[{"id": "a"}], written=[C])


def test_a_row_that_changed_is_removed_and_written() -> None:
    changed = {**A, "name": "other"}
    assert changes(tunnels, [A, B], [changed, B]) == Changes(removed=[{"id": "a"}], written=[changed])


def test_a_key_of_two_columns_is_named_whole() -> None:
    rows = [{"application": "app", "position": n, "id": f"p{n}"} for n in range(2)]
    found = changes(application_policies, rows, rows[:1])
    assert found == Changes(removed=[{"application": "app", "position": 1}], written=[])


@given(stored=tables_of_rows, wanted=tables_of_rows)
def test_removing_and_writing_leads_to_the_wanted_rows(stored: list[Row], wanted: list[Row]) -> None:
    found = changes(tunnels, stored, wanted)
    rows = {row["id"]: row for row in stored}
    for key in found.removed:
        del rows[key["id"]]
    for row in found.written:
        assert row["id"] not in rows
        rows[row["id"]] = row
    assert rows == {row["id"]: row for row in wanted}
