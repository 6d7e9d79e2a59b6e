from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable
from datetime import timedelta

import httpx
import pytest

from doorward.sample.entra.directory import SIGN_IN, ConditionalAccessPolicy, Outcome
from doorward.sample.entra.seed import ADA, CLIENT_ID, CLIENT_SECRET, SECRET_ID, TENANT_ID
from tests.fakes.entra import FakeEntra
from tests.fakes.entra_visitor import Visitor
from tests.sample.entra import stories


def visit(fake: FakeEntra, story: Callable[[Visitor], Awaitable[None]]) -> None:
    stories.visit(fake, story, by_itself="ada@example.com")


def refusal(answer: httpx.Response) -> tuple[str, int]:
    """OAuth error and code; the rest of Entra's shape is checked on the way."""
    body = answer.json()
    [code] = body["error_codes"]
    assert answer.status_code in {400, 401}
    assert body["error_description"].startswith(f"AADSTS{code}: ")
    assert f"\r\nTrace ID: {body['trace_id']}\r\n" in body["error_description"]
    assert f"Correlation ID: {body['correlation_id']}" in body["error_description"]
    assert body["error_uri"].endswith(f"/error?code={code}")
    return body["error"], code


async def refresh(ada: Visitor, token: str) -> httpx.Response:
    return await ada.ask_token(grant_type="refresh_token", refresh_token=token, client_secret=CLIENT_SECRET)


def test_a_code_becomes_tokens_once() -> None:
    async def story(ada: Visitor) -> None:
        arrived = (await ada.authorize()).arrived
        body = (await ada.redeem(arrived)).json()
        assert (body["token_type"], body["expires_in"], body["ext_expires_in"]) == ("Bearer", 4299, 4299)
        assert "User.Read" in body["scope"].split()
        assert "offline_access" not in body["scope"].split()
        assert body["access_token"].count(".") == 0
        assert refusal(await ada.redeem(arrived)) == ("invalid_grant", 54005)

    visit(FakeEntra(), story)


def test_without_its_scope_there_is_no_such_token() -> None:
    async def story(ada: Visitor) -> None:
        body = (await ada.redeem((await ada.authorize(scope="User.Read")).arrived)).json()
        assert "refresh_token" not in body
        assert "id_token" not in body

    visit(FakeEntra(), story)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"code": "made-up"}, ("invalid_grant", 70000)),
        ({"code": ""}, ("invalid_request", 900144)),
        ({"redirect_uri": "https://elsewhere.example/"}, ("invalid_client", 500112)),
        ({"code_verifier": ""}, ("invalid_grant", 50148)),
        ({"code_verifier": "another"}, ("invalid_grant", 501481)),
        ({"client_secret": "wrong"}, ("invalid_client", 7000215)),
        ({"client_secret": SECRET_ID}, ("invalid_client", 7000215)),
        ({"client_secret": ""}, ("invalid_client", 70002)),
        ({"client_id": "unknown"}, ("unauthorized_client", 700016)),
        ({"client_id": ""}, ("invalid_request", 900144)),
        ({"grant_type": "password"}, ("unsupported_grant_type", 70003)),
        ({"grant_type": ""}, ("invalid_request", 900144)),
    ],
)
def test_a_wrong_request_for_tokens_is_refused(changes: dict[str, str], expected: tuple[str, int]) -> None:
    async def story(ada: Visitor) -> None:
        assert refusal(await ada.redeem((await ada.authorize()).arrived, **changes)) == expected

    visit(FakeEntra(), story)


@pytest.mark.parametrize(
    ("tenant", "expected"),
    [
        ("nowhere.example", ("invalid_request", 90002)),
        ("common", ("invalid_request", 50194)),
    ],
)
def test_a_wrong_tenant_is_refused(tenant: str, expected: tuple[str, int]) -> None:
    async def story(ada: Visitor) -> None:
        assert refusal(await ada.redeem((await ada.authorize()).arrived, tenant)) == expected

    visit(FakeEntra(), story)


def test_a_code_lives_ten_minutes() -> None:
    fake = FakeEntra()

    async def story(ada: Visitor) -> None:
        arrived = (await ada.authorize()).arrived
        fake.clock.advance(timedelta(minutes=10))
        assert refusal(await ada.redeem(arrived)) == ("invalid_grant", 70008)

    visit(fake, story)


def test_an_expired_secret_is_told_apart_from_a_wrong_one() -> None:
    fake = FakeEntra()
    fake.expire_secret()

    async def story(ada: Visitor) -> None:
        assert refusal(await ada.redeem((await ada.authorize()).arrived)) == ("invalid_client", 7000222)

    visit(fake, story)


def test_a_secret_may_come_in_the_header() -> None:
    async def story(ada: Visitor) -> None:
        basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        answer = await ada.client.post(
            f"/{TENANT_ID}/oauth2/v2.0/token",
            data={"grant_type": "client_credentials", "scope": "https://graph.microsoft.com/.default"},
            headers={"Authorization": f"Basic {basic}"},
        )
        assert answer.status_code == 200

    visit(FakeEntra(), story)


def test_an_application_by_itself_gets_a_token_without_refresh() -> None:
    async def story(ada: Visitor) -> None:
        ask = {"grant_type": "client_credentials", "client_secret": CLIENT_SECRET}
        answer = await ada.ask_token(**ask, scope="https://graph.microsoft.com/.default")
        assert answer.json().keys() == {"token_type", "expires_in", "ext_expires_in", "access_token"}
        assert answer.json()["expires_in"] == 3599
        wrong = await ada.ask_token(**ask, scope="User.Read.All")
        assert refusal(wrong) == ("invalid_scope", 1002012)

    visit(FakeEntra(), story)


def test_a_refresh_token_is_rotated_and_the_old_one_stays_good() -> None:
    async def story(ada: Visitor) -> None:
        first = (await ada.tokens("ada@example.com"))["refresh_token"]
        second = (await refresh(ada, first)).json()["refresh_token"]
        assert second != first
        assert (await refresh(ada, first)).status_code == 200
        assert (await refresh(ada, second)).status_code == 200

    visit(FakeEntra(), story)


def test_a_refreshed_id_token_has_no_nonce() -> None:
    async def story(ada: Visitor) -> None:
        token = (await ada.tokens("ada@example.com"))["refresh_token"]
        payload = (await refresh(ada, token)).json()["id_token"].split(".")[1]
        assert b'"nonce"' not in base64.urlsafe_b64decode(payload + "===")

    visit(FakeEntra(), story)


def sign_in_again(fake: FakeEntra) -> None:
    fake.tenant.policies.append(ConditionalAccessPolicy("p", "Every 4 h", sign_in_frequency_hours=4))
    fake.clock.advance(timedelta(hours=4))


@pytest.mark.parametrize(
    ("change", "code", "suberror"),
    [
        (lambda fake: fake.disable(ADA), 50057, "user_disabled"),
        (lambda fake: fake.delete(ADA), 50034, ""),
        (lambda fake: fake.revoke_sessions(ADA), 50173, "bad_token"),
        (lambda fake: fake.change_password(ADA, "new"), 50173, "bad_token"),
        (lambda fake: fake.clock.advance(timedelta(days=90)), 700082, "bad_token"),
        (sign_in_again, 70043, "bad_token"),
        (lambda fake: fake.set_outcome(ADA, SIGN_IN, Outcome.MFA), 50076, "basic_action"),
        (lambda fake: fake.set_outcome(ADA, SIGN_IN, Outcome.BLOCK), 53003, "message_only"),
        (lambda fake: fake.take_permission("User.Read"), 65001, "consent_required"),
    ],
)
def test_a_refresh_token_ends_with_what_it_stood_for(
    change: Callable[[FakeEntra], None], code: int, suberror: str
) -> None:
    fake = FakeEntra()

    async def story(ada: Visitor) -> None:
        token = (await ada.tokens("ada@example.com"))["refresh_token"]
        change(fake)
        answer = await refresh(ada, token)
        assert refusal(answer) == ("invalid_grant", code)
        assert answer.json().get("suberror", "") == suberror
        assert ("claims" in answer.json()) is (code in {50076, 53003})

    visit(fake, story)


def test_somebody_who_is_disabled_meanwhile_gets_no_tokens_for_a_code() -> None:
    fake = FakeEntra()

    async def story(ada: Visitor) -> None:
        arrived = (await ada.authorize()).arrived
        fake.disable(ADA)
        assert refusal(await ada.redeem(arrived)) == ("invalid_grant", 50057)

    visit(fake, story)


def test_who_signs_in_after_a_revocation_in_the_same_second_is_signed_in() -> None:
    fake = FakeEntra()

    async def story(ada: Visitor) -> None:
        old = (await ada.tokens("ada@example.com"))["refresh_token"]
        fake.revoke_sessions(ADA)
        new = (await ada.tokens("ada@example.com"))["refresh_token"]
        assert (await refresh(ada, old)).status_code == 400
        assert (await refresh(ada, new)).status_code == 200

    visit(fake, story)


def test_the_clients_own_request_id_is_repeated() -> None:
    async def story(ada: Visitor) -> None:
        answer = await ada.client.post(
            f"/{TENANT_ID}/oauth2/v2.0/token", data={}, headers={"client-request-id": "mine"}
        )
        assert answer.json()["correlation_id"] == "mine"

    visit(FakeEntra(), story)
