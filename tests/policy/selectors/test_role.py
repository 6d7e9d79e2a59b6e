from __future__ import annotations

import pytest

from doorward.model.errors import Invalid
from doorward.model.ids import IdentityProviderId
from doorward.model.rule import Selector
from doorward.policy.expression import And, ClaimContains, ClaimEquals
from doorward.policy.selectors import role
from tests.policy.said import machine, nobody, person

ENTRA = IdentityProviderId("entra")


@pytest.mark.parametrize("value", ["Admin", "Task.Write", "role with blanks"])
def test_a_role_is_kept_as_it_is_without_blanks_around_it(value: str) -> None:
    assert role.parse(f" {value} ", "f") == value


@pytest.mark.parametrize("value", ["", " ", "a\nb", "x" * 257])
def test_what_cannot_be_a_role_is_refused(value: str) -> None:
    with pytest.raises(Invalid, match="is not a role"):
        role.parse(value, "f")


def test_case_matters_and_a_group_of_that_name_is_no_role() -> None:
    admin = Selector("role", "Admin")
    assert role.matches(admin, person("a@corp.com", roles=["Admin"]))
    assert not role.matches(admin, person("a@corp.com", "Admin", roles=["admin"]))
    assert not role.matches(admin, machine())
    assert not role.matches(admin, nobody())


def test_a_narrowed_role_is_that_of_one_provider() -> None:
    admin = Selector("role", "Admin", ENTRA)
    assert role.matches(admin, person("a@corp.com", provider="entra", roles=["Admin"]))
    assert not role.matches(admin, person("a@corp.com", provider="people", roles=["Admin"]))


def test_the_data_plane_looks_into_the_roles_claim_and_at_the_provider() -> None:
    listed = ClaimContains("roles", "Admin")
    assert role.expression(Selector("role", "Admin")) == listed
    assert role.expression(Selector("role", "Admin", ENTRA)) == And((listed, ClaimEquals("idp", "entra")))
