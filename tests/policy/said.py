"""Policies and requests in few words."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address

from doorward.model.access import AccessRequest, Identity
from doorward.model.ids import ApplicationId, IdentityProviderId, PolicyId, RuleGroupId, ServiceTokenId
from doorward.model.policy import Action, Policy
from doorward.model.rule import RuleGroup, Rules, Selector
from doorward.policy.compiler import CompiledApplication, compile_application
from doorward.policy.selectors import SELECTORS
from doorward.policy.selectors.kind import Narrowing
from tests.nouns import application

EVERYONE = Selector("everyone")
UNKNOWN = Selector("moon_phase", "full")
HELLO = ApplicationId("hello")


def said(*words: str) -> tuple[Selector, ...]:
    """Selectors, each as ``kind``, ``kind:value`` or ``kind:value@provider`` (where it may be narrowed)."""
    return tuple(_selector(word) for word in words)


def _selector(word: str) -> Selector:
    kind, _, value = word.partition(":")
    if "@" in value and kind in SELECTORS and SELECTORS[kind].narrowing is not Narrowing.NEVER:
        value, _, provider = value.partition("@")
        return Selector(kind, value, IdentityProviderId(provider))
    return Selector(kind, value)


def policy(
    action: str,
    *include: str,
    require: Sequence[str] = (),
    exclude: Sequence[str] = (),
    name: str = "",
) -> Policy:
    rules = Rules(include=said(*include), require=said(*require), exclude=said(*exclude))
    return Policy(id=PolicyId(name or f"{action}-it"), action=Action(action), rules=rules)


def rule_group(
    name: str, *include: str, require: Sequence[str] = (), exclude: Sequence[str] = ()
) -> RuleGroup:
    rules = Rules(include=said(*include), require=said(*require), exclude=said(*exclude))
    return RuleGroup(id=RuleGroupId(name), rules=rules)


def compiled(*policies: Policy, groups: Sequence[RuleGroup] = ()) -> CompiledApplication:
    """The application ``hello`` with these policies."""
    return compile_application(application("hello"), policies, groups)


def person(
    email: str = "ada@corp.com",
    *groups: str,
    provider: str = "people",
    source: str = "10.0.0.1",
    upn: str = "",
    roles: Sequence[str] = (),
    claims: Sequence[tuple[str, str]] = (),
    contexts: Sequence[str] = (),
) -> AccessRequest:
    identity = Identity(
        identity_provider=IdentityProviderId(provider),
        subject=email,
        email=email,
        upn=upn,
        groups=frozenset(groups),
        roles=frozenset(roles),
        claims=frozenset(claims),
        contexts=frozenset(contexts),
    )
    return AccessRequest(application=HELLO, source=ip_address(source), identity=identity)


def machine(token: str = "ci", *, source: str = "10.0.0.1") -> AccessRequest:
    return AccessRequest(application=HELLO, source=ip_address(source), service_token=ServiceTokenId(token))


def nobody(source: str = "10.0.0.1") -> AccessRequest:
    return AccessRequest(application=HELLO, source=ip_address(source))
