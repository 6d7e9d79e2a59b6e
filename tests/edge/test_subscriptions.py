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


def refusing(nonce: str) -> discovery_pb2.DeltaDiscoveryRequest:
    request = Request(response_nonce=nonce)
    request.error_detail.message = "no"
    return request


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


def test_it_holds_what_was_taken_away_until_it_says_that_it_does_not() -> None:
    subscription = opened(a="1", gone="1")
    response = subscription.difference(resources(a="1"), "v1")
    assert response is not None
    assert not subscription.holds(resources(a="1"))
    answer(subscription, response.nonce)
    assert subscription.holds(resources(a="1"))


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


def test_what_was_refused_before_any_was_accepted_is_given_again_only_if_it_is_wanted() -> None:
    subscription = opened()
    first = subscription.difference(resources(a="1", b="1"), "v1")
    assert first is not None
    answer(subscription, first.nonce, refusal="no")
    again = subscription.difference(resources(b="1"), "v1")
    assert again is not None
    assert [r.name for r in again.resources] == ["b"]


def test_what_was_to_go_with_a_refused_change_goes_with_the_next() -> None:
    subscription = opened(a="1", gone="1")
    first = subscription.difference(resources(a="2"), "v1")
    assert first is not None
    assert list(first.removed_resources) == ["gone"]
    answer(subscription, first.nonce, refusal="no")
    again = subscription.difference(resources(a="1"), "v1")
    assert again is not None
    assert (list(again.resources), list(again.removed_resources)) == ([], ["gone"])


def test_a_refused_update_is_sent_again_in_halves_and_then_no_more_than_that() -> None:
    subscription = opened()
    wanted = resources(a="1", b="1", c="1", d="1", e="1")
    first = subscription.difference(wanted, "v1")
    assert first is not None
    refused = subscription.receive(refusing(first.nonce))
    assert refused is not None
    subscription.part(refused)
    halves = [subscription.difference(wanted, "v1") for _ in range(3)]
    assert [[r.name for r in half.resources] for half in halves if half] == [["a", "b"], ["c", "d", "e"]]
    assert halves[2] is None


def test_halves_that_nobody_wants_any_more_are_not_sent() -> None:
    subscription = opened()
    first = subscription.difference(resources(a="1", b="1"), "v1")
    assert first is not None
    refused = subscription.receive(refusing(first.nonce))
    assert refused is not None
    subscription.part(refused)
    response = subscription.difference(resources(b="2", c="1"), "v2")
    assert response is not None
    assert [r.name for r in response.resources] == ["b"]
    rest = subscription.difference(resources(b="2", c="1"), "v2")
    assert rest is not None
    assert [r.name for r in rest.resources] == ["c"]


def test_what_is_still_pointed_at_can_be_kept_a_while() -> None:
    subscription = opened(a="1")
    assert subscription.difference({}, "v1", removing=False) is not None  # the first answer is due
    assert subscription.difference({}, "v1", removing=False) is None
    response = subscription.difference({}, "v1")
    assert response is not None
    assert list(response.removed_resources) == ["a"]


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
