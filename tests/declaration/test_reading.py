from __future__ import annotations

from collections.abc import Mapping

import pytest

from doorward.declaration.document import read_document
from doorward.declaration.errors import DeclarationInvalid
from doorward.declaration.nodes import places_of
from doorward.declaration.reading import At, Reading, shorten, unknown
from doorward.model.errors import Invalid
from tests.declaration.files import never


def at(text: str) -> At:
    root, _ = read_document(text, file="access.yaml")
    environment: Mapping[str, str] = {}
    return At(root, "", Reading("access.yaml", places_of(root), read_file=never, environment=environment))


def told(where: At) -> list[str]:
    with pytest.raises(DeclarationInvalid) as caught:
        where.reading.finish()
    return str(caught.value).splitlines()


def test_fields_that_nobody_knows_are_told_with_those_allowed() -> None:
    root = at("hostnam: a\nzzz: b\nname: c\n")
    root.fields(("name", "hostname"))
    assert told(root) == [
        (
            "access.yaml:1: hostnam: 'hostnam' is not a field here: did you mean 'hostname'? "
            "allowed: name, hostname"
        ),
        "access.yaml:2: zzz: 'zzz' is not a field here: allowed: name, hostname",
    ]


def test_reading_goes_on_after_a_wrong_field_with_a_stand_in() -> None:
    root = at("name: []\nother: fine\n")
    fields = root.fields(("name", "other", "third", "fourth"))
    assert fields.required("name", At.text, instead="stand-in") == "stand-in"
    assert fields.optional("other", At.text, "") == "fine"
    assert fields.required("third", At.text, instead="x") == "x"
    assert fields.optional("fourth", At.text, "default") == "default"
    assert told(root) == [
        "access.yaml:1: name: is a list: give a single value",
        "access.yaml:1: third: is missing: this field is required",
    ]


def test_wrong_items_are_told_and_left_out() -> None:
    root = at("- a\n- []\n- c\n-\n")
    assert root.items(At.text) == ("a", "c")
    assert told(root) == [
        "access.yaml:2: [1]: is a list: give a single value",
        "access.yaml:4: [3]: is empty: give a value, or leave the field out",
    ]


def test_values_that_must_differ_are_told_with_the_line_of_the_first() -> None:
    root = at("- id: a\n- []\n- id: b\n- id: a\n- id: a\n")
    read = root.items(lambda item: item.fields(("id",)).optional("id", At.text, ""), unique={"id": str})
    assert read == ("a", "b", "a", "a")
    assert told(root)[1:] == [
        "access.yaml:4: [3].id: 'a' stands on line 1 already: give each its own",
        "access.yaml:5: [4].id: 'a' stands on line 1 already: give each its own",
    ]


def test_values_that_are_empty_may_be_equal() -> None:
    root = at("- {}\n- {}\n")
    root.items(lambda item: item.fields(("id",)).optional("id", At.text, ""), unique={"id": str})
    root.reading.finish()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a", "is a single value: give a mapping"),
        ("[]", "is a list: give a mapping"),
        ("~", "is empty: give a mapping"),
    ],
)
def test_what_is_no_mapping_has_no_fields(text: str, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence):
        at(text).fields(("a",))


@pytest.mark.parametrize("text", ["a", "{}", "~"])
def test_what_is_no_list_has_no_items(text: str) -> None:
    with pytest.raises(Invalid, match="give a list, each item on a line that begins with '- '"):
        at(text).items(At.text)


def test_a_list_of_allowed_words_may_be_empty() -> None:
    assert str(unknown("a", "b", (), noun="a fish")) == "a: 'b' is not a fish here: allowed: there is none"


def test_a_problem_stays_short_whatever_the_file_holds() -> None:
    assert shorten("short") == "short"
    assert len(shorten("x" * 100_000)) == 1001
