from __future__ import annotations

from dataclasses import replace
from urllib.parse import unquote

from hypothesis import given
from hypothesis import strategies as st

from doorward.model.access import Identity
from doorward.model.identity_headers import (
    LONGEST,
    LONGEST_IN_TOKEN,
    fit_into_token,
    identity_headers,
)
from tests.nouns import identity

ADA = replace(
    identity(),
    name="Ada Lovelace",
    upn="ada@corp.com",
    groups=frozenset({"staff", "engineers"}),
    claims=frozenset({("department", "Research"), ("department", "Mills, and more"), ("level", "3")}),
)
EVERYTHING = (
    ("x-department", "claim:department"),
    ("x-groups", "groups"),
    ("x-name", "name"),
    ("x-upn", "upn"),
    ("x-user", "email"),
)


def test_each_fact_has_the_header_that_was_asked_for() -> None:
    assert identity_headers(EVERYTHING, ADA) == {
        "x-department": "Mills%2C and more,Research",
        "x-groups": "engineers,staff",
        "x-name": "Ada Lovelace",
        "x-upn": "ada@corp.com",
        "x-user": "ada@example.com",
    }


def test_what_is_not_known_has_no_header() -> None:
    nobody = replace(identity(), groups=frozenset())
    assert identity_headers(EVERYTHING, nobody) == {"x-user": "ada@example.com"}
    assert identity_headers((("x-odd", "something else"),), ADA) == {}


def test_a_name_with_a_line_end_writes_no_other_header() -> None:
    eve = replace(ADA, name="Eve\r\nX-Groups: admins", groups=frozenset({"a\nb", "c"}))
    found = identity_headers(EVERYTHING, eve)
    assert found["x-name"] == "Eve%0D%0AX-Groups: admins"
    assert found["x-groups"] == "a%0Ab,c"


groups = st.frozensets(st.text(min_size=1).map(str.strip).filter(bool), max_size=5)


@given(groups=groups)
def test_every_value_can_be_read_back_and_none_passes_for_two(groups: frozenset[str]) -> None:
    text = identity_headers((("x-groups", "groups"),), replace(ADA, groups=groups)).get("x-groups", "")
    assert text.isascii()
    assert text.isprintable()
    assert [unquote(item) for item in text.split(",")] == (sorted(groups) or [""])


def many(count: int) -> Identity:
    return replace(ADA, groups=frozenset(f"group-{number:05}" for number in range(count)))


def test_too_many_groups_are_none_rather_than_some() -> None:
    fitting = LONGEST // len("group-00000,")
    assert len(identity_headers((("x-groups", "groups"),), many(fitting))["x-groups"]) <= LONGEST
    assert identity_headers((("x-groups", "groups"),), many(fitting + 1)) == {}


def test_a_token_carries_what_a_cookie_can_hold() -> None:
    assert fit_into_token({})
    assert fit_into_token({"x": "a" * (LONGEST_IN_TOKEN - 1)})
    assert not fit_into_token({"x": "a" * LONGEST_IN_TOKEN})
