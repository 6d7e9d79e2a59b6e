from __future__ import annotations

from dataclasses import replace

import pytest

from doorward.identity.entra.person import read_person, text_claim
from doorward.identity.oidc.claims import CheckedClaims
from doorward.model.access import Identity
from doorward.model.errors import Refused
from doorward.model.identity_provider import EntraId
from doorward.model.ids import IdentityProviderId
from tests.identity.entra.test_discovery import TENANT
from tests.identity.entra.test_token_rules import HONEST, OID

SETTINGS = EntraId(tenant=TENANT, client_id="the-client", conditional_access=True)


def person(claims: dict[str, object], settings: EntraId = SETTINGS) -> Identity:
    return read_person(
        IdentityProviderId("entra"),
        settings,
        CheckedClaims({**HONEST, **claims}),
        email="ada@contoso.com",
        groups=frozenset({"g"}),
    )


def test_a_person_has_what_the_token_says() -> None:
    found = person(
        {
            "name": "Ada\nAdams",
            "upn": "Ada@Contoso.com",
            "roles": ["Auditor", "Editor"],
            "acrs": ["c1", "c25"],
            "amr": ["pwd", "mfa"],
            "ctry": "SE",
            "dept": ["IT", "R&D"],
            "in_corp": True,
        },
        replace(SETTINGS, claims=("ctry", "dept", "in_corp", "missing")),
    )
    assert found == Identity(
        identity_provider=IdentityProviderId("entra"),
        subject=f"{TENANT}:{OID}",
        email="ada@contoso.com",
        name="Ada Adams",
        upn="ada@contoso.com",
        groups=frozenset({"g"}),
        roles=frozenset({"Auditor", "Editor"}),
        claims=frozenset({("ctry", "SE"), ("dept", "IT"), ("dept", "R&D"), ("in_corp", "true")}),
        methods=frozenset({"pwd", "mfa"}),
        contexts=frozenset({"c1", "c25"}),
    )


@pytest.mark.parametrize(
    ("claims", "upn"),
    [
        ({"preferred_username": "Ada@contoso.com"}, "ada@contoso.com"),
        ({"upn": "eve_home.example#EXT#@contoso.com"}, "eve_home.example#ext#@contoso.com"),
        ({"preferred_username": "+46 555 0100"}, ""),
        ({"upn": "ada"}, ""),
        ({"upn": "ädä@contoso.com"}, ""),
        ({"upn": ["ada@contoso.com"]}, ""),
        ({}, ""),
    ],
)
def test_a_user_principal_name_is_kept_in_lower_case_and_only_if_it_is_one(
    claims: dict[str, object], upn: str
) -> None:
    assert person(claims).upn == upn


def test_contexts_do_not_count_where_conditional_access_is_off() -> None:
    assert person({"acrs": ["c1"]}, replace(SETTINGS, conditional_access=False)).contexts == frozenset()


def test_a_single_text_is_a_list_of_one_and_strange_contexts_are_left_out() -> None:
    found = person({"roles": "Auditor", "acrs": ["c1", "p1", "urn:user:registersecurityinfo", "c100"]})
    assert found.roles == {"Auditor"}
    assert found.contexts == {"c1"}


@pytest.mark.parametrize("value", [7, True, {"a": 1}, [7], [["a"]], ["a\n"], ["a"] * 501, ["a" * 1025]])
@pytest.mark.parametrize("name", ["roles", "acrs"])
def test_what_cannot_be_read_refuses_the_sign_in(name: str, value: object) -> None:
    with pytest.raises(Refused):
        person({name: value})


@pytest.mark.parametrize("value", [{"a": 1}, [["a"]], [None], ["a\n"], ["a"] * 501])
def test_a_further_claim_that_cannot_be_read_refuses_the_sign_in(value: object) -> None:
    with pytest.raises(Refused, match="dept"):
        person({"dept": value}, replace(SETTINGS, claims=("dept",)))


def test_a_claim_that_is_no_line_of_text_is_none() -> None:
    assert text_claim({"sid": "a-b"}, "sid") == "a-b"
    for value in (7, None, "a\nb", "a" * 1025, ["a"]):
        assert text_claim({"sid": value}, "sid") == ""
