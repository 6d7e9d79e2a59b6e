from __future__ import annotations

from dataclasses import replace

import pytest

from doorward.identity.oidc.facts import (
    LONGEST_VALUE,
    MOST_VALUES,
    fact_names,
    read_claim,
    read_groups,
    read_methods,
    read_roles,
)
from doorward.model.errors import Refused
from doorward.model.identity_provider import OpenIdConnect
from doorward.model.presets import STANDARD, Quirks
from tests.fakes.openid import REMOVED, FakeOpenIdProvider, run_sign_in

SETTINGS = OpenIdConnect(issuer="https://idp.example.com", client_id="doorward")
CURIOUS = replace(
    FakeOpenIdProvider().settings(), claims=("department", "https://example.com/level", "address.country")
)


@pytest.mark.parametrize(
    ("value", "values"),
    [
        (None, []),
        ("", []),
        ([], []),
        ("sales", ["sales"]),
        (["sales", "it", "sales"], ["it", "sales"]),
        (7, ["7"]),
        (1.5, ["1.5"]),
        (True, ["true"]),
        ([False, 0, "0"], ["0", "false"]),
    ],
)
def test_a_claim_becomes_a_pair_for_each_value(value: object, values: list[str]) -> None:
    assert read_claim(value, "department") == {("department", each) for each in values}


@pytest.mark.parametrize(
    "value",
    [
        {"a": 1},
        [["a"]],
        [None],
        "a\nb",
        "a" * (LONGEST_VALUE + 1),
        ["a"] * (MOST_VALUES + 1),
    ],
)
def test_a_claim_that_cannot_be_a_list_of_values_refuses_the_sign_in(value: object) -> None:
    with pytest.raises(Refused, match="'department' is not text"):
        read_claim(value, "department")


def test_further_claims_are_kept_with_the_person_and_others_are_not() -> None:
    fake = FakeOpenIdProvider()
    fake.claims = {
        "department": ["sales", "it"],
        "https://example.com/level": 3,
        "address": {"country": "AT", "street": "x"},
        "salary": 1,
    }
    assert run_sign_in(fake, CURIOUS).claims == {
        ("department", "sales"),
        ("department", "it"),
        ("https://example.com/level", "3"),
        ("address.country", "AT"),
    }


def test_further_claims_come_from_userinfo_where_the_id_token_has_none() -> None:
    fake = FakeOpenIdProvider(claims={"department": "sales"})
    fake.userinfo = {"department": "it", "https://example.com/level": True}
    assert run_sign_in(fake, CURIOUS).claims == {
        ("department", "sales"),
        ("https://example.com/level", "true"),
    }


def test_claims_that_are_kept_elsewhere_refuse_the_sign_in() -> None:
    fake = FakeOpenIdProvider(claims={"_claim_names": {"department": "src1"}})
    with pytest.raises(Refused, match="more in 'department'"):
        run_sign_in(fake, CURIOUS)


def test_roles_are_read_by_a_path() -> None:
    fake = FakeOpenIdProvider(claims={"realm_access": {"roles": ["admin", "auditor"]}})
    settings = replace(fake.settings(), roles_claim="realm_access.roles")
    assert run_sign_in(fake, settings).roles == {"admin", "auditor"}


def test_an_address_may_be_found_by_a_path() -> None:
    fake = FakeOpenIdProvider(claims={"email": REMOVED, "contact": {"mail": "ada@example.com"}})
    settings = replace(fake.settings(), email_claim="contact.mail", require_verified_email=False)
    assert run_sign_in(fake, settings).email == "ada@example.com"


@pytest.mark.parametrize("roles", [7, {"a": True}, ["a", 1], ["a\tb"]])
def test_roles_that_cannot_be_read_refuse_the_sign_in(roles: object) -> None:
    with pytest.raises(Refused, match=r"list of role names.*roles_claim"):
        read_roles(roles, replace(SETTINGS, roles_claim="roles"))


def test_groups_in_one_text_are_split_only_where_the_provider_joins_them() -> None:
    joined = Quirks(group_separator=";")
    assert read_groups("sre; engineers;", SETTINGS, joined) == {"sre", "engineers"}
    assert read_groups("sre; engineers", SETTINGS, STANDARD) == {"sre; engineers"}
    assert read_groups(["a;b"], SETTINGS, joined) == {"a;b"}


def test_a_prefix_of_groups_is_dropped_only_where_the_provider_adds_it() -> None:
    slashes = Quirks(group_prefix="/")
    assert read_groups(["/sre", "/acme/sre", "plain", "/"], SETTINGS, slashes) == {"sre", "acme/sre", "plain"}
    assert read_groups(["/sre"], SETTINGS, STANDARD) == {"/sre"}


def test_every_claim_that_is_wanted_is_known_by_name() -> None:
    assert fact_names(SETTINGS) == ("groups",)
    assert fact_names(replace(SETTINGS, roles_claim="r", claims=("a",))) == ("groups", "r", "a")


@pytest.mark.parametrize(
    ("value", "methods"), [(None, set()), ([], set()), ("mfa", {"mfa"}), (["pwd", "otp", ""], {"pwd", "otp"})]
)
def test_how_people_proved_themselves_is_kept(value: object, methods: set[str]) -> None:
    assert read_methods({} if value is None else {"amr": value}) == methods


@pytest.mark.parametrize("value", [7, {"pwd": True}, [["pwd"]], ["a\nb"], ["a"] * (MOST_VALUES + 1)])
def test_methods_that_cannot_be_read_refuse_the_sign_in(value: object) -> None:
    with pytest.raises(Refused, match="'amr' is not a list of authentication methods"):
        read_methods({"amr": value})


def test_the_id_token_says_how_and_userinfo_does_not() -> None:
    plain = FakeOpenIdProvider(userinfo={"amr": ["mfa"]})
    said = FakeOpenIdProvider(claims={"amr": ["pwd", "mfa"]})
    assert run_sign_in(plain, plain.settings()).methods == frozenset()
    assert run_sign_in(said, said.settings()).methods == {"pwd", "mfa"}
