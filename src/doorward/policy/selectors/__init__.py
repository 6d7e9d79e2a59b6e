"""Selectors: one file per kind, and the one table of them.

To add a kind: a file like ``email.py``, a line in ``SELECTORS``, a test file, a heading in
``docs/reference/selectors.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from doorward.model.errors import Invalid
from doorward.model.rule import Selector
from doorward.policy.selectors import (
    any_service_token,
    auth_context,
    authentication_method,
    certificate,
    claim,
    common_name,
    continent,
    country,
    date_range,
    email,
    email_domain,
    email_list,
    everyone,
    external_evaluation,
    grant,
    group,
    identity_provider,
    ip_list,
    ip_range,
    linked_app_token,
    method,
    path,
    posture,
    risk,
    role,
    san,
    service_token,
    time_of_day,
    upn,
    weekday,
)
from doorward.policy.selectors.kind import Exact, Judged, Narrowing, SelectorKind

SELECTORS: Mapping[str, SelectorKind] = MappingProxyType(
    {
        "any_service_token": Exact(any_service_token),
        "auth_context": Exact(auth_context),
        "authentication_method": Exact(authentication_method),
        "certificate": certificate,
        "claim": Exact(claim),
        "common_name": common_name,
        "continent": continent,
        "country": country,
        "date_range": Judged(date_range),
        "email": Exact(email),
        "email_domain": Exact(email_domain),
        "email_list": Judged(email_list),
        "everyone": Exact(everyone),
        "external_evaluation": Judged(external_evaluation),
        "grant": Judged(grant),
        "group": Exact(group),
        "identity_provider": Exact(identity_provider),
        "ip_list": ip_list,
        "ip_range": Exact(ip_range),
        "linked_app_token": Exact(linked_app_token),
        "posture": Judged(posture),
        "risk": Judged(risk),
        "method": method,
        "path": path,
        "role": Exact(role),
        "san": san,
        "service_token": Exact(service_token),
        "time_of_day": Judged(time_of_day),
        "upn": Exact(upn),
        "weekday": Judged(weekday),
    }
)

EMAIL_LIST, IP_LIST = "email_list", "ip_list"
"""The kinds that name a list."""
EXTERNAL_EVALUATION, POSTURE = "external_evaluation", "posture"
"""The kinds that name an evaluator outside, and a reported fact."""
GRANT = "grant"
"""The kind that a policy's purpose or approval turns into. Nobody writes it."""
WRITABLE = tuple(kind for kind in SELECTORS if kind != GRANT)
"""The kinds that people write in rules."""
LINKED_APP_TOKEN = "linked_app_token"
"""The kind that names an application."""
ABOUT_TARGET = frozenset({"method", "path"})
"""The kinds that look at what is asked for."""
CERTIFICATE = "certificate"
"""The kind that names a certificate authority, or any of them."""
CERTIFICATE_KINDS = frozenset({CERTIFICATE, "common_name", "san"})
"""The kinds that look at client certificates."""
RULE_GROUP = "rule_group"
"""The kind that names a rule group. It is no test of its own: the compiler and the evaluator look
the group up."""


def canonical(selector: Selector, *, field: str) -> Selector:
    """``selector`` with its value in canonical spelling. One of an unknown kind is left as it is.

    Raises:
        Invalid: the value does not fit the kind, or the kind may not be, or must be, narrowed to an
            identity provider, or is one that nobody writes.
    """
    if selector.kind == GRANT:
        raise Invalid(field, "grant is no kind of selector: give the policy a purpose or an approval")
    kind = SELECTORS.get(selector.kind)
    if kind is None and selector.kind != RULE_GROUP:
        return selector
    narrowing = Narrowing.NEVER if kind is None else kind.narrowing
    if selector.identity_provider is not None and narrowing is Narrowing.NEVER:
        able = ", ".join(name for name, each in SELECTORS.items() if each.narrowing is not Narrowing.NEVER)
        raise Invalid(field, f"{selector.kind} cannot be narrowed to an identity provider: only {able} can")
    if selector.identity_provider is None and narrowing is Narrowing.REQUIRED:
        raise Invalid(field, f"{selector.kind} needs its identity provider: add identity_provider: its id")
    if kind is None:
        return selector
    return Selector(selector.kind, kind.parse(selector.value, field), selector.identity_provider)


def known_kind(kind: str, *, field: str) -> str:
    """Return ``kind`` if this version knows it: for reading what a person wrote.

    Raises Invalid, listing the kinds there are.
    """
    if kind not in (*WRITABLE, RULE_GROUP):
        allowed = ", ".join(sorted((*WRITABLE, RULE_GROUP)))
        raise Invalid(field, f"{kind!r} is not a kind of selector: use one of {allowed}")
    return kind
