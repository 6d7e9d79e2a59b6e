from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from doorward.identity.groups.google import GoogleGroups
from doorward.identity.oidc.fetching import Fetcher
from doorward.model.errors import Invalid, Unavailable
from doorward.model.identity_provider import OpenIdConnect
from tests.fakes.clock import FakeClock
from tests.fakes.google import ADA, ADMINISTRATOR, DIRECTORY_TOKEN, EVE, ISSUER, ROBOT, SCOPE, FakeGoogle
from tests.fakes.openid_app import Somebody, client_of

SETTINGS = OpenIdConnect(
    preset="google",
    issuer=ISSUER,
    client_id="doorward",
    hosted_domain="example.com",
    groups_token=FakeGoogle().service_account(),
    groups_administrator=ADMINISTRATOR,
)


def run(
    fake: FakeGoogle,
    test: Callable[[GoogleGroups], Awaitable[None]],
    settings: OpenIdConnect = SETTINGS,
) -> None:
    async def with_source() -> None:
        async with client_of(fake) as client:
            await test(GoogleGroups(settings, fetcher=Fetcher(client), clock=fake.clock))

    asyncio.run(with_source())


def groups(fake: FakeGoogle, who: Somebody = ADA, settings: OpenIdConnect = SETTINGS) -> Mapping[str, str]:
    found: dict[str, str] = {}

    async def test(source: GoogleGroups) -> None:
        found.update(await source.groups(subject=who.sub, email=who.email))

    run(fake, test, settings)
    return found


def test_all_pages_of_a_persons_groups_are_read_by_address() -> None:
    fake = FakeGoogle()
    assert groups(fake) == {
        "sre@example.com": "SRE",
        "engineers@example.com": "ENGINEERS",
        "all@example.com": "ALL",
    }
    assert [request.url.query for request in fake.forms("/admin/directory/v1/groups")] == [
        "userKey=ada%40example.com&maxResults=200", "userKey=ada%40example.com&maxResults=200&pageToken=2",
    ]  # fmt: skip


def test_somebody_in_no_group_has_none() -> None:
    assert groups(FakeGoogle(people=[replace(ADA, groups=())])) == {}


def test_the_service_account_acts_for_the_administrator_briefly_and_for_groups_alone() -> None:
    fake = FakeGoogle()
    groups(fake)
    now = int(fake.clock.now().timestamp())
    assert fake.assertions == [
        {
            "iss": ROBOT,
            "sub": ADMINISTRATOR,
            "scope": SCOPE,
            "aud": f"{ISSUER}/oauth2/token",
            "iat": now,
            "exp": now + 300,
        }
    ]


def test_an_access_token_is_used_until_shortly_before_its_end() -> None:
    clock = FakeClock()
    fake = FakeGoogle(clock=clock)

    async def test(source: GoogleGroups) -> None:
        await asyncio.gather(*(source.groups(subject="", email=ADA.email) for _ in range(5)))
        assert len(fake.assertions) == 1
        clock.advance(timedelta(minutes=58))
        await source.check()
        assert len(fake.assertions) == 1
        clock.advance(timedelta(minutes=1, seconds=1))
        await source.check()
        assert len(fake.assertions) == 2

    run(fake, test)


def test_a_token_that_is_not_taken_any_more_is_replaced_at_the_next_question() -> None:
    fake = FakeGoogle()

    async def test(source: GoogleGroups) -> None:
        fake.status = 401
        with pytest.raises(Unavailable):
            await source.check()
        fake.status = 200
        assert "acting for admin@example.com" in await source.check()
        assert len(fake.assertions) == 2

    run(fake, test)


@pytest.mark.parametrize(
    ("changes", "settings", "said"),
    [
        ({"delegated": False}, SETTINGS, "Domain-wide delegation"),
        ({}, replace(SETTINGS, groups_administrator="ada@example.com"), "unauthorized_client"),
        ({"status": 403}, SETTINGS, "Admin SDK API"),
        ({"status": 500}, SETTINGS, "status 500"),
    ],
)
def test_a_refusal_names_the_fix(changes: dict[str, object], settings: OpenIdConnect, said: str) -> None:
    fake = FakeGoogle()
    for name, value in changes.items():
        setattr(fake, name, value)
    with pytest.raises(Unavailable, match=said) as caught:
        groups(fake, settings=settings)
    assert DIRECTORY_TOKEN not in repr(caught.value)


def test_an_account_that_is_not_the_workspaces_gets_no_groups() -> None:
    with pytest.raises(Unavailable, match="status 404"):
        groups(FakeGoogle(), EVE)


def test_a_list_without_end_is_not_read_to_its_end() -> None:
    fake = FakeGoogle(page=1, people=[replace(ADA, groups=tuple(str(n) for n in range(60)))])
    with pytest.raises(Unavailable, match="more than 50 pages"):
        groups(fake)


def account(**changes: object) -> str:
    return json.dumps({**json.loads(SETTINGS.groups_token), **changes})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not json",
        "[]",
        "{}",
        account(private_key="-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"),
        account(private_key=7),
        account(client_email=None),
        account(token_uri=None),
        account(token_uri="http://oauth2.example.com/token"),
        account(token_uri="https://user@oauth2.example.com/token"),
    ],
)
def test_what_is_no_service_account_is_invalid_and_not_quoted(text: str) -> None:
    with pytest.raises(Invalid, match="groups_token") as caught:
        groups(FakeGoogle(), settings=replace(SETTINGS, groups_token=text))
    assert "PRIVATE KEY" not in str(caught.value)


def test_whom_to_act_for_and_whose_accounts_these_are_must_be_said() -> None:
    with pytest.raises(Invalid, match="groups_administrator"):
        groups(FakeGoogle(), settings=replace(SETTINGS, groups_administrator=""))
    with pytest.raises(Invalid, match="hosted_domain"):
        groups(FakeGoogle(), settings=replace(SETTINGS, hosted_domain=""))
