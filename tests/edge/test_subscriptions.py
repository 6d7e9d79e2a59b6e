from __future__ import annotations

from envoy.service.discovery.v3 import discovery_pb2
from google.protobuf import any_pb2

from doorward.edge.subscriptions import Subscription
from doorward.envoy.snapshot import CLUSTER, Resource

Request = discovery_pb2.DeltaDiscoveryRequest


def resources(**versions: str) -> dict[str, Resource]:
    return {name: Resource(name, version, any_pb2.Any()) for name, version in versions.items()}


def opened(**initial: str) -> Subscription:
    subscription = Subscription(type_url=CLUSTER)
    subscription.receive(Request(initial_resource_versions=initial))
    return subscription


def answer(subscription: Subscription, nonce: str, refusal: str = "") -> None:
    request = Request(response_nonce=nonce)
    if refusal:
        request.error_detail.message = refusal
    subscription.receive(request)


def test_everything_is_sent_first_and_then_only_what_changed() -> None:
    subscription = opened()
    first = subscription.difference(resources(a="1", b="1"), "v1")
    assert first is not None
    assert [r.name for r in first.resources] == ["a", "b"]
    answer(subscription, first.nonce)
    assert subscription.difference(resources(a="1", b="1"), "v1") is None
    second = subscription.difference(resources(a="2"), "v2")
    assert second is not None
    assert [r.name for r in second.resources] == ["a"]
    assert list(second.removed_resources) == ["b"]


def test_an_envoy_that_comes_back_is_sent_only_what_it_lacks() -> None:
    response = opened(a="1", gone="1").difference(resources(a="1", b="1"), "v1")
    assert response is not None
    assert [r.name for r in response.resources] == ["b"]
    assert list(response.removed_resources) == ["gone"]


def test_it_holds_what_it_acknowledged() -> None:
    subscription = opened()
    response = subscription.difference(resources(a="1"), "v1")
    assert response is not None
    assert not subscription.holds(resources(a="1"))
    answer(subscription, response.nonce)
    assert subscription.holds(resources(a="1"))
    assert not subscription.holds(resources(a="2"))


def test_a_refused_change_leaves_what_was_accepted_before() -> None:
    subscription = opened()
    first = subscription.difference(resources(a="1"), "v1")
    assert first is not None
    answer(subscription, first.nonce)
    second = subscription.difference(resources(a="2"), "v2")
    assert second is not None
    answer(subscription, second.nonce, refusal="no")
    assert subscription.holds(resources(a="1"))
    assert subscription.difference(resources(a="1"), "v3") is None


def test_named_resources_are_sent_as_they_are_asked_for() -> None:
    subscription = Subscription(type_url=CLUSTER)
    subscription.receive(Request(resource_names_subscribe=["b"]))
    response = subscription.difference(resources(a="1", b="1"), "v1")
    assert response is not None
    assert [r.name for r in response.resources] == ["b"]
    subscription.receive(Request(resource_names_unsubscribe=["b"]))
    assert subscription.difference(resources(a="1", b="2"), "v2") is None


def test_an_empty_state_is_said_once() -> None:
    subscription = opened()
    assert subscription.difference({}, "v1") is not None
    assert subscription.difference({}, "v1") is None
