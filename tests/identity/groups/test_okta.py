from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import pytest

from doorward.identity.groups.okta import OktaGroups
from doorward.identity.oidc.fetching import Fetcher
from doorward.model.errors import Invalid, Unavailable
from doorward.model.identity_provider import OpenIdConnect
from tests.fakes.okta import ADA, API_TOKEN, BOB, ISSUER, FakeOkta
from tests.fakes.openid_app import Somebody, client_of

SETTINGS = OpenIdConnect(preset="okta", issuer=ISSUER, client_id="doorward", groups_token=API_TOKEN)


def groups(fake: FakeOkta, sub: str = ADA.sub, settings: OpenIdConnect = SETTINGS) -> Mapping[str, str]:
    async def run() -> Mapping[str, str]:
        async with client_of(fake) as client:
            source = OktaGroups(settings, fetcher=Fetcher(client))
            return await source.groups(subject=sub, email="")

    return asyncio.run(run())


def check(fake: FakeOkta, settings: OpenIdConnect = SETTINGS) -> str:
    async def run() -> str:
        async with client_of(fake) as client:
            return await OktaGroups(settings, fetcher=Fetcher(client)).check()

    return asyncio.run(run())


def test_all_pages_of_a_persons_groups_are_read() -> None:
    fake = FakeOkta()
    assert groups(fake).keys() == {f"group-{n}" for n in range(250)}
    assert [request.url.query for request in fake.asked] == [
        "limit=200", "after=100&limit=100", "after=200&limit=100",
    ]  # fmt: skip


def test_a_custom_authorization_server_has_its_api_at_the_organisation() -> None:
    settings = replace(SETTINGS, issuer=f"{ISSUER}/oauth2/default")
    assert groups(FakeOkta(), BOB.sub, settings) == {"engineers": ""}


def test_the_next_page_on_another_host_is_not_asked_for() -> None:
    fake = FakeOkta(next_host="https://evil.example.com")
    with pytest.raises(Unavailable, match="another host"):
        groups(fake)
    assert len(fake.asked) == 1


@pytest.mark.parametrize(
    ("status", "said"),
    [(401, "expired"), (403, "may not read"), (404, "right organisation"), (429, "rate limit"), (500, "500")],
)
def test_a_refusal_names_the_fix(status: int, said: str) -> None:
    fake = FakeOkta(status=status)
    for ask in (groups, check):
        with pytest.raises(Unavailable, match=said) as caught:
            ask(fake)
        assert API_TOKEN not in f"{caught.value!r} {caught.value.__cause__!r}"


def test_a_wrong_token_and_an_unknown_person_get_no_groups() -> None:
    with pytest.raises(Unavailable, match="groups_token"):
        groups(FakeOkta(), settings=replace(SETTINGS, groups_token="wrong"))
    with pytest.raises(Unavailable, match="does not know this person"):
        groups(FakeOkta(), "00nobody")


def test_a_subject_cannot_lead_to_another_address() -> None:
    fake = FakeOkta()
    with pytest.raises(Unavailable):
        groups(fake, "../groups?x=")
    assert fake.asked == [] or "/groups" not in fake.asked[0].url.path.removesuffix("/groups")


def test_a_group_without_a_name_fails_the_whole() -> None:
    for name in ("", "a\nb", "a" * 2000):
        with pytest.raises(Unavailable, match="without a usable name"):
            groups(FakeOkta(people=[Somebody("00x", "x@example.com", groups=(name,))]), "00x")


def test_a_list_without_end_is_not_read_to_its_end() -> None:
    fake = FakeOkta(page=1)
    with pytest.raises(Unavailable, match="more than 50 pages"):
        groups(fake)
    assert len(fake.asked) == 50


def test_a_token_that_works_says_so() -> None:
    assert "takes the token" in check(FakeOkta())


def test_an_api_elsewhere_must_be_safe() -> None:
    with pytest.raises(Invalid, match="api_url"):
        groups(FakeOkta(), settings=replace(SETTINGS, api_url="http://api.example.com"))
    assert groups(FakeOkta(), BOB.sub, replace(SETTINGS, api_url="https://proxy.example.com/"))
