from __future__ import annotations

import json

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from doorward.sample.entra.directory import SIGN_IN, Outcome
from doorward.sample.entra.seed import ADA, BOB, CLIENT_ID, SALES, TENANT_ID
from tests.fakes.entra import CALLBACK, FakeEntra
from tests.fakes.entra_visitor import Visitor
from tests.sample.entra.stories import visit

C1 = json.dumps({"id_token": {"acrs": {"essential": True, "value": "c1"}}})


async def verified(client: httpx.AsyncClient, token: str, tenant: str = TENANT_ID) -> dict[str, object]:
    """The claims of a token whose signature was checked with what discovery leads to."""
    metadata = (await client.get(f"/{tenant}/v2.0/.well-known/openid-configuration")).json()
    keys = (await client.get(metadata["jwks_uri"])).json()
    assert {key["issuer"] for key in keys["keys"]} == {metadata["issuer"]}
    return dict(jwt.decode(token, KeySet.import_key_set(keys), algorithms=["RS256"]).claims)


def test_somebody_signs_in_and_the_id_token_says_who_it_is() -> None:
    fake = FakeEntra()

    async def story(ada: Visitor) -> None:
        page = await ada.authorize()
        assert "Sign in" in page.text
        page = await ada.sign_in(page, "ada@example.com")
        assert page.response.headers["location"].startswith(CALLBACK)
        assert page.arrived["state"] == "the-state"
        tokens = (await ada.redeem(page.arrived)).json()
        claims = await verified(ada.client, tokens["id_token"])
        now = int(fake.clock.now().timestamp())
        assert claims["iss"] == f"{fake.base_url}/{TENANT_ID}/v2.0"
        assert (claims["aud"], claims["tid"], claims["oid"]) == (CLIENT_ID, TENANT_ID, ADA)
        assert (claims["ver"], claims["nonce"], claims["email"]) == ("2.0", "the-nonce", "ada@example.com")
        assert (claims["iat"], claims["nbf"], claims["auth_time"]) == (now - 300, now - 300, now)
        assert claims["xms_edov"] is True
        assert claims["acct"] == 0
        assert claims["sub"] not in {ADA, claims["oid"]}
        assert "amr" not in claims

    visit(fake, story)


def test_whoever_is_signed_in_is_not_asked_again() -> None:
    async def story(ada: Visitor) -> None:
        first = await ada.sign_in(await ada.authorize(), "ada@example.com")
        again = await ada.authorize(prompt="none")
        assert again.arrived["code"] != first.arrived["code"]

    visit(FakeEntra(), story)


def test_prompt_login_asks_for_the_password_again() -> None:
    async def story(ada: Visitor) -> None:
        await ada.sign_in(await ada.authorize(), "ada@example.com")
        page = await ada.authorize(prompt="login", login_hint="ada@example.com")
        assert 'value="ada@example.com"' in page.text
        assert "code" in (await ada.sign_in(page, "ada@example.com")).arrived

    visit(FakeEntra(), story)


def test_prompt_select_account_lets_people_pick() -> None:
    async def story(ada: Visitor) -> None:
        await ada.sign_in(await ada.authorize(), "ada@example.com")
        page = await ada.authorize(prompt="select_account")
        assert "Pick an account" in page.text
        other = await ada.press(page, "Use another account")
        await ada.sign_in(other, "bob@example.com")
        both = await ada.authorize()
        picked = await ada.press(both, "Bob Bell")
        claims = await verified(ada.client, (await ada.redeem(picked.arrived)).json()["id_token"])
        assert claims["oid"] == BOB

    visit(FakeEntra(), story)


def test_a_silent_request_without_a_session_is_told_that_sign_in_is_needed() -> None:
    async def story(ada: Visitor) -> None:
        arrived = (await ada.authorize(prompt="none")).arrived
        assert arrived["error"] == "login_required"
        assert arrived["error_description"].startswith("AADSTS50058")
        assert arrived["state"] == "the-state"

    visit(FakeEntra(), story)


def test_a_wrong_password_is_told_on_the_page() -> None:
    async def story(ada: Visitor) -> None:
        page = await ada.sign_in(await ada.authorize(), "ada@example.com", "wrong")
        assert "incorrect" in page.text
        page = await ada.sign_in(page, "nobody@example.com")
        assert "couldn't find" in page.text

    visit(FakeEntra(), story)


def test_a_disabled_person_gets_no_code() -> None:
    fake = FakeEntra()
    fake.disable(ADA)

    async def story(ada: Visitor) -> None:
        page = await ada.sign_in(await ada.authorize(), "ada@example.com")
        assert "locked" in page.text

    visit(fake, story)


def test_an_unregistered_redirect_uri_is_shown_and_nobody_is_sent_there() -> None:
    async def story(ada: Visitor) -> None:
        page = await ada.authorize(redirect_uri=f"{CALLBACK}/")
        assert page.response.status_code == 400
        assert "AADSTS50011" in page.text
        assert "location" not in page.response.headers

    visit(FakeEntra(), story)


@pytest.mark.parametrize(
    ("tenant", "changes", "code"),
    [
        ("nowhere.example", {}, "AADSTS90002"),
        (TENANT_ID, {"client_id": "unknown"}, "AADSTS700016"),
        ("common", {}, "AADSTS50194"),
        (TENANT_ID, {"client_id": ""}, "AADSTS900144"),
    ],
)
def test_what_is_wrong_with_the_application_is_shown_on_a_page(
    tenant: str, changes: dict[str, str], code: str
) -> None:
    async def story(ada: Visitor) -> None:
        page = await ada.authorize(tenant, **changes)
        assert page.response.status_code == 400
        assert code in page.text

    visit(FakeEntra(), story)


def test_whoever_is_not_assigned_is_refused_on_a_page() -> None:
    fake = FakeEntra()
    fake.require_assignment(SALES)

    async def story(visitor: Visitor) -> None:
        page = await visitor.sign_in(await visitor.authorize(), "ada@example.com")
        assert "AADSTS50105" in page.text
        page = await visitor.sign_in(await visitor.authorize(prompt="login"), "bob@example.com")
        assert "code" in page.arrived

    visit(fake, story)


def test_a_context_that_wants_more_shows_a_page_with_one_button() -> None:
    fake = FakeEntra()
    fake.set_outcome(ADA, "c1", Outcome.MFA)

    async def story(ada: Visitor) -> None:
        plain = await ada.sign_in(await ada.authorize(), "ada@example.com")
        claims = await verified(ada.client, (await ada.redeem(plain.arrived)).json()["id_token"])
        assert "c1" not in claims.get("acrs", [])  # type: ignore[operator]  # a claim is any JSON
        silent = await ada.authorize(claims=C1, prompt="none")
        assert silent.arrived["error"] == "interaction_required"
        page = await ada.authorize(claims=C1)
        assert "Approve" in page.text
        approved = await ada.press(page, "Approve")
        claims = await verified(ada.client, (await ada.redeem(approved.arrived)).json()["id_token"])
        assert "c1" in claims["acrs"]  # type: ignore[operator]  # as above

    visit(fake, story)


def test_a_blocked_context_is_refused_on_a_page_or_told_to_a_silent_application() -> None:
    fake = FakeEntra()
    fake.set_outcome(ADA, "c1", Outcome.BLOCK)

    async def story(ada: Visitor) -> None:
        page = await ada.sign_in(await ada.authorize(claims=C1), "ada@example.com")
        assert "AADSTS53003" in page.text
        silent = await ada.authorize(claims=C1, prompt="none")
        assert silent.arrived["error_description"].startswith("AADSTS53003")
        fake.faults.refusals_return = True
        told = await ada.authorize(claims=C1)
        assert told.arrived["error_description"].startswith("AADSTS53003")

    visit(fake, story)


def test_a_context_that_no_enabled_policy_guards_is_given_to_anybody() -> None:
    fake = FakeEntra()
    fake.set_outcome(ADA, "c2", Outcome.BLOCK)

    async def story(ada: Visitor) -> None:
        tokens = await ada.tokens("ada@example.com", claims=C1.replace("c1", "c2"))
        claims = await verified(ada.client, tokens["id_token"])
        assert "c2" in claims["acrs"]  # type: ignore[operator]  # as above

    visit(fake, story)


def test_every_sign_in_can_be_made_to_want_more() -> None:
    fake = FakeEntra()
    fake.set_outcome(ADA, SIGN_IN, Outcome.MFA)

    async def story(ada: Visitor) -> None:
        page = await ada.sign_in(await ada.authorize(), "ada@example.com")
        assert "code" in (await ada.press(page, "Approve")).arrived

    visit(fake, story)


def test_with_auto_sign_in_a_hint_is_enough() -> None:
    fake = FakeEntra()
    fake.faults.auto_sign_in = True

    async def story(ada: Visitor) -> None:
        assert "code" in (await ada.authorize(login_hint="ada@example.com")).arrived
        assert "code" in (await ada.authorize(login_hint="bob@example.com", prompt="login")).arrived

    visit(fake, story)


def test_form_post_answers_with_a_form() -> None:
    async def story(ada: Visitor) -> None:
        page = await ada.sign_in(await ada.authorize(response_mode="form_post"), "ada@example.com")
        assert page.response.status_code == 200
        assert set(page.arrived) == {"code", "state"}

    visit(FakeEntra(), story)


def test_an_interaction_belongs_to_the_browser_that_began_it() -> None:
    fake = FakeEntra()

    async def story(ada: Visitor) -> None:
        page = await ada.authorize()
        async with fake.client() as other:
            stolen = await Visitor(fake, other).sign_in(page, "ada@example.com")
        assert "AADSTS90014" in stolen.text

    visit(fake, story)


def test_missing_consent_of_an_administrator_sends_people_away() -> None:
    fake = FakeEntra()
    fake.take_permission("GroupMember.Read.All")

    async def story(visitor: Visitor) -> None:
        page = await visitor.sign_in(await visitor.authorize(), "ada@example.com")
        assert "Need admin approval" in page.text
        back = await visitor.press(page, "Return")
        assert back.arrived["error"] == "access_denied"
        page = await visitor.sign_in(await visitor.authorize(prompt="login"), "bob@example.com")
        page = await visitor.press(page, "Accept", everybody="yes")
        assert "code" in page.arrived
        page = await visitor.sign_in(await visitor.authorize(prompt="login"), "ada@example.com")
        assert "code" in page.arrived

    visit(fake, story)


def test_people_consent_for_themselves_to_what_concerns_only_them() -> None:
    fake = FakeEntra()
    fake.take_permission("User.Read")

    async def story(visitor: Visitor) -> None:
        page = await visitor.sign_in(await visitor.authorize(), "ada@example.com")
        declined = await visitor.press(page, "Cancel")
        assert declined.arrived["error_description"].startswith("AADSTS65004")
        page = await visitor.press(await visitor.authorize(), "Accept")
        assert "User.Read" in (await visitor.redeem(page.arrived)).json()["scope"].split()

    visit(fake, story)


def test_an_administrator_grants_what_the_registration_has_configured() -> None:
    fake = FakeEntra()
    standing = fake.tenant.applications[CLIENT_ID]
    standing.granted_delegated, standing.granted_application = set(), set()
    address = f"/{TENANT_ID}/v2.0/adminconsent?client_id={CLIENT_ID}&redirect_uri={CALLBACK}&state=s"

    async def story(visitor: Visitor) -> None:
        refused = await visitor.sign_in(await visitor.open(address), "ada@example.com")
        assert "Need admin approval" in refused.text
        page = await visitor.open(address)
        async with fake.client() as other:
            bob = Visitor(fake, other)
            page = await bob.sign_in(await bob.open(address), "bob@example.com")
            assert "Policy.Read.ConditionalAccess" in page.text
            arrived = (await bob.press(page, "Accept")).arrived
        assert (arrived["admin_consent"], arrived["tenant"], arrived["state"]) == ("True", TENANT_ID, "s")
        assert standing.granted_application == fake.registration.application_permissions

    visit(fake, story)
