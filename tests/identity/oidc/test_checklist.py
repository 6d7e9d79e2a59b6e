from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime

import httpx
import pytest

from doorward.identity.oidc.checklist import NO_CODE
from doorward.identity.oidc.group_source import GroupSource
from doorward.model.errors import Unavailable
from doorward.model.identity_provider import OpenIdConnect
from doorward.model.presets import STANDARD, Quirks
from doorward.ports.identity import Check, Checked, CheckState
from tests.fakes.openid import CALLBACK, REMOVED, FakeOpenIdProvider, as_json, run_arrival

SETTINGS = FakeOpenIdProvider().settings()
RECHECKING = replace(SETTINGS, recheck_every=timedelta(minutes=15))
KNOWS_THE_CLIENT: Mapping[str, object] = {"error": "invalid_grant"}


def honest() -> FakeOpenIdProvider:
    return FakeOpenIdProvider(answers={"/token": lambda _: as_json(KNOWS_THE_CLIENT, 400)})


def checks(
    fake: FakeOpenIdProvider,
    settings: OpenIdConnect = SETTINGS,
    *,
    quirks: Quirks = STANDARD,
    groups: GroupSource | None = None,
) -> dict[str, Check]:
    async def run() -> list[Check]:
        async with fake.client() as client:
            provider = fake.provider(client, settings, quirks=quirks, groups=groups)
            assert isinstance(provider, Checked)
            return [check async for check in provider.checklist(callback=CALLBACK)]

    found = asyncio.run(run())
    assert len({check.name for check in found}) == len(found)
    assert all(check.what and (check.found or check.fix) for check in found)
    return {check.name: check for check in found}


def states(fake: FakeOpenIdProvider, settings: OpenIdConnect = SETTINGS) -> dict[str, str]:
    return {name: str(check.state) for name, check in checks(fake, settings).items()}


def test_a_right_setup_passes_in_order() -> None:
    fake = honest()
    fake.metadata["scopes_supported"] = ["openid", "email", "profile"]
    assert list(states(fake).items()) == [
        ("discovery", "passed"),
        ("keys", "passed"),
        ("client-authentication", "passed"),
        ("client-secret", "passed"),
        ("scopes", "passed"),
        ("clock", "not-checked"),
    ]


def test_the_secret_is_tried_with_a_code_that_nobody_was_given() -> None:
    fake = honest()
    checks(fake)
    assert (fake.form()["code"], fake.form()["redirect_uri"]) == (NO_CODE, CALLBACK)
    assert "code_verifier" in fake.form()


@pytest.mark.parametrize(
    ("status", "document", "state"),
    [
        (401, {"error": "invalid_client"}, CheckState.FAILED),
        (400, {"error": "unauthorized_client"}, CheckState.FAILED),
        (400, {"error": "invalid_request"}, CheckState.NOT_CHECKED),
        (400, "no", CheckState.NOT_CHECKED),
        (500, {}, CheckState.NOT_CHECKED),
        (200, {}, CheckState.NOT_CHECKED),
    ],
)
def test_what_the_token_endpoint_says_tells_about_the_secret_or_does_not(
    status: int, document: object, state: CheckState
) -> None:
    fake = FakeOpenIdProvider(answers={"/token": lambda _: as_json(document, status)})
    assert checks(fake)["client-secret"].state is state


@pytest.mark.parametrize(
    "discovery",
    [as_json({"issuer": "https://evil.example.com"}), httpx.Response(404), httpx.Response(200, text="x")],
)
def test_what_needs_the_metadata_is_not_checked_without_it(discovery: httpx.Response) -> None:
    fake = FakeOpenIdProvider(answers={"/.well-known/openid-configuration": lambda _: discovery})
    found = checks(fake)
    assert found["discovery"].state is CheckState.FAILED
    assert "issuer" in found["discovery"].fix
    others = {check.state for name, check in found.items() if name not in ("discovery", "clock")}
    assert others == {CheckState.NOT_CHECKED}
    assert [request.url.path for request in fake.asked] == ["/.well-known/openid-configuration"]


def test_keys_that_verify_nothing_fail() -> None:
    fake = honest()
    fake.keys = []
    assert states(fake)["keys"] == "failed"
    fake.answers["/keys"] = lambda _: httpx.Response(500)
    assert states(fake)["keys"] == "failed"


def test_a_way_of_authentication_that_doorward_has_not_fails() -> None:
    fake = honest()
    fake.metadata["token_endpoint_auth_methods_supported"] = ["private_key_jwt"]
    found = checks(fake)
    assert found["client-authentication"].state is CheckState.FAILED
    assert found["client-secret"].state is CheckState.NOT_CHECKED
    posting = checks(fake, quirks=Quirks(client_authentication="client_secret_post"))
    assert posting["client-authentication"].state is CheckState.PASSED


def test_a_missing_secret_is_fine_for_public_clients_only() -> None:
    fake = honest()
    public = replace(SETTINGS, client_secret="")
    assert states(fake, public)["client-authentication"] == "warning"
    fake.metadata["token_endpoint_auth_methods_supported"] = ["none"]
    assert states(fake, public)["client-authentication"] == "passed"


def test_scopes_that_the_provider_does_not_list_are_warned_of() -> None:
    fake = honest()
    assert states(fake)["scopes"] == "not-checked"
    fake.metadata["scopes_supported"] = ["openid", "email"]
    found = checks(fake)["scopes"]
    assert (found.state, found.found) == (CheckState.WARNING, "it does not list profile")


def test_rechecks_need_a_refresh_token() -> None:
    assert "rechecks" not in checks(honest())
    assert states(honest(), RECHECKING)["rechecks"] == "warning"
    with_scope = replace(RECHECKING, scopes=("openid", "offline_access"))
    assert states(honest(), with_scope)["rechecks"] == "passed"
    known = checks(honest(), RECHECKING, quirks=Quirks(offline={"access_type": "offline"}))
    assert known["rechecks"].state is CheckState.PASSED


@pytest.mark.parametrize(
    ("apart", "state"), [(0, "passed"), (-4, "passed"), (30, "warning"), (-3600, "failed"), (90, "failed")]
)
def test_clocks_are_compared_by_the_date_of_the_answer(apart: int, state: str) -> None:
    fake = honest()
    headers = {"date": format_datetime(fake.clock.now() + timedelta(seconds=apart), usegmt=True)}
    fake.answers["/.well-known/openid-configuration"] = lambda _: httpx.Response(404, headers=headers)
    assert states(fake)["clock"] == state


@pytest.mark.parametrize("date", ["yesterday", "", "Mon, 01 Jan 2026"])
def test_a_date_that_is_none_tells_nothing(date: str) -> None:
    fake = honest()
    fake.answers["/.well-known/openid-configuration"] = lambda _: httpx.Response(404, headers={"date": date})
    assert states(fake)["clock"] == "not-checked"


class Directory:
    """A directory's API that works or does not."""

    def __init__(self, problem: str = "") -> None:
        self.problem = problem

    async def groups(self, *, subject: str, email: str) -> Mapping[str, str]:
        return {}

    async def check(self) -> str:
        if self.problem:
            raise Unavailable(self.problem)
        return "it answers"


def test_the_providers_own_api_is_tried_where_it_is_used() -> None:
    assert checks(honest(), groups=Directory())["groups"].state is CheckState.PASSED
    failed = checks(honest(), groups=Directory("the token expired"))["groups"]
    assert (failed.state, failed.found) == (CheckState.FAILED, "the token expired")


def after_sign_in(fake: FakeOpenIdProvider, settings: OpenIdConnect = SETTINGS) -> dict[str, CheckState]:
    arrival = run_arrival(fake, settings)
    provider = fake.provider(fake.client(), settings)
    return {check.name: check.state for check in provider.arrival_checks(arrival)}


def test_a_sign_in_shows_address_groups_and_refresh_token() -> None:
    passed = CheckState.PASSED
    assert after_sign_in(FakeOpenIdProvider()) == {"email": passed, "groups": passed}
    with_token = FakeOpenIdProvider(tokens={"refresh_token": "r"})
    assert after_sign_in(with_token, RECHECKING)["refresh-token"] is passed


def test_what_a_sign_in_lacks_is_told() -> None:
    trusting = replace(RECHECKING, require_verified_email=False)
    assert after_sign_in(FakeOpenIdProvider(claims={"groups": REMOVED}), trusting) == {
        "email": CheckState.WARNING,
        "groups": CheckState.WARNING,
        "refresh-token": CheckState.FAILED,
    }
