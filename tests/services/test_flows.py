from __future__ import annotations

from datetime import timedelta

import pytest

from doorward.envoy import names
from doorward.model.errors import Refused
from doorward.services.flows import LONGEST_TARGET, local_target
from tests.services.sample import application, ask, cookies_of
from tests.services.world import World


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "",
        "evil",
        "/a\\b",
        "/a\r\nb",
        "/" + "a" * 4000,
    ],
)
def test_a_target_that_could_lead_elsewhere_becomes_the_start(target: str) -> None:
    assert local_target(target) == "/"


@pytest.mark.parametrize("target", ["/", "/wiki?next=https://evil.example", "/a//b", "/a%20b"])
def test_a_path_on_the_same_host_is_kept(target: str) -> None:
    assert local_target(target) == target
    assert len(target) <= LONGEST_TARGET


def test_two_tabs_share_the_binding_so_that_both_can_come_back() -> None:
    world = World()
    first = world.flows.begin(application("hello"), ask())
    secret = cookies_of(first.cookies)[names.FLOW_COOKIE]
    second = world.flows.begin(application("hello"), ask(cookies={names.FLOW_COOKIE: secret}))
    assert cookies_of(second.cookies)[names.FLOW_COOKIE] == secret


def test_a_planted_binding_of_another_form_is_replaced() -> None:
    world = World()
    departure = world.flows.begin(application("hello"), ask(cookies={names.FLOW_COOKIE: "x"}))
    assert len(cookies_of(departure.cookies)[names.FLOW_COOKIE]) == 43


def test_a_flow_expires() -> None:
    world = World()
    departure = world.flows.begin(application("hello"), ask())
    sealed = departure.location.partition("flow=")[2]
    world.clock.advance(timedelta(minutes=31))
    with pytest.raises(Refused):
        world.flows.opened(sealed)


@pytest.mark.parametrize("sealed", ["", "x", "gAAAAA", "é" * 40])
def test_what_was_not_sealed_here_is_refused(sealed: str) -> None:
    with pytest.raises(Refused):
        World().flows.opened(sealed)
