from __future__ import annotations

import pytest

from doorward.model.errors import Invalid
from doorward.model.ids import IdentityProviderId
from doorward.model.rule import Selector
from doorward.policy.expression import And, ClaimContains, ClaimEquals
from doorward.policy.selectors import group
from tests.policy.said import machine, person

STAFF = Selector("group", "staff")
STAFF_OF_ENTRA = Selector("group", "staff", IdentityProviderId("entra"))


@pytest.mark.parametrize("value", ["staff", "Ops Team", "CN=Ops,OU=Groups,DC=corp", "Büro"])
def test_a_name_is_kept_as_it_is_without_blanks_around_it(value: str) -> None:
    assert group.parse(f" {value} ", "f") == value


@pytest.mark.parametrize("value", ["", "  ", "a\nb", "a\0", "\ud800", "x" * 257])
def test_what_cannot_be_a_name_is_refused(value: str) -> None:
    with pytest.raises(Invalid, match="is not a group"):
        group.parse(value, "f")


def test_case_and_spelling_matter() -> None:
    assert group.matches(STAFF, person("a@corp.com", "staff", "other"))
    assert not group.matches(STAFF, person("a@corp.com", "Staff", "staff2", "st"))
    assert not group.matches(STAFF, machine())


def test_a_narrowed_group_is_that_of_one_provider() -> None:
    assert group.matches(STAFF_OF_ENTRA, person("a@corp.com", "staff", provider="entra"))
    assert not group.matches(STAFF_OF_ENTRA, person("a@corp.com", "staff", provider="people"))


def test_the_data_plane_looks_into_the_groups_claim_and_at_the_provider() -> None:
    listed = ClaimContains("groups", "staff")
    assert group.expression(STAFF) == listed
    assert group.expression(STAFF_OF_ENTRA) == And((listed, ClaimEquals("idp", "entra")))
