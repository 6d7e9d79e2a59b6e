from __future__ import annotations

from dataclasses import replace

import pytest

from doorward.identity.entra.addresses import Address, choose, domains_of, needs_verified_domains
from doorward.identity.oidc.claims import CheckedClaims
from doorward.model.errors import SignInRefused
from doorward.model.identity_provider import EntraId

PLAIN = EntraId(tenant="contoso.com", client_id="c")
LISTED = replace(PLAIN, email_domains=("Contoso.com",))
NAMED = replace(PLAIN, email_claim="mail")
OWN = frozenset({"contoso.com"})


def chosen(
    claims: dict[str, object], settings: EntraId = PLAIN, domains: frozenset[str] = frozenset()
) -> Address:
    return choose(CheckedClaims(claims), settings, domains)


EVERYTHING: dict[str, object] = {
    "mail": "One@contoso.com",
    "verified_primary_email": ["Two@contoso.com", "other@contoso.com"],
    "email": "Three@contoso.com",
    "xms_edov": True,
    "upn": "Four@contoso.com",
    "preferred_username": "Five@contoso.com",
}


@pytest.mark.parametrize(
    ("missing", "settings", "address"),
    [
        ([], NAMED, Address("one@contoso.com", "mail")),
        ([], PLAIN, Address("two@contoso.com", "verified_primary_email")),
        (["verified_primary_email"], PLAIN, Address("three@contoso.com", "email")),
        (["verified_primary_email", "xms_edov"], LISTED, Address("three@contoso.com", "email")),
        (["verified_primary_email", "email"], LISTED, Address("four@contoso.com", "upn")),
        (
            ["verified_primary_email", "email", "upn"],
            LISTED,
            Address("five@contoso.com", "preferred_username"),
        ),
        (["mail"], NAMED, Address("two@contoso.com", "verified_primary_email")),
    ],
)
def test_the_first_address_that_is_vouched_for_is_taken(
    missing: list[str], settings: EntraId, address: Address
) -> None:
    claims = {name: value for name, value in EVERYTHING.items() if name not in missing}
    assert chosen(claims, settings) == address


@pytest.mark.parametrize("said", [True, 1, "1", "true", "True"])
def test_the_word_that_a_domains_owner_was_checked_comes_in_several_spellings(said: object) -> None:
    assert chosen({"email": "ada@else.example", "xms_edov": said}).email == "ada@else.example"


@pytest.mark.parametrize("said", [False, 0, "0", "false", None, [], [True], 2, "yes", 1.0])
def test_anything_else_is_no_such_word(said: object) -> None:
    with pytest.raises(SignInRefused, match="does not vouch"):
        chosen({"email": "ada@else.example", "xms_edov": said})


def test_an_address_that_anybody_may_have_typed_is_not_believed() -> None:
    with pytest.raises(SignInRefused) as caught:
        chosen({"email": "admin@contoso.com", "upn": "eve@evil.example"})
    assert "The token holds email, upn" in caught.value.administrator
    assert chosen({"email": "ada@contoso.com"}, PLAIN, OWN).email == "ada@contoso.com"
    with pytest.raises(SignInRefused):
        chosen({"email": "ada@contoso.com.evil.example"}, PLAIN, OWN)
    with pytest.raises(SignInRefused):
        chosen({"email": "ada@sub.contoso.com"}, LISTED)


def test_a_user_principal_name_is_not_believed_only_because_its_domain_is_the_directorys() -> None:
    with pytest.raises(SignInRefused):
        chosen({"upn": "ada@contoso.com"}, PLAIN, OWN)


@pytest.mark.parametrize(
    "value",
    [
        "eve_home.example#EXT#@contoso.com",
        "eve_home.example#ext#@contoso.com",
        "not an address",
        "a@evil.example@contoso.com",
        "ädä@contoso.com",
        "",
        7,
        None,
        [],
        [7],
        {"ada@contoso.com": 1},
    ],
)
@pytest.mark.parametrize("name", ["mail", "verified_primary_email", "email", "upn", "preferred_username"])
def test_what_is_no_address_is_passed_over(name: str, value: object) -> None:
    settings = replace(NAMED, email_domains=("contoso.com",))
    with pytest.raises(SignInRefused, match="does not vouch"):
        chosen({name: value, "xms_edov": True}, settings)


@pytest.mark.parametrize(
    ("claims", "settings", "needed"),
    [
        ({"email": "ada@contoso.com"}, PLAIN, True),
        ({"email": "ada@contoso.com", "upn": "ada@contoso.com"}, LISTED, False),
        ({"email": "ada@else.example", "upn": "ada@contoso.com"}, LISTED, True),
        ({"email": "ada@contoso.com", "xms_edov": True}, PLAIN, False),
        ({"email": "ada@contoso.com", "verified_primary_email": ["ada@contoso.com"]}, PLAIN, False),
        ({"upn": "ada@contoso.com"}, PLAIN, False),
        ({"email": "x#EXT#@contoso.com"}, PLAIN, False),
    ],
)
def test_graph_is_asked_for_domains_only_where_they_would_change_something(
    claims: dict[str, object], settings: EntraId, *, needed: bool
) -> None:
    assert needs_verified_domains(CheckedClaims(claims), settings) is needed


def test_domains_are_read_from_graphs_answer_and_nonsense_is_left_out() -> None:
    answer = {"value": [{"verifiedDomains": [{"name": "Contoso.com"}, {"name": 7}, "x", {}]}, 7, {}]}
    assert domains_of(answer) == {"contoso.com"}
    assert domains_of({}) == frozenset()
    assert domains_of({"value": {"verifiedDomains": []}}) == frozenset()
