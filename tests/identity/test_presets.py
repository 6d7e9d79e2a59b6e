"""The peculiarities of well-known services, each against a provider that has them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

import httpx
import pytest

from doorward.identity.oidc.provider import OidcProvider
from doorward.identity.passwords import Passwords
from doorward.identity.providers import Surroundings, build_provider
from doorward.model.errors import Invalid, Refused, SignInRefused
from doorward.model.identity_provider import IdentityProvider, OpenIdConnect
from doorward.model.presets import PRESETS
from doorward.ports.identity import Arrival, CheckState
from tests.fakes import google, okta
from tests.fakes.clock import FakeClock, FakeRandomness
from tests.fakes.openid import CALLBACK, REMOVED, WORK
from tests.fakes.openid_app import Grant, OpenIdApp, Somebody, client_of
from tests.identity.test_passwords import CHEAP

ADA = Somebody("ada-1", "ada@example.com", "Ada", groups=("engineers",))
HINT = "ada@example.com"


def settings(preset: str, fake: OpenIdApp) -> OpenIdConnect:
    return replace(
        PRESETS[preset].settings,
        issuer=fake.issuer,
        client_id=fake.client_id,
        client_secret=fake.client_secret,
    )


def adapter(wanted: OpenIdConnect, fake: OpenIdApp, client: httpx.AsyncClient) -> OidcProvider:
    around = Surroundings(
        client=lambda _: client,
        passwords=Passwords(parameters=CHEAP, threads=1),
        clock=fake.clock,
        randomness=FakeRandomness(),
    )
    provider = build_provider(IdentityProvider(id=WORK, settings=wanted), around)
    assert isinstance(provider, OidcProvider)
    return provider


async def sign_in(provider: OidcProvider, client: httpx.AsyncClient, who: str = HINT) -> Arrival:
    departure = await provider.depart(callback=CALLBACK, login_hint=who)
    back = (await client.get(departure.url)).headers["location"]
    answer = dict(httpx.URL(back).params)
    return await provider.arrive(callback=CALLBACK, transaction=departure.transaction, answer=answer)


def arrive(preset: str, fake: OpenIdApp, who: str = HINT, wanted: OpenIdConnect | None = None) -> Arrival:
    async def run() -> Arrival:
        async with client_of(fake) as client:
            return await sign_in(adapter(wanted or settings(preset, fake), fake, client), client, who)

    return asyncio.run(run())


def plain_app(preset: str) -> OpenIdApp:
    issuer = PRESETS[preset].issuer_of(
        {
            "domain": "acme.example.com",
            "url": "https://sso.example.com",
            "realm": "staff",
            "environment": "e-1",
            "subdomain": "acme",
            "region": "com",
            "user_pool": "p",
        }
    )
    return OpenIdApp(issuer=issuer, people=[ADA])


@pytest.mark.parametrize("preset", ["okta", "keycloak", "auth0", "pingone", "onelogin", "gitlab"])
def test_people_sign_in_where_there_is_nothing_peculiar(preset: str) -> None:
    fake = plain_app(preset)
    identity = arrive(preset, fake).identity
    assert (identity.subject, identity.email) == ("ada-1", HINT)
    assert identity.groups == {"engineers"}
    assert {"nonce", "code_challenge"} <= fake.forms("/authorize")[0].query_params.keys()


def test_keycloaks_groups_lose_the_slash_at_their_beginning() -> None:
    fake = plain_app("keycloak")
    fake.people = [replace(ADA, groups=("/engineers", "/acme/sre"))]
    assert arrive("keycloak", fake).identity.groups == {"engineers", "acme/sre"}


def test_keycloaks_roles_are_found_by_their_path() -> None:
    fake = plain_app("keycloak")
    fake.people = [replace(ADA, claims={"realm_access": {"roles": ["admin"]}})]
    wanted = replace(settings("keycloak", fake), roles_claim="realm_access.roles")
    assert arrive("keycloak", fake, wanted=wanted).identity.roles == {"admin"}


def test_auth0s_groups_are_found_by_a_url() -> None:
    fake = plain_app("auth0")
    fake.people = [replace(ADA, claims={"https://acme.example.com/groups": ["sre"]})]
    wanted = replace(settings("auth0", fake), groups_claim="https://acme.example.com/groups")
    assert arrive("auth0", fake, wanted=wanted).identity.groups == {"sre"}


def test_onelogins_groups_may_come_as_one_text() -> None:
    fake = plain_app("onelogin")
    fake.changes = {"groups": "engineers;sre; on call"}
    assert arrive("onelogin", fake).identity.groups == {"engineers", "sre", "on call"}


@dataclass
class FakeCognito(OpenIdApp):
    """ID tokens say what they are for; groups have a claim of their own; userinfo writes text."""

    issuer: str = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC"
    people: list[Somebody] = field(default_factory=lambda: [ADA])
    use: object = "id"

    def claims_of(self, grant: Grant) -> Mapping[str, object]:
        return {"token_use": self.use, "cognito:groups": ["admins"], "cognito:username": "ada"}

    def userinfo_of(self, person: Somebody) -> Mapping[str, object]:
        return {"sub": person.sub, "email": person.email, "email_verified": "true"}


def test_cognitos_groups_and_textual_truths_are_understood() -> None:
    identity = arrive("cognito", FakeCognito()).identity
    assert identity.email == HINT
    assert identity.groups == {"admins"}


@pytest.mark.parametrize("use", ["access", None])
def test_cognitos_access_tokens_are_no_id_tokens(use: object) -> None:
    with pytest.raises(Refused, match="another kind of token"):
        arrive("cognito", FakeCognito(use=use))


def test_gitlabs_groups_come_from_userinfo() -> None:
    class FakeGitlab(OpenIdApp):
        def claims_of(self, grant: Grant) -> Mapping[str, object]:
            claims = {name: v for name, v in super().claims_of(grant).items() if name != "groups"}
            return {**claims, "groups_direct": ["acme/inner"]}

        def userinfo_of(self, person: Somebody) -> Mapping[str, object]:
            return {**super().userinfo_of(person), "groups": ["acme", "acme/inner"]}

    fake = FakeGitlab(issuer="https://gitlab.com", people=[ADA])
    assert arrive("gitlab", fake).identity.groups == {"acme", "acme/inner"}


def linkedin() -> OpenIdApp:
    both = ("client_secret_basic", "client_secret_post")
    fake = OpenIdApp(issuer="https://www.linkedin.com/oauth", people=[ADA], authentication=both)
    fake.changes = {"nonce": REMOVED, "groups": REMOVED}
    return fake


def test_linkedin_gets_no_pkce_no_basic_authentication_and_gives_no_nonce() -> None:
    fake = linkedin()
    assert arrive("linkedin", fake).identity.email == HINT
    assert "code_challenge" not in fake.forms("/authorize")[0].query_params
    assert "authorization" not in fake.forms("/token")[0].headers


def test_a_wrong_nonce_of_linkedins_is_refused_all_the_same() -> None:
    fake = linkedin()
    fake.changes["nonce"] = "another"
    with pytest.raises(Refused, match="nonce"):
        arrive("linkedin", fake)


def test_a_missing_nonce_is_refused_of_anybody_else() -> None:
    fake = plain_app("gitlab")
    fake.changes = {"nonce": REMOVED}
    with pytest.raises(Refused, match="nonce"):
        arrive("gitlab", fake)


# --- Google -------------------------------------------------------------------------------------


def workspace(fake: google.FakeGoogle) -> OpenIdConnect:
    return replace(settings("google", fake), hosted_domain="example.com")


@pytest.mark.parametrize("bare", [True, False])
def test_google_names_itself_in_two_ways(bare: bool) -> None:  # noqa: FBT001 - a test's parameter
    assert arrive("google", google.FakeGoogle(bare=bare)).identity.subject == google.ADA.sub


def test_googles_other_spelling_is_refused_of_anybody_else() -> None:
    fake = plain_app("gitlab")
    fake.changes = {"iss": "gitlab.com"}
    with pytest.raises(Refused, match="issuer"):
        arrive("gitlab", fake)


def test_anybody_has_a_google_account_but_not_one_of_the_workspace() -> None:
    fake = google.FakeGoogle()
    assert arrive("google", fake, google.EVE.email).identity.email == google.EVE.email
    assert arrive("google", fake, wanted=workspace(fake)).identity.email == HINT
    with pytest.raises(SignInRefused, match="Only accounts of example"):
        arrive("google", fake, google.EVE.email, workspace(fake))
    assert fake.forms("/authorize")[-1].query_params["hd"] == "example.com"


def test_a_consumer_account_with_an_address_of_the_workspace_is_not_of_it() -> None:
    fake = google.FakeGoogle(people=[Somebody("6666", HINT)])
    with pytest.raises(SignInRefused, match="of no organisation"):
        arrive("google", fake, wanted=workspace(fake))


def test_google_gives_a_refresh_token_to_who_asks_its_way_and_rechecks_by_it() -> None:
    fake = google.FakeGoogle()
    wanted = replace(workspace(fake), recheck_every=timedelta(minutes=15))
    assert arrive("google", fake, wanted=workspace(fake)).refresh_token == ""

    async def run() -> None:
        async with client_of(fake) as client:
            provider = adapter(wanted, fake, client)
            arrival = await sign_in(provider, client)
            assert arrival.refresh_token
            again = await provider.recheck(arrival.identity, refresh_token=arrival.refresh_token)
            assert again.identity == arrival.identity
            fake.refused.add(arrival.refresh_token)
            with pytest.raises(SignInRefused, match="ended your sign-in"):
                await provider.recheck(arrival.identity, refresh_token=arrival.refresh_token)

    asyncio.run(run())


def test_a_workspaces_groups_come_from_its_directory() -> None:
    fake = google.FakeGoogle()
    wanted = replace(
        workspace(fake), groups_token=fake.service_account(), groups_administrator=google.ADMINISTRATOR
    )
    arrival = arrive("google", fake, wanted=wanted)
    assert arrival.identity.groups == {f"{name}@example.com" for name in google.ADA.groups}
    assert arrival.group_names["sre@example.com"] == "SRE"
    fake.delegated = False
    with pytest.raises(SignInRefused, match="Failed to fetch group information") as caught:
        arrive("google", fake, wanted=wanted)
    assert "Domain-wide delegation" in caught.value.administrator


# --- Okta ---------------------------------------------------------------------------------------


def test_oktas_tokens_lose_many_groups_and_its_api_has_them_all() -> None:
    fake = okta.FakeOkta()
    assert arrive("okta", fake, okta.BOB.email).identity.groups == {"engineers"}
    assert arrive("okta", fake).identity.groups == frozenset()
    with_api = replace(settings("okta", fake), groups_token=okta.API_TOKEN)
    assert len(arrive("okta", fake, wanted=with_api).identity.groups) == 250


def test_an_okta_api_that_says_no_refuses_the_sign_in_and_shows_in_the_checklist() -> None:
    fake = okta.FakeOkta()
    wrong = replace(settings("okta", fake), groups_token="wrong")
    with pytest.raises(SignInRefused, match="Failed to fetch group information") as caught:
        arrive("okta", fake, wanted=wrong)
    assert "groups_token" in caught.value.administrator

    async def states() -> dict[str, CheckState]:
        async with client_of(fake) as client:
            provider = adapter(wrong, fake, client)
            return {check.name: check.state async for check in provider.checklist(callback=CALLBACK)}

    found = asyncio.run(states())
    assert found.pop("groups") is CheckState.FAILED
    assert found.pop("clock") is CheckState.NOT_CHECKED
    assert set(found.values()) == {CheckState.PASSED}


def test_settings_that_cannot_be_used_are_invalid_from_the_start() -> None:
    fake = okta.FakeOkta(clock=FakeClock())
    for wrong in ({"preset": "myspace"}, {"preset": "gitlab", "groups_token": "x"}):
        wanted = replace(
            settings("okta", fake), preset=wrong["preset"], groups_token=wrong.get("groups_token", "")
        )
        with pytest.raises(Invalid):
            adapter(wanted, fake, client_of(fake))
