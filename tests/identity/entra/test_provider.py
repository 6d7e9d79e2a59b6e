from __future__ import annotations

from dataclasses import replace

import pytest

from doorward.model.errors import SignInRefused, Unavailable
from doorward.ports.identity import (
    GroupDirectory,
    Polled,
    Rechecking,
    RedirectProvider,
)
from doorward.sample.entra.seed import ADA, ENGINEERING, TENANT_ID
from tests.fakes.clock import START
from tests.fakes.entra import CALLBACK, FakeEntra
from tests.identity.entra.visiting import SETTINGS, Visiting, run

MAGDAS = "magda@example.com"
BACK = "https://access.example.com/"


def test_a_sign_in_asks_for_no_more_than_it_needs() -> None:
    async def test(visiting: Visiting) -> None:
        provider = visiting.provider()
        arrival = await visiting.sign_in(provider)
        identity = arrival.identity
        assert identity.subject == f"{TENANT_ID}:{ADA}"
        assert (identity.email, identity.upn, identity.name) == (
            "ada@example.com", "ada@example.com", "Ada Adams",
        )  # fmt: skip
        assert identity.groups == {ENGINEERING}
        assert arrival.authenticated == START
        assert arrival.provider_session
        assert arrival.refresh_token not in repr(arrival)
        await visiting.sign_in(provider)

    visiting = run(test)
    assert [request.url.path.rpartition("/")[2] for request in visiting.asked] == [
        "openid-configuration", "token", "keys", "getMemberObjects", "token", "getMemberObjects",
    ]  # fmt: skip


def test_the_provider_can_do_all_that_services_may_ask_for() -> None:
    async def test(visiting: Visiting) -> None:
        provider = visiting.provider()
        for protocol in (RedirectProvider, Rechecking, Polled, GroupDirectory):
            assert isinstance(provider, protocol)

    run(test)


def test_five_thousand_memberships_cost_one_question_and_the_tokens_overage_is_not_followed() -> None:
    async def test(visiting: Visiting) -> None:
        arrival = await visiting.sign_in(visiting.provider(), MAGDAS)
        assert len(arrival.identity.groups) == 5000
        assert arrival.raw["overage"] is True

    visiting = run(test)
    assert visiting.count("getMemberObjects") == 1
    assert {request.url.host for request in visiting.asked} == {"entra.example"}


def test_nested_groups_count() -> None:
    async def test(visiting: Visiting) -> None:
        arrival = await visiting.sign_in(visiting.provider(), "grace@example.com")
        assert ENGINEERING in arrival.identity.groups

    run(test)


def test_without_groups_graph_is_not_asked_and_no_group_counts() -> None:
    async def test(visiting: Visiting) -> None:
        arrival = await visiting.sign_in(visiting.provider(replace(SETTINGS, groups=False)))
        assert arrival.identity.groups == frozenset()

    assert run(test).count("getMemberObjects") == 0


def test_groups_that_cannot_be_read_refuse_the_sign_in() -> None:
    fake = FakeEntra()
    fake.throttle(10, path="/v1.0/me/getMemberObjects")

    async def test(visiting: Visiting) -> None:
        with pytest.raises(Unavailable, match="too much to do"):
            await visiting.sign_in(visiting.provider(), MAGDAS)

    run(test, fake)


def test_a_throttled_graph_is_waited_for_as_it_asks() -> None:
    fake = FakeEntra()
    fake.throttle(1, retry_after=2, path="/v1.0/me/getMemberObjects")

    async def test(visiting: Visiting) -> None:
        arrival = await visiting.sign_in(visiting.provider())
        assert arrival.raw["groups_from"] == "graph"
        assert visiting.slept == [2.0]

    run(test, fake)


def test_while_graph_is_throttled_the_tokens_groups_do() -> None:
    fake = FakeEntra()
    fake.throttle(10, retry_after=60, path="/v1.0/me/getMemberObjects")

    async def test(visiting: Visiting) -> None:
        arrival = await visiting.sign_in(visiting.provider())
        assert arrival.identity.groups == {ENGINEERING}
        assert arrival.raw["groups_from"] == "token"
        assert visiting.slept == []

    run(test, fake)


def test_a_missing_permission_for_groups_is_told_to_the_administrator() -> None:
    async def test(visiting: Visiting) -> None:
        provider = visiting.provider()
        departure = await provider.depart(callback=CALLBACK)
        answer = await visiting.browse(departure)
        for name in ("Directory.Read.All", "GroupMember.Read.All"):
            visiting.fake.take_permission(name)
        with pytest.raises(SignInRefused) as caught:
            await provider.arrive(callback=CALLBACK, transaction=departure.transaction, answer=answer)
        assert "GroupMember.Read.All" in caught.value.administrator
        assert caught.value.code == "Authorization_RequestDenied"
        assert caught.value.correlation

    run(test)
