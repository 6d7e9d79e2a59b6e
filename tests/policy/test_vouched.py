from __future__ import annotations

import pytest

from doorward.model.errors import Invalid
from doorward.model.ids import IdentityProviderId
from doorward.model.rule import Selector
from doorward.policy.expression import And, ClaimContains, ClaimEquals
from doorward.policy.vouched import LONGEST, by_provider, listed, name
from tests.policy.said import machine, nobody, person

ANYBODYS = Selector("group", "staff")
ENTRAS = Selector("group", "staff", IdentityProviderId("entra"))


def test_a_name_loses_the_blanks_around_it_and_keeps_its_case() -> None:
    assert name(" Ops Team ", "f", noun="group", use="its name") == "Ops Team"


@pytest.mark.parametrize("value", ["", " ", "a\nb", "x" * (LONGEST + 1)])
def test_what_is_no_name_is_told_with_what_to_use(value: str) -> None:
    with pytest.raises(Invalid, match="is not a group: use its name"):
        name(value, "f", noun="group", use="its name")


def test_only_who_signed_in_by_the_provider_counts_where_it_is_narrowed() -> None:
    assert by_provider(ANYBODYS, person(provider="people"))
    assert by_provider(ENTRAS, person(provider="entra"))
    assert not by_provider(ENTRAS, person(provider="people"))
    assert not by_provider(ANYBODYS, machine())
    assert not by_provider(ANYBODYS, nobody())


def test_the_data_plane_looks_for_the_provider_too() -> None:
    contained = ClaimContains("groups", "staff")
    assert listed(ANYBODYS, "groups") == contained
    assert listed(ENTRAS, "groups") == And((contained, ClaimEquals("idp", "entra")))
