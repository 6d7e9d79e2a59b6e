from __future__ import annotations

import time
from ipaddress import ip_address

import pytest

from doorward.model.errors import Invalid
from doorward.model.ids import ListId
from doorward.model.named_list import ListKind, NamedList
from doorward.policy.bounds import ANYTHING
from doorward.policy.named_lists import AT_THE_EDGE, LONGEST, Membership, ip_list_bounds, resolve
from tests.policy.meaning import Facts, holds

OFFICES = NamedList(
    id=ListId("offices"),
    kind=ListKind.IP,
    items=("192.0.2.0/25", "192.0.2.128/25", "198.51.100.7", "2001:db8::/32"),
)
STAFF = NamedList(id=ListId("staff"), kind=ListKind.EMAIL, items=("Ada@Corp.com", "ada@corp.com"))


def members(*lists: NamedList) -> Membership:
    return Membership.of(resolve(lists).values())


def test_items_are_spelt_in_one_way_and_kept_once() -> None:
    found = resolve([STAFF, OFFICES])
    assert found[STAFF.id].items == ("ada@corp.com",)
    assert "198.51.100.7/32" in found[OFFICES.id].items


@pytest.mark.parametrize(
    ("kind", "item"),
    [
        (ListKind.EMAIL, "a@evil.com@corp.com"),
        (ListKind.EMAIL, "\u0430da@corp.com"),
        (ListKind.EMAIL, "192.0.2.7"),
        (ListKind.IP, "ada@corp.com"),
        (ListKind.IP, "10.0.0.1/8"),
        (ListKind.IP, "fe80::1%eth0"),
        (ListKind.IP, "::ffff:192.0.2.7"),
    ],
)
def test_what_does_not_belong_on_a_list_is_refused_with_its_place(kind: ListKind, item: str) -> None:
    good = "ada@corp.com" if kind is ListKind.EMAIL else "192.0.2.1"
    with pytest.raises(Invalid, match=r"lists\[odd\]\.items\[1\]"):
        resolve([NamedList(id=ListId("odd"), kind=kind, items=(good, item))])


def test_an_id_names_one_list() -> None:
    with pytest.raises(Invalid, match="two lists"):
        resolve([STAFF, STAFF])


def test_a_list_has_an_end() -> None:
    items = tuple(f"p{number}@corp.com" for number in range(LONGEST + 1))
    with pytest.raises(Invalid, match="100000 are allowed"):
        resolve([NamedList(id=ListId("long"), kind=ListKind.EMAIL, items=items)])


@pytest.mark.parametrize(
    ("source", "on"),
    [
        ("192.0.2.0", True),
        ("192.0.2.255", True),
        ("192.0.3.0", False),
        ("192.0.1.255", False),
        ("198.51.100.7", True),
        ("198.51.100.8", False),
        ("::ffff:192.0.2.7", True),
        ("2001:db8:ffff::", True),
        ("2001:db9::", False),
        ("::1", False),
    ],
)
def test_a_source_is_on_a_list_that_holds_its_network(source: str, *, on: bool) -> None:
    assert (OFFICES.id in members(OFFICES).lists_of(ip_address(source))) is on
    facts = Facts(ip_address(source))
    found = ip_list_bounds(resolve([OFFICES])[OFFICES.id])
    assert holds(found.certain, facts) is on
    assert found.certain == found.possible


def test_a_person_is_on_the_lists_that_hold_their_address() -> None:
    found = members(STAFF, OFFICES)
    assert found.lists_of(ip_address("192.0.2.1"), "ada@corp.com") == {STAFF.id, OFFICES.id}
    assert found.lists_of(ip_address("10.0.0.1"), "eve@corp.com") == frozenset()
    assert found.lists_of(ip_address("10.0.0.1")) == frozenset()


def test_a_long_list_of_networks_is_left_to_the_control_plane() -> None:
    items = tuple(f"10.{number // 128}.{number % 128 * 2}.0/24" for number in range(AT_THE_EDGE + 1))
    assert ip_list_bounds(NamedList(id=ListId("long"), kind=ListKind.IP, items=items)) == ANYTHING


def test_ten_thousand_items_are_read_in_a_second_and_asked_in_no_time() -> None:
    networks = tuple(f"10.{n // 64 % 256}.{n % 64 * 4}.{n // 16384 * 128}/25" for n in range(10_000))
    emails = tuple(f"person-{number}@corp.com" for number in range(10_000))
    began = time.process_time()
    found = members(
        NamedList(id=ListId("many"), kind=ListKind.IP, items=networks),
        NamedList(id=ListId("people"), kind=ListKind.EMAIL, items=emails),
    )
    read = time.process_time()
    for _ in range(1_000):
        found.lists_of(ip_address("10.9.4.1"), "person-9@corp.com")
    asked = time.process_time()
    assert read - began < 1.0
    assert asked - read < 0.1
