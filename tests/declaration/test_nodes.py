from __future__ import annotations

import pytest

from doorward.declaration.document import read_document
from doorward.declaration.nodes import Place, TextNode, kind_of, nearest_place, places_of, wrong_kind

TEXT = """\
tunnels:
  - name: office
applications:
  - id: wiki
    policies:
      - include:
          - everyone
"""


def test_every_field_has_its_place() -> None:
    root, _ = read_document(TEXT, file="access.yaml")
    assert places_of(root) == {
        "": Place(1, 1),
        "tunnels": Place(1, 1),
        "tunnels[0]": Place(2, 5),
        "tunnels[0].name": Place(2, 11),
        "applications": Place(3, 1),
        "applications[0]": Place(4, 5),
        "applications[0].id": Place(4, 9),
        "applications[0].policies": Place(5, 5),
        "applications[0].policies[0]": Place(6, 9),
        "applications[0].policies[0].include": Place(6, 9),
        "applications[0].policies[0].include[0]": Place(7, 13),
    }


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("applications[0].policies[0].include[0].email", 7),
        ("applications[0].origin.verify", 4),
        ("applications[9].id", 3),
        ("rule_groups[0].include[0]", 1),
    ],
)
def test_what_the_file_lacks_is_found_at_what_stands_around_it(path: str, line: int) -> None:
    root, _ = read_document(TEXT, file="access.yaml")
    assert nearest_place(places_of(root), path).line == line


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("x", "a single value"),
        ("''", "a single value"),
        ("~", "empty"),
        ("[]", "a list"),
        ("{}", "a mapping"),
    ],
)
def test_a_node_says_what_it_is(text: str, kind: str) -> None:
    root, _ = read_document(text, file="access.yaml")
    assert kind_of(root) == kind
    assert str(wrong_kind("a", root, "a fish")) == f"a: is {kind}: give a fish"


def test_the_representation_of_a_text_hides_it() -> None:
    assert "hunter2" not in repr(TextNode(Place(1, 1), "hunter2", plain=True))
