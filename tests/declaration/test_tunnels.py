from __future__ import annotations

from tests.declaration.files import declared, said, section


def test_tunnels_are_read_by_name() -> None:
    assert declared(section("tunnels", "{name: office}", "{name: cellar}")).tunnels == ("office", "cellar")


def test_wrong_tunnels_are_told() -> None:
    assert said(section("tunnels", "{name: office}", "{name: office}", "cellar", "{id: attic}")) == [
        "access.yaml:4: tunnels[1].name: 'office' stands on line 3 already: give each its own",
        (
            "access.yaml:5: tunnels[2]: is a single value: give a mapping, each field on a line like "
            "'name: value'"
        ),
        "access.yaml:6: tunnels[3].name: is missing: this field is required",
        "access.yaml:6: tunnels[3].id: 'id' is not a field here: allowed: name",
    ]
