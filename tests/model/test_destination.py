from __future__ import annotations

import pytest

from doorward.model.destination import Destination


@pytest.mark.parametrize(
    ("place", "one"),
    [
        (Destination("a.example.com"), True),
        (Destination("a.example.com", "/admin"), True),
        (Destination("*.example.com"), False),
        (Destination("a.example.com", "/*/admin"), False),
        (Destination("a.example.com", "/v-*"), False),
    ],
)
def test_a_link_leads_only_where_nothing_is_left_open(place: Destination, *, one: bool) -> None:
    assert place.is_one_place is one


def test_the_case_of_a_path_makes_no_other_place() -> None:
    assert Destination("a.example.com", "/Admin").key == Destination("a.example.com", "/admin").key
    assert str(Destination("a.example.com", "/Admin")) == "a.example.com/Admin"
