from __future__ import annotations

import pytest

from doorward.model.errors import Invalid
from doorward.model.rule import Selector
from doorward.policy.expression import ClaimEquals
from doorward.policy.selectors import email
from tests.policy.said import machine, nobody, person

ADA = Selector("email", "ada@corp.com")


def test_an_address_is_kept_in_lower_case() -> None:
    assert email.parse(" Ada@Corp.COM ", "f") == "ada@corp.com"


@pytest.mark.parametrize("value", ["", "ada", "@corp.com", "a@b@c.com", "Ada <ada@corp.com>", "ada@"])
def test_what_is_no_address_is_refused_with_its_field(value: str) -> None:
    with pytest.raises(Invalid) as refused:
        email.parse(value, "rules.include[0]")
    assert refused.value.field == "rules.include[0]"


@pytest.mark.parametrize(
    "other", ["bob@corp.com", "ada@corp.com.evil.com", "xada@corp.com", "ada@corp.com@evil.com"]
)
def test_only_the_very_address_matches(other: str) -> None:
    assert email.matches(ADA, person("ada@corp.com"))
    assert not email.matches(ADA, person(other))


def test_machines_and_strangers_have_no_address() -> None:
    assert not email.matches(ADA, machine())
    assert not email.matches(ADA, nobody())


def test_the_data_plane_compares_the_email_claim() -> None:
    assert email.expression(ADA) == ClaimEquals("email", "ada@corp.com")
