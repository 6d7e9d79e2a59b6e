from __future__ import annotations

from collections.abc import Mapping

import httpx
import pytest

from doorward.identity.entra.contexts import contexts_in_use
from doorward.identity.oidc.fetching import Unanswered
from tests.identity.entra.test_graph import Answering


def context(id: object, *, available: object = True) -> dict[str, object]:
    return {"id": id, "displayName": "x", "isAvailable": available}


def policy(state: str, *contexts: object) -> dict[str, object]:
    applications = {"includeAuthenticationContextClassReferences": list(contexts)}
    return {"state": state, "conditions": {"applications": applications}}


def found(contexts: list[object], policies: list[object]) -> Mapping[str, bool]:
    answers = [httpx.Response(200, json={"value": value}) for value in (contexts, policies)]
    known: Mapping[str, bool] = Answering([*answers]).run(contexts_in_use)
    return known


def test_a_context_is_in_use_if_an_enabled_policy_refers_to_it() -> None:
    assert found(
        [context("c1"), context("c2"), context("c10"), context("c3")],
        [
            policy("enabled", "c1", "c99"),
            policy("disabled", "c2"),
            policy("enabledForReportingButNotEnforced", "c3"),
        ],
    ) == {"c1": True, "c2": False, "c3": False, "c10": False}


def test_contexts_that_are_not_published_are_left_out_and_so_is_nonsense() -> None:
    contexts = [
        context("c1", available=False),
        context("c2", available="yes"),
        context("x"),
        context(7),
        {},
        7,
    ]
    assert found([*contexts], []) == {}


@pytest.mark.parametrize("conditions", [None, 7, {}, {"applications": None}, {"applications": {}}])
def test_a_policy_without_contexts_refers_to_none(conditions: object) -> None:
    assert found([context("c1")], [{"state": "enabled", "conditions": conditions}]) == {"c1": False}


def test_what_cannot_be_read_is_no_answer() -> None:
    with pytest.raises(Unanswered):
        Answering([httpx.Response(200, json={"value": "x"})]).run(contexts_in_use)
