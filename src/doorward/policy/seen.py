"""The fact that a selector looked at, in words: what an explanation sets beside what the rule wants."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType

from doorward.model.access import AccessRequest, Identity
from doorward.model.ids import ExternalEvaluationId
from doorward.model.rule import Selector
from doorward.policy.facts import RISK
from doorward.policy.selectors import CERTIFICATE_KINDS, EXTERNAL_EVALUATION, POSTURE

LONGEST = 12
"""How many of many values are named."""

_OfPerson = Callable[[Identity, Selector], str]


def seen(selector: Selector, request: AccessRequest) -> str:
    """The fact, or "unknown", or "nobody is signed in". Empty for a kind that looks at none."""
    if selector.kind in _OF_PEOPLE:
        person = request.identity
        return "nobody is signed in" if person is None else _OF_PEOPLE[selector.kind](person, selector)
    if selector.kind == EXTERNAL_EVALUATION:
        return _evaluated(request, selector.value)
    if selector.kind in (POSTURE, RISK):
        name = RISK if selector.kind == RISK else selector.value.partition("=")[0]
        return _fact(name, request) or "unknown"
    if selector.kind in CERTIFICATE_KINDS:
        return _certificate(request, selector.kind)
    if selector.kind in _OF_REQUESTS:
        return _OF_REQUESTS[selector.kind](request) or "unknown"
    return ""


def _listed(values: Iterable[str]) -> str:
    found = sorted(values)
    more = f" and {len(found) - LONGEST} more" if len(found) > LONGEST else ""
    return (", ".join(found[:LONGEST]) or "none") + more


def _fact(name: str, request: AccessRequest) -> str:
    fact = request.facts.get(name)
    return "" if fact is None else f"{name}={fact.value}, from {fact.source}, until {fact.expires:%FT%TZ}"


def _evaluated(request: AccessRequest, evaluation: str) -> str:
    found = request.evaluations.get(ExternalEvaluationId(evaluation))
    if found is None:
        return "not asked, or no answer"
    return "said yes" if found.success else "said no"


def _moment(at: datetime | None) -> str:
    """In UTC, to the second."""
    return "" if at is None else at.astimezone(UTC).isoformat(" ", "seconds")


def _certificate(request: AccessRequest, kind: str) -> str:
    shown = request.certificate
    if shown is None:
        return "none that counts"
    found = {"common_name": shown.common_names, "san": shown.sans}
    return _listed(found.get(kind, shown.authorities))


def _claims(person: Identity, selector: Selector) -> str:
    name = selector.value.partition("=")[0]
    return _listed(value for claim, value in person.claims if claim == name)


_OF_PEOPLE: Mapping[str, _OfPerson] = MappingProxyType(
    {
        "email": lambda person, _: person.email,
        "email_domain": lambda person, _: person.email,
        "email_list": lambda person, _: person.email,
        "group": lambda person, _: _listed(person.groups),
        "role": lambda person, _: _listed(person.roles),
        "claim": _claims,
        "upn": lambda person, _: person.upn or "none",
        "auth_context": lambda person, _: _listed(person.contexts),
        "authentication_method": lambda person, _: _listed(person.methods),
        "identity_provider": lambda person, _: person.identity_provider,
    }
)

_OF_REQUESTS: Mapping[str, Callable[[AccessRequest], str]] = MappingProxyType(
    {
        "continent": lambda request: request.continent,
        "country": lambda request: request.country,
        "grant": lambda request: ", ".join(sorted(request.grants)) or "none",
        "ip_range": lambda request: str(request.source),
        "ip_list": lambda request: str(request.source),
        "method": lambda request: request.method,
        "path": lambda request: request.path,
        **dict.fromkeys(("date_range", "time_of_day", "weekday"), lambda request: _moment(request.at)),
        "service_token": lambda request: request.service_token or "none",
        "linked_app_token": lambda request: request.linked or "none",
        "any_service_token": lambda request: request.service_token or "none",
    }
)
