from __future__ import annotations

from dataclasses import replace

import pytest

from doorward.model.directory import folded
from tests.nouns import directory_user


@pytest.mark.parametrize("changed", [{"active": False}, {"deleted": True}])
def test_who_is_inactive_or_deleted_may_not_sign_in(changed: dict[str, bool]) -> None:
    assert directory_user().may_sign_in
    assert not replace(
        directory_user(), active=changed.get("active", True), deleted="deleted" in changed
    ).may_sign_in


@pytest.mark.parametrize("name", ["Straße", "STRASSE", " strasse "])
def test_a_name_is_compared_whatever_its_case(name: str) -> None:
    assert folded(name) == "strasse"
