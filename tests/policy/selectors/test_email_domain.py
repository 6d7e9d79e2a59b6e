from __future__ import annotations

import pytest

from doorward.model.errors import Invalid
from doorward.model.rule import Selector
from doorward.policy.expression import ClaimMatches
from doorward.policy.selectors import email_domain
from tests.policy.meaning import Facts, holds
from tests.policy.said import nobody, person

CORP = Selector("email_domain", "corp.com")


@pytest.mark.parametrize(
    ("value", "domain"),
    [
        ("corp.com", "corp.com"),
        (" CORP.Com", "corp.com"),
        ("localhost", "localhost"),
        ("xn--bcher-kva.ch",) * 2,
    ],
)
def test_a_domain_is_kept_in_lower_case(value: str, domain: str) -> None:
    assert email_domain.parse(value, "f") == domain


@pytest.mark.parametrize(
    "value",
    ["", "corp.com.", ".corp.com", "*.corp.com", "bücher.ch", "corp..com", "-corp.com", "a" * 64, "corp com"],
)
def test_what_is_no_domain_is_refused(value: str) -> None:
    with pytest.raises(Invalid, match="is not a domain"):
        email_domain.parse(value, "f")


def test_the_at_sign_is_refused_with_the_fix() -> None:
    with pytest.raises(Invalid, match=r"write 'corp\.com'"):
        email_domain.parse("@corp.com", "f")


@pytest.mark.parametrize(
    ("email", "matched"),
    [
        ("ada@corp.com", True),
        ("a.b+c@corp.com", True),
        ("ada@sub.corp.com", False),
        ("ada@corp.com.evil.com", False),
        ("ada@evilcorp.com", False),
        ("ada@corpxcom", False),
        ("ada@evil.com@corp.com", False),
        ("ada@corp.com@evil.com", False),
        ("@corp.com", False),
        ("corp.com", False),
        ("ada@CORP.com", False),
        ("ada@corp.com\n", False),
        ("", False),
    ],
)
def test_the_evaluator_and_the_data_plane_read_an_address_alike(email: str, *, matched: bool) -> None:
    request = person(email)
    assert email_domain.matches(CORP, request) is matched
    assert holds(email_domain.expression(CORP), Facts(request.source, {"email": email})) is matched


def test_who_is_not_signed_in_has_no_domain() -> None:
    assert not email_domain.matches(CORP, nobody())


def test_dots_of_the_domain_are_letters_to_the_regex() -> None:
    assert email_domain.expression(CORP) == ClaimMatches("email", r"[^@]+@corp\.com")
