from __future__ import annotations

from tests.declaration.files import declared


def test_a_declaration_knows_which_sections_it_holds() -> None:
    declaration = declared("version: 1\ntunnels: []\n")
    assert declaration.holds("tunnels")
    assert declaration.holds("tunnels[3].name")
    assert not declaration.holds("applications[0].tunnel")
