from __future__ import annotations

import pytest

from doorward.envoy import names
from doorward.envoy.filters import UNTRUSTED_HEADERS, UNTRUSTED_PREFIXES
from doorward.envoy.forwarding import STRIPPED
from doorward.model.errors import Invalid
from doorward.model.header_names import header_name, header_value

OURS = (
    *UNTRUSTED_HEADERS,
    *(f"{prefix}anything" for prefix in UNTRUSTED_PREFIXES),
    *STRIPPED,
    names.SOURCE_HEADER,
    names.ASSERTION_HEADER,
    names.EMAIL_HEADER,
)


@pytest.mark.parametrize("name", OURS)
def test_what_the_edge_writes_or_takes_away_is_nobody_elses_to_set(name: str) -> None:
    with pytest.raises(Invalid, match="is not to be set or removed"):
        header_name(name, field="f")
    with pytest.raises(Invalid, match="is not to be set or removed"):
        header_name(name.title(), field="f", of_people=True)


@pytest.mark.parametrize(
    "name",
    ["Host", "connection", "Transfer-Encoding", "TE", "upgrade", "content-length", "Cookie", "keep-alive"],
)
def test_what_belongs_to_the_protocol_is_left_alone(name: str) -> None:
    with pytest.raises(Invalid, match="belongs to the protocol"):
        header_name(name, field="f")


@pytest.mark.parametrize("name", ["", ":path", "x y", "x_y", "x:", "x\r\ny", "-x", "ü", "x" * 65])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(Invalid, match="is not a header's name"):
        header_name(name, field="f")


def test_names_are_kept_in_lower_case() -> None:
    assert header_name("X-Api-Key", field="f") == "x-api-key"
    assert header_name("Authorization", field="f") == "authorization"


def test_headers_about_people_may_be_called_as_other_proxies_call_them() -> None:
    assert header_name("X-Forwarded-User", field="f", of_people=True) == "x-forwarded-user"
    with pytest.raises(Invalid):
        header_name("x-forwarded-user", field="f")
    with pytest.raises(Invalid, match="the client's own"):
        header_name("authorization", field="f", of_people=True)


@pytest.mark.parametrize("value", ["", " a", "a\r\nx: y", "a\nb", "ü", "a\0", "a" * 1025, "\t"])
def test_a_value_is_one_line_of_visible_ascii(value: str) -> None:
    with pytest.raises(Invalid):
        header_value(value, field="f")


def test_a_value_is_kept_as_it_is() -> None:
    assert header_value('100% of "it"; a=b', field="f") == '100% of "it"; a=b'
