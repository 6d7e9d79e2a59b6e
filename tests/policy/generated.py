"""Generated rule sets and requests, from few values, so that what is asked for often meets who asks.

The source of chance comes in: hypothesis' own in property tests, a seeded one in the live test.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address
from random import Random
from typing import TypeVar

from doorward.model.access import AccessRequest, Identity
from doorward.model.application import Application, Origin
from doorward.model.destination import Destination
from doorward.model.ids import (
    ApplicationId,
    Audience,
    IdentityProviderId,
    PolicyId,
    RuleGroupId,
    ServiceTokenId,
)
from doorward.model.policy import Action, Policy
from doorward.model.rule import RuleGroup, Rules, Selector
from doorward.policy.compiler import CompiledApplication, compile_application

T = TypeVar("T")

EMAILS = (
    "ada@corp.com",
    "bob@corp.com",
    "ada@sub.corp.com",
    "eve@evil.com",
    "eve@corpxcom",
    # No identity provider gets these past canonical_email; the data plane must not mind them.
    "eve@evil.com@corp.com",
    "@corp.com",
    "ada\n@corp.com",
)
DOMAINS = ("corp.com", "CORP.com", "evil.com", "sub.corp.com")
GROUPS = ("staff", "admins", "Ops Team", "contractors")
GROUPS_NOBODY_MENTIONS = ("choir", "staff ", "Staff")
PROVIDERS = (IdentityProviderId("people"), IdentityProviderId("entra"))
ROLES = ("admin", "reader")
ROLES_NOBODY_MENTIONS = ("Admin", "auditor")
CLAIMS = (("department", "Finance"), ("department", "IT"), ("office", "a=b"))
CLAIMS_NOBODY_MENTIONS = (("department", "finance"), ("floor", "1"))
CONTEXTS = ("c1", "c2")
UPNS = ("ada@corp.com", "bob@corp.com", "")
SERVICE_TOKENS = (ServiceTokenId("ci"), ServiceTokenId("backup"), ServiceTokenId("robot"))
RANGES = (
    "10.0.0.0/8",
    "10.1.0.0/16",
    "192.0.2.7",
    "0.0.0.0/0",
    "2001:db8::/32",
    "::/0",
    "::/64",
)
SOURCES = (
    "10.0.0.1",
    "10.1.2.3",
    "192.0.2.7",
    "198.51.100.9",
    "2001:db8::1",
    "2001:db9::1",
    "::1",
    "::ffff:10.1.2.3",
    "::ffff:198.51.100.9",
)
UNKNOWN = Selector("moon_phase", "full")


@dataclass(frozen=True)
class RuleSet:
    """An application with its compiled policies."""

    application: Application
    compiled: CompiledApplication


class Generator:
    """Makes rule sets and requests. ``unknown`` is the share of selectors of a kind not known."""

    def __init__(self, random: Random, *, unknown: float = 0.03) -> None:
        self._random = random
        self._unknown = unknown

    def rule_set(self, name: str) -> RuleSet:
        application = Application(
            id=ApplicationId(name),
            destinations=(Destination(f"{name}.test"),),
            origin=Origin(
                url="http://127.0.0.1:1",
                identity_headers=self._random.choice(((), (), (), (("x-groups", "groups"),))),
            ),
            audience=Audience(f"audience-of-{name}"),
            identity_providers=self._random.choice(((), (), (), PROVIDERS[:1], PROVIDERS)),
        )
        groups = [self._rule_group(kind, nested=nested) for kind in _KINDS for nested in (False, True)]
        actions = self._random.choices(_ACTIONS, weights=_ACTION_WEIGHTS, k=self._random.randint(1, 4))
        policies = [self._policy(index, action) for index, action in enumerate(actions)]
        return RuleSet(application, compile_application(application, policies, groups))

    def request(self, application: ApplicationId) -> AccessRequest:
        """A request of a person (most often), a machine or somebody unknown."""
        who = self._random.choices(("person", "machine", "nobody"), weights=(6, 3, 1))[0]
        return AccessRequest(
            application=application,
            source=self._source(),
            identity=self._person() if who == "person" else None,
            service_token=self._random.choice(SERVICE_TOKENS) if who == "machine" else None,
        )

    def _source(self) -> IPv4Address | IPv6Address:
        return ip_address(self._random.choice(SOURCES))

    def _person(self) -> Identity:
        email = self._random.choice((*EMAILS, *EMAILS[:3], *EMAILS[:3]))
        groups = (*GROUPS, *GROUPS_NOBODY_MENTIONS)
        return Identity(
            identity_provider=self._random.choice(PROVIDERS),
            subject=email,
            email=email,
            upn=self._random.choice(UPNS),
            groups=frozenset(self._some(groups, at_most=4)),
            roles=frozenset(self._some((*ROLES, *ROLES_NOBODY_MENTIONS), at_most=2)),
            claims=frozenset(self._some((*CLAIMS, *CLAIMS_NOBODY_MENTIONS), at_most=3)),
            contexts=frozenset(self._some((*CONTEXTS, "c9"), at_most=2)),
        )

    def _some(self, values: Sequence[T], *, at_most: int) -> list[T]:
        return self._random.sample(values, self._random.randint(0, at_most))

    def _policy(self, index: int, action: Action) -> Policy:
        kind = {Action.BYPASS: "network", Action.SERVICE_AUTH: "machine"}.get(action, "person")
        rules = self._rules(kind, use_groups=True)
        own_duration = action is Action.ALLOW and self._random.random() < 0.15
        return Policy(
            id=PolicyId(f"policy-{index}"),
            action=action,
            rules=rules,
            session_duration=timedelta(hours=8) if own_duration else None,
        )

    def _rule_group(self, kind: str, *, nested: bool) -> RuleGroup:
        rules = self._rules(kind, use_groups=False)
        if nested:
            inner = Selector("rule_group", f"{kind}-flat")
            rules = Rules(include=(*rules.include, inner), require=rules.require, exclude=rules.exclude)
        return RuleGroup(id=RuleGroupId(f"{kind}-{'nested' if nested else 'flat'}"), rules=rules)

    def _rules(self, kind: str, *, use_groups: bool) -> Rules:
        def selectors(counts: Sequence[int]) -> tuple[Selector, ...]:
            count = self._random.choice(counts)
            return tuple(self._selector(kind, use_groups=use_groups) for _ in range(count))

        return Rules(
            include=selectors((0, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3)),
            require=selectors((0, 0, 0, 0, 0, 1, 1, 2)),
            exclude=selectors((0, 0, 0, 0, 1, 1, 2)),
        )

    def _selector(self, kind: str, *, use_groups: bool) -> Selector:
        if self._random.random() < self._unknown:
            return UNKNOWN
        if use_groups and self._random.random() < 0.15:
            return Selector("rule_group", f"{kind}-{self._random.choice(('flat', 'nested'))}")
        if self._random.random() < 0.25:
            return Selector("ip_range", self._random.choice(RANGES))
        if kind == "network":
            return Selector("ip_range", self._random.choice(RANGES))
        return self._machine_selector() if kind == "machine" else self._person_selector()

    def _machine_selector(self) -> Selector:
        if self._random.random() < 0.3:
            return Selector("any_service_token")
        return Selector("service_token", self._random.choice(SERVICE_TOKENS))

    def _person_selector(self) -> Selector:
        kind = self._random.choice(_PERSON_KINDS)
        if kind == "everyone":
            return Selector("everyone")
        if kind == "email":
            return Selector("email", self._random.choice(EMAILS[:5]).title())
        if kind == "email_domain":
            return Selector("email_domain", self._random.choice(DOMAINS))
        if kind == "group":
            provider = self._random.choice((None, None, *PROVIDERS))
            return Selector("group", self._random.choice(GROUPS), provider)
        if kind == "provider":
            return Selector("identity_provider", self._random.choice(PROVIDERS))
        return self._selector_of_a_directory(kind)

    def _selector_of_a_directory(self, kind: str) -> Selector:
        if kind == "upn":
            return Selector("upn", self._random.choice(UPNS[:2]).title())
        if kind == "auth_context":
            return Selector("auth_context", self._random.choice(CONTEXTS), self._random.choice(PROVIDERS))
        provider = self._random.choice((None, None, *PROVIDERS))
        if kind == "role":
            return Selector("role", self._random.choice(ROLES), provider)
        name, value = self._random.choice(CLAIMS)
        return Selector("claim", f"{name} = {value}", provider)


_PERSON_KINDS = (
    "everyone",
    "email",
    "email_domain",
    "group",
    "group",
    "provider",
    "role",
    "claim",
    "upn",
    "auth_context",
)
_KINDS = ("network", "machine", "person")
_ACTIONS = (Action.ALLOW, Action.DENY, Action.SERVICE_AUTH, Action.BYPASS)
_ACTION_WEIGHTS = (6, 2, 2.5, 0.7)
