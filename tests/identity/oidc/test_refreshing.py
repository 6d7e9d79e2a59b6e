"""A provider is asked again, without the person."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import httpx
import pytest

from doorward.identity.oidc.group_source import GroupSource
from doorward.identity.oidc.refreshing import TAKEN_BACK
from doorward.model.access import Identity
from doorward.model.errors import SignInRefused, Unavailable
from doorward.model.identity_provider import OpenIdConnect
from doorward.model.presets import STANDARD, Quirks
from doorward.ports.identity import Arrival, Rechecking
from tests.fakes.openid import ACCESS_TOKEN, REMOVED, WORK, FakeOpenIdProvider, as_json

ADA = Identity(
    identity_provider=WORK,
    subject="ada-1",
    email="ada@example.com",
    name="Ada",
    groups=frozenset({"engineers"}),
)
CURIOUS = replace(FakeOpenIdProvider().settings(), roles_claim="roles", claims=("department",))
WITHOUT_ID_TOKEN: dict[str, object] = {"id_token": REMOVED}


def recheck(
    fake: FakeOpenIdProvider,
    settings: OpenIdConnect | None = None,
    *,
    before: Identity = ADA,
    quirks: Quirks = STANDARD,
    groups: GroupSource | None = None,
) -> Arrival:
    async def run() -> Arrival:
        async with fake.client() as client:
            provider = fake.provider(client, settings, quirks=quirks, groups=groups)
            assert isinstance(provider, Rechecking)
            return await provider.recheck(before, refresh_token="old")

    return asyncio.run(run())


def refusing(status: int, document: object) -> FakeOpenIdProvider:
    return FakeOpenIdProvider(answers={"/token": lambda _: as_json(document, status)})


def test_the_refresh_token_is_given_for_the_person_as_they_are_now() -> None:
    fake = FakeOpenIdProvider(claims={"groups": ["sre"], "nonce": REMOVED}, tokens={"refresh_token": "new"})
    arrival = recheck(fake)
    assert arrival.identity == replace(ADA, groups=frozenset({"sre"}))
    assert arrival.refresh_token == "new"
    assert arrival.authenticated is None
    assert fake.form() == {"grant_type": "refresh_token", "refresh_token": "old"}
    assert fake.asked[-2].headers["authorization"].startswith("Basic ")
    assert "old" not in repr(arrival)


def test_a_token_that_is_not_replaced_stays_good() -> None:
    assert recheck(FakeOpenIdProvider()).refresh_token == "old"


@pytest.mark.parametrize("error", TAKEN_BACK)
def test_a_provider_that_takes_its_word_back_ends_the_sign_in(error: str) -> None:
    with pytest.raises(SignInRefused) as caught:
        recheck(refusing(400, {"error": error, "error_description": "revoked\nby admin"}))
    assert (caught.value.code, caught.value.administrator) == (error, "revoked by admin")
    assert "old" not in f"{caught.value!r} {caught.value.__context__!r}"


@pytest.mark.parametrize(
    ("status", "document"),
    [
        (400, {"error": "invalid_request"}),
        (401, {"error": "invalid_client"}),
        (400, {"error": ["invalid_grant"]}),
        (400, "invalid_grant"),
        (429, {}),
        (500, {"error": "server_error"}),
        (302, {}),
        (200, []),
        (200, {"id_token": 7}),
        (200, {"access_token": "a\nb"}),
        (200, {"refresh_token": ["a"]}),
        (200, {"refresh_token": "a" * 65537}),
        (200, {"a": "x" * 1_100_000}),
    ],
)
def test_any_other_trouble_is_no_word_on_the_person(status: int, document: object) -> None:
    with pytest.raises(Unavailable):
        recheck(refusing(status, document))


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": "eve-3"},
        {"iss": "https://evil.example.com"},
        {"iss": ["https://idp.example.com"]},
        {"aud": "another"},
        {"exp": 0},
        {"email_verified": False},
        {"groups": 7},
        {"at_hash": "AAAA"},
    ],
)
def test_a_new_id_token_that_does_not_hold_ends_the_sign_in(claims: dict[str, object]) -> None:
    with pytest.raises(SignInRefused):
        recheck(FakeOpenIdProvider(claims=claims))


def test_the_domain_is_demanded_again() -> None:
    settings = replace(FakeOpenIdProvider().settings(), hosted_domain="example.com")
    assert recheck(FakeOpenIdProvider(claims={"hd": "example.com"}), settings).identity == ADA
    with pytest.raises(SignInRefused, match="Only accounts of"):
        recheck(FakeOpenIdProvider(), settings)


def test_a_new_id_token_without_an_address_changes_no_address() -> None:
    fake = FakeOpenIdProvider(claims={"email": REMOVED, "email_verified": REMOVED})
    assert recheck(fake).identity == ADA
    fake.userinfo = {"email": "Ada@example.com"}
    assert recheck(fake).identity == ADA


def test_an_address_that_changed_is_looked_at_like_a_first_one() -> None:
    fake = FakeOpenIdProvider(claims={"email": "lovelace@example.com"})
    assert recheck(fake).identity.email == "lovelace@example.com"
    fake.claims["email_verified"] = REMOVED
    with pytest.raises(SignInRefused, match="does not vouch"):
        recheck(fake)


def test_groups_that_a_new_id_token_and_userinfo_lack_are_gone() -> None:
    assert recheck(FakeOpenIdProvider(claims={"groups": REMOVED})).identity.groups == frozenset()


def test_userinfo_is_read_again_where_there_is_no_new_id_token() -> None:
    fake = FakeOpenIdProvider(tokens=dict(WITHOUT_ID_TOKEN), userinfo={"groups": ["sre"], "name": "Countess"})
    before = replace(ADA, roles=frozenset({"r"}), claims=frozenset({("department", "it")}))
    now = recheck(fake, CURIOUS, before=before).identity
    assert now == replace(before, groups=frozenset({"sre"}), name="Countess")
    asked = fake.asked[-1]
    assert (asked.url.path, asked.headers["authorization"]) == ("/userinfo", f"Bearer {ACCESS_TOKEN}")


def test_what_userinfo_says_anew_takes_the_place_of_what_was() -> None:
    fake = FakeOpenIdProvider(tokens=dict(WITHOUT_ID_TOKEN))
    fake.userinfo = {"roles": [], "department": ["sales"], "email": "new@example.com", "email_verified": True}
    before = replace(ADA, roles=frozenset({"r"}), claims=frozenset({("department", "it")}))
    now = recheck(fake, CURIOUS, before=before).identity
    assert (now.roles, now.email) == (frozenset(), "new@example.com")
    assert now.claims == {("department", "sales")}
    assert now.groups == ADA.groups


@pytest.mark.parametrize(
    "userinfo",
    [
        {"sub": "eve-3"},
        {"email": "new@example.com"},
        {"email": "ada@example.com", "email_verified": False},
        {"groups": {"a": 1}},
    ],
)
def test_userinfo_that_does_not_hold_ends_the_sign_in(userinfo: dict[str, object]) -> None:
    with pytest.raises(SignInRefused):
        recheck(FakeOpenIdProvider(tokens=dict(WITHOUT_ID_TOKEN), userinfo=userinfo))


def test_where_there_is_nothing_to_ask_the_person_stays_who_they_were() -> None:
    fake = FakeOpenIdProvider(tokens=dict(WITHOUT_ID_TOKEN), metadata={"userinfo_endpoint": REMOVED})
    before = replace(ADA, contexts=frozenset({"c1"}))
    assert recheck(fake, before=before).identity == ADA


def test_userinfo_that_cannot_be_had_is_no_word_on_the_person() -> None:
    fake = FakeOpenIdProvider(tokens=dict(WITHOUT_ID_TOKEN))
    fake.answers["/userinfo"] = lambda _: httpx.Response(401)
    with pytest.raises(Unavailable):
        recheck(fake)


class Directory:
    """Groups by an API of the provider's own."""

    def __init__(self, problem: str = "") -> None:
        self.problem = problem

    async def groups(self, *, subject: str, email: str) -> Mapping[str, str]:
        if self.problem:
            raise Unavailable(self.problem)
        return {f"{subject} {email}": "Shown"}

    async def check(self) -> str:
        return ""


def test_groups_of_the_providers_own_api_take_the_place_of_the_tokens() -> None:
    arrival = recheck(FakeOpenIdProvider(), groups=Directory())
    assert arrival.identity.groups == {"ada-1 ada@example.com"}
    assert arrival.group_names == {"ada-1 ada@example.com": "Shown"}
    with pytest.raises(Unavailable, match="token expired"):
        recheck(FakeOpenIdProvider(), groups=Directory("the API token expired"))
