"""The routes that explain decisions."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

from fastapi import FastAPI
from pydantic import Field

from doorward.api.bodies import Body
from doorward.model.access import AccessRequest
from doorward.model.errors import Invalid
from doorward.model.ids import IdentityProviderId
from doorward.policy.explain import sentences
from doorward.policy.seen import seen
from doorward.policy.trace import PolicyTrace, RulesTrace, SelectorTrace
from doorward.services.explanations import Explanation, Explanations, Supposed


class ExplainRequest(Body):
    """Whose access to what is asked about. ``groups`` and ``identity_provider`` suppose somebody of whom
    only that is known."""

    email: str
    application: str
    ip: str = "127.0.0.1"
    method: str = "GET"
    path: str = "/"
    identity_provider: str | None = None
    groups: list[str] | None = Field(default=None)


def explanation_routes(app: FastAPI, explanations: Explanations) -> None:
    """``POST /explanations``."""

    @app.post("/explanations")
    async def explain(body: ExplainRequest) -> list[dict[str, object]]:
        try:
            source = ip_address(body.ip)
        except ValueError:
            raise Invalid("ip", f"{body.ip!r} is not an IP address") from None
        supposed = None
        if body.groups is not None or body.identity_provider is not None:
            provider = body.identity_provider
            supposed = Supposed(
                identity_provider=IdentityProviderId(provider) if provider else None,
                groups=frozenset(body.groups or ()),
            )
        found = await explanations.of_person(
            body.email,
            body.application,
            source=source,
            method=body.method,
            target=body.path,
            supposed=supposed,
        )
        return [explanation_body(each) for each in found]


def explanation_body(explanation: Explanation) -> dict[str, object]:
    """An explanation as JSON."""
    decision, request = explanation.trace.decision, explanation.request
    person = request.identity
    return {
        "application": explanation.application.id,
        "whose": explanation.whose,
        "person": person.email if person else None,
        "identity_provider": person.identity_provider if person else None,
        "service_token": request.service_token,
        "source": str(request.source),
        "method": request.method,
        "path": request.path,
        "allowed": decision.allowed,
        "policy": decision.policy,
        "reasons": [reason.value for reason in decision.reasons],
        "sentences": list(sentences(decision)),
        "policies": [_policy(entry, request) for entry in explanation.trace.policies],
    }


def _policy(entry: PolicyTrace, request: AccessRequest) -> dict[str, object]:
    return {
        "id": entry.policy.id,
        "name": entry.policy.name,
        "action": entry.policy.action.value,
        "looked_at": entry.looked_at,
        "decided": entry.decided,
        "match": entry.rules.judgement.match.name.lower(),
        "rules": _rules(entry.rules, request),
    }


def _rules(rules: RulesTrace, request: AccessRequest) -> dict[str, Any]:
    parts = {"include": rules.include, "require": rules.require, "exclude": rules.exclude}
    return {name: [_selector(item, request) for item in items] for name, items in parts.items() if items}


def _selector(item: SelectorTrace, request: AccessRequest) -> dict[str, object]:
    selector = item.selector
    found: dict[str, object] = {
        "selector": selector.kind,
        "value": selector.value,
        "match": item.match.name.lower(),
        "fact": seen(selector, request),
    }
    if selector.identity_provider is not None:
        found["identity_provider"] = selector.identity_provider
    if item.inner is not None:
        found["rules"] = _rules(item.inner, request)
    return found
