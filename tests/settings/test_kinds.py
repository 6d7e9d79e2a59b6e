"""Values of each kind: what is taken, and what is said of the rest."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from doorward.settings.kinds import Address, Count, Endpoint, Hostname, Networks, Port, PortOrNone

KINDS: dict[str, TypeAdapter[object]] = {
    "port": TypeAdapter(Port),
    "port or none": TypeAdapter(PortOrNone),
    "count": TypeAdapter(Count),
    "hostname": TypeAdapter(Hostname),
    "address": TypeAdapter(Address),
    "endpoint": TypeAdapter(Endpoint),
    "networks": TypeAdapter(Networks),
}


@pytest.mark.parametrize(
    ("kind", "given", "taken"),
    [
        ("port", 1, 1),
        ("port", 65_535, 65_535),
        ("port", "8443", 8443),
        ("port or none", None, None),
        ("port or none", "None", None),
        ("port or none", "9180", 9180),
        ("count", 256, 256),
        ("hostname", "localhost", "localhost"),
        ("hostname", "Example.COM.", "example.com"),
        ("hostname", "1st.example.com", "1st.example.com"),
        ("hostname", "xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("address", "localhost", "localhost"),
        ("address", "0.0.0.0", "0.0.0.0"),
        ("address", "2001:DB8::0", "2001:db8::"),
        ("endpoint", "", ""),
        ("endpoint", "Relay.example.com:7844", "relay.example.com:7844"),
        ("endpoint", "192.0.2.1:1", "192.0.2.1:1"),
        ("endpoint", "[2001:db8::1]:7844", "[2001:db8::1]:7844"),
        ("networks", "", ()),
        ("networks", [], ()),
        ("networks", "192.0.2.10", ("192.0.2.10/32",)),
        ("networks", "192.0.2.0/28, 2001:DB8::/64 192.0.2.0/28", ("192.0.2.0/28", "2001:db8::/64")),
        ("networks", ["10.0.0.0/8", "::1"], ("10.0.0.0/8", "::1/128")),
    ],
)
def test_a_good_value_is_taken_in_its_canonical_spelling(kind: str, given: object, taken: object) -> None:
    assert KINDS[kind].validate_python(given) == taken


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        *(
            ("port", bad)
            for bad in (0, -1, 65_536, "0", "http", "", "8443.0", 8443.5, True, None, [1], "٣", "9" * 99)
        ),
        *(("port or none", bad) for bad in (0, "nothing", False)),
        *(("count", bad) for bad in (0, 257, "two")),
        *(
            ("hostname", bad)
            for bad in ("", ".", "a b", "-a.example", "a..b", "a" * 64, "https://a.example", 7)
        ),
        *(
            ("hostname", bad)
            for bad in ("127.0.0.1", "example.com:443", "*.example.com", "bücher.example", None)
        ),
        *(("hostname", bad) for bad in ("a.example\n", ".".join(["a"] * 128))),
        *(("address", bad) for bad in ("", "example.com", "127.0.0.256", "[::1]", 7, None, "127.0.0.1:8443")),
        *(("endpoint", bad) for bad in ("relay", "relay:", ":7844", "relay:0", "relay:65536", "a b:1", 7)),
        *(
            ("endpoint", bad)
            for bad in ("2001:db8::1:7844", "[192.0.2.1]:1", "[relay]:1", "relay:1:2", "relay:-1")
        ),
        *(("networks", bad) for bad in ("balancer", "10.0.0.0/33", "fe80::1%eth0", 7, None, [7], {"a": 1})),
        *(("networks", bad) for bad in ("0.0.0.0/0", "::/0", "10.0.0.0/8,garbage", ["10.0.0.0/8", ""])),
    ],
)
def test_a_bad_value_is_shown_and_what_is_allowed_is_said(kind: str, given: object) -> None:
    with pytest.raises(ValidationError) as caught:
        KINDS[kind].validate_python(given)
    message = caught.value.errors()[0]["msg"]
    assert ": use " in message
    assert "\n" not in message
    assert len(message) < 300
