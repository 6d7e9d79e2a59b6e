from __future__ import annotations

from collections.abc import Mapping

import pytest

from doorward.declaration.errors import DeclarationInvalid
from doorward.declaration.parse import parse
from doorward.model.ids import ListId
from doorward.model.named_list import ListKind, NamedList
from tests.declaration.files import NOTHING, application, declared, merged, problem, said, section

STAFF = section("lists", "{id: staff, kind: email, items: [bob@example.com, Ada@example.com]}")


def of_files(text: str, files: Mapping[str, str]) -> tuple[NamedList, ...] | None:
    return parse(text, read_file=files.__getitem__).lists


def test_items_are_spelt_canonically_sorted_and_each_there_once() -> None:
    written = "{id: nets, name: Offices, kind: ip, items: [203.0.113.7, 2001:db8::/32, 203.0.113.7/32]}"
    assert declared(section("lists", written)).lists == (
        NamedList(
            id=ListId("nets"), name="Offices", kind=ListKind.IP, items=("2001:db8::/32", "203.0.113.7/32")
        ),
    )
    (staff,) = declared(STAFF).lists or ()
    assert staff.items == ("ada@example.com", "bob@example.com")


def test_items_may_stand_in_a_file_one_a_line_with_comments() -> None:
    text = section("lists", "{id: staff, kind: email, items_file: staff.txt}")
    (staff,) = (
        of_files(text, {"staff.txt": "# everybody\r\n\nada@example.com # since May\n  bob@example.com"}) or ()
    )
    assert staff.items == ("ada@example.com", "bob@example.com")


def test_a_wrong_item_is_told_by_its_line_in_either_file() -> None:
    head = "version: 1\nlists:\n  - id: staff\n    kind: email\n"
    (told,) = said(head + "    items:\n      - ada@example.com\n      - ada\n")
    assert told.startswith("access.yaml:7: lists[0].items[1]: 'ada' is not an email address")
    with pytest.raises(DeclarationInvalid) as caught:
        of_files(head + "    items_file: staff.txt\n", {"staff.txt": "ada@example.com\n\n203.0.113.0/24\n"})
    assert str(caught.value).startswith(
        "access.yaml:5: lists[0].items_file: on its line 3, '203.0.113.0/24' is not an email address"
    )


def test_two_lists_do_not_share_an_id() -> None:
    (told,) = said(section("lists", "{id: a, kind: ip, items: []}", "{id: a, kind: email, items: []}"))
    assert told == "access.yaml:4: lists[1].id: 'a' stands on line 3 already: give each its own"


WRONG = [
    ("{id: a, kind: ip}", "items", "is missing: give items or items_file (items: [] for an empty list)"),
    ("{id: a, kind: ip, items: [], items_file: f}", "items_file", "stands beside items: give only one of"),
    ("{id: a, kind: country, items: [DE]}", "kind", "'country' is not a kind of list here"),
    ("{id: a, items: [x]}", "kind", "is missing: this field is required"),
    (
        "{id: a, kind: ip, items: [203.0.113.7/24]}",
        "items[0]",
        "'203.0.113.7/24' sets bits behind its prefix",
    ),
    ("{id: a, kind: email, items: ['a@evil.com@corp.com']}", "items[0]", "is not an email address"),
    ("{id: a, kind: email, items: ['\u0430da@example.com']}", "items[0]", "holds a character that an email"),
]


@pytest.mark.parametrize(("item", "field", "words"), WRONG)
def test_what_is_wrong_with_a_list_is_told(item: str, field: str, words: str) -> None:
    found = problem(section("lists", item))
    assert (found.line, found.field) == (3, f"lists[0].{field}")
    assert words in found.problem


def test_a_list_of_ten_thousand_is_read_and_one_of_too_many_refused() -> None:
    text = section("lists", "{id: a, kind: email, items_file: f}")
    lines = [f"person-{number}@example.com" for number in range(100_001)]
    (found,) = of_files(text, {"f": "\n".join(lines[:10_000])}) or ()
    assert len(found.items) == 10_000
    with pytest.raises(DeclarationInvalid, match="holds 100001 items: 100000 are allowed"):
        of_files(text, {"f": "\n".join(lines)})


def test_a_file_without_the_section_keeps_the_lists_and_one_with_it_is_the_whole_truth() -> None:
    before = merged(STAFF)
    assert merged("version: 1\ntunnels: []\n", before).lists == before.lists
    assert merged("version: 1\nlists: []\n", before).lists == ()


USES_STAFF = "policies: [{action: allow, include: [email_list: staff]}]"


def test_a_rule_that_names_a_list_that_is_not_there_is_told_at_its_line() -> None:
    assert said(application(USES_STAFF), NOTHING) == [
        (
            "access.yaml:3: applications[0].policies[0].include[0].email_list: there is no list 'staff': "
            "add it to lists, or use one of: there is none yet"
        )
    ]


def test_a_list_that_a_policy_names_cannot_be_removed() -> None:
    before = merged(STAFF + application(USES_STAFF).removeprefix("version: 1\n"))
    assert said("version: 1\nlists: []\n", before) == [
        (
            "access.yaml:2: lists: policy 'policy-1' of application 'wiki' uses list 'staff', "
            "which this file removes: keep it, or change that as well"
        )
    ]


def test_a_list_of_people_does_not_stand_in_for_one_of_networks() -> None:
    text = STAFF + application("policies: [{action: bypass, include: [ip_list: staff]}]").removeprefix(
        "version: 1\n"
    )
    (told,) = said(text)
    assert "there is no list of networks 'staff': use one of (there are none)" in told
