from __future__ import annotations

import pytest

from doorward.declaration import document
from doorward.declaration.document import MAX_BYTES, MAX_DEPTH, read_document
from doorward.declaration.errors import DeclarationInvalid
from doorward.declaration.nodes import ListNode, MapNode, Place, TextNode

WRONG = [
    # text, line, column, part of the sentence
    ("", 1, 1, "the file is empty: begin it with 'version: 1'"),
    ("# only a comment\n", 1, 1, "the file is empty"),
    ("version: 1\n---\nversion: 1\n", 2, 1, "a second document begins here"),
    ("version: 1\na: &x [1]\n", 2, 4, "anchors (&name) are not used in this file: put quotes"),
    ("version: 1\na: *x\n", 2, 4, "aliases (*name) are not used in this file: put quotes"),
    ("version: 1\na: !secret x\n", 2, 4, "tags (!name) are not used in this file: put quotes"),
    ("version: 1\na: !!python/object:os.system {}\n", 2, 4, "tags (!name) are not used"),
    ("version: 1\na:\n\tb: 1\n", 3, 1, "a tab stands here: YAML is indented with spaces"),
    ("version: 1\na: 'never closed\nb: 1\n", 2, 4, "this is not YAML"),
    ("version: 1\na: [1, 2\nb: 3\n", 3, 2, "this is not YAML"),
    ("version: 1\na: b: c\n", 2, 5, "put quotes around values that hold ': '"),
    ("version: 1\na: %wrong\n", 2, 4, "begin with a special character"),
    ("version: 1\na: x\x00y\n", 2, 5, "a control character stands here"),
    ("version: 1\na: x\x1by\n", 2, 5, "a control character stands here"),
    ("version: 1\na: \ud800\n", 2, 4, "a control character stands here"),
    ("version: 1\n? [a]\n: b\n", 2, 3, "a field's name is a single short word"),
    ('version: 1\n"a\\eb": c\n', 2, 1, "a field's name is a single short word"),
    (f"version: 1\n? {'k' * 101}\n: b\n", 2, 3, "a field's name is a single short word"),
    ("a: " + "[" * (MAX_DEPTH + 1), 1, MAX_DEPTH + 4, "nested more than 16 deep"),
    ("a: " + "[" * 100_000, 1, MAX_DEPTH + 4, "nested more than 16 deep"),
    ("#" * (MAX_BYTES + 1), 1, 1, "the file is larger than 4 MB"),
]


@pytest.mark.parametrize(("text", "line", "column", "sentence"), WRONG, ids=range(len(WRONG)))
def test_what_is_not_plain_yaml_is_refused_where_it_stands(
    text: str, line: int, column: int, sentence: str
) -> None:
    with pytest.raises(DeclarationInvalid) as caught:
        read_document(text, file="access.yaml")
    assert (caught.value.line, caught.value.column) == (line, column)
    assert sentence in caught.value.problem


@pytest.mark.parametrize(
    "line", ["password: *hunter2", "password: &hunter2 x", "password: !hunter2", "password: 'hunter2"]
)
def test_a_refusal_does_not_repeat_what_may_be_a_secret(line: str) -> None:
    with pytest.raises(DeclarationInvalid) as caught:
        read_document(f"version: 1\n{line}\n", file="access.yaml")
    assert "hunter2" not in str(caught.value)


def test_a_file_with_too_many_values_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "MAX_NODES", 5)
    read_document("a: [1, 2]", file="access.yaml")
    with pytest.raises(DeclarationInvalid, match="more than 5 values"):
        read_document("a: [1, 2, 3]", file="access.yaml")


def test_scalars_stay_the_text_that_was_written() -> None:
    root, _ = read_document('[no, 0123, 1e3, 2027-01-31, "null", null, ~]', file="access.yaml")
    assert isinstance(root, ListNode)
    texts = [(item.text, item.is_empty) for item in root.items if isinstance(item, TextNode)]
    assert texts == [
        ("no", False),
        ("0123", False),
        ("1e3", False),
        ("2027-01-31", False),
        ("null", False),
        ("null", True),
        ("~", True),
    ]


def test_of_a_field_that_stands_twice_the_first_counts_and_the_second_is_told() -> None:
    root, duplicates = read_document("a:\n  - b: 1\n    b: 2\n", file="access.yaml")
    assert isinstance(root, MapNode)
    inner = root.entries["a"]
    assert isinstance(inner, ListNode)
    assert inner.items[0] == MapNode(
        Place(2, 5), {"b": TextNode(Place(2, 8), "1", plain=True)}, {"b": Place(2, 5)}
    )
    assert [str(each) for each in duplicates] == ["access.yaml:3: a[0].b: repeats line 2: keep one of them"]


def test_a_byte_order_mark_is_no_part_of_the_first_field() -> None:
    root, _ = read_document("\ufeffversion: 1\n", file="access.yaml")
    assert isinstance(root, MapNode)
    assert list(root.entries) == ["version"]
