"""Groups at sign-in, from the stand-in for Entra and Graph."""

from __future__ import annotations

from dataclasses import replace

import pytest

from doorward.model.errors import SignInRefused, Unavailable
from doorward.sample.entra.faults import IdTokenFault
from doorward.sample.entra.seed import ENGINEERING
from tests.fakes.entra import CALLBACK, FakeEntra
from tests.identity.entra.visiting import SETTINGS, Visiting, run

MAGDA = "magda@example.com"


def test_five_thousand_memberships_cost_one_question_and_the_tokens_overage_is_not_followed() -> None:
    async def test(visiting: Visiting) -> None:
        arrival = await visiting.sign_in(visiting.provider(), MAGDA)
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
            await visiting.sign_in(visiting.provider(), MAGDA)

    run(test, fake)


def test_a_throttled_graph_is_waited_for_as_it_asks() -> None:
    fake = FakeEntra()
    fake.throttle(1, retry_after=2, path="/v1.0/me/getMemberObjects")

    async def test(visiting: Visiting) -> None:
        arrival = await visiting.sign_in(visiting.provider())
        assert arrival.raw["groups_from"] == "graph"
        assert visiting.slept == [2.0]

    run(test, fake)


def test_while_graph_is_throttled_for_long_the_tokens_groups_do_not_take_its_place() -> None:
    fake = FakeEntra()
    fake.throttle(10, retry_after=60, path="/v1.0/me/getMemberObjects")

    async def test(visiting: Visiting) -> None:
        with pytest.raises(Unavailable, match="too much to do"):
            await visiting.sign_in(visiting.provider())
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


def test_a_token_that_says_it_left_groups_out_is_no_reason_to_ask_anybody_else() -> None:
    fake = FakeEntra()
    fake.faults.id_token = IdTokenFault.HAS_GROUPS

    async def test(visiting: Visiting) -> None:
        arrival = await visiting.sign_in(visiting.provider())
        assert arrival.identity.groups == {ENGINEERING}

    run(test, fake)
