"""Generated rule sets and requests, from few values, so that what is asked for often meets who asks.

The source of chance comes in: hypothesis' own in property tests, a seeded one in the live test. What there is
to choose from stands in ``tests.policy.kinds``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from ipaddress import ip_address
from random import Random
from typing import Any, TypeVar

from doorward.model.access import AccessRequest, Identity
from doorward.model.application import Application, Origin
from doorward.model.destination import Destination
from doorward.model.external_evaluation import Evaluated
from doorward.model.ids import ApplicationId, Audience, PolicyId, RuleGroupId
from doorward.model.policy import Action, Policy, Purpose
from doorward.model.rule import RuleGroup, Rules, Selector
from doorward.policy.compiler import CompiledApplication, compile_application
from doorward.policy.named_lists import Membership
from doorward.policy.rule_groups import selectors_in
from doorward.policy.selectors import CERTIFICATE_KINDS, SELECTORS
from doorward.policy.selectors.kind import Judged
from tests.fakes.places import FakePlaces
from tests.policy.kinds import (
    CLAIMS,
    CLAIMS_NOBODY_MENTIONS,
    CONTEXTS,
    COUNTRIES,
    EMAILS,
    EVALUATIONS,
    FACTS,
    GROUPS,
    GROUPS_NOBODY_MENTIONS,
    LEFT,
    LISTS,
    MOMENTS,
    PROVIDERS,
    REPORTED,
    ROLES,
    ROLES_NOBODY_MENTIONS,
    SERVICE_TOKENS,
    SOURCES,
    UPNS,
    VALUES,
    WAYS,
    WAYS_NOBODY_MENTIONS,
)

T = TypeVar("T")

UNKNOWN = Selector("moon_phase", "full")
MEMBERSHIP = Membership.of(LISTS)
PLACES = FakePlaces(COUNTRIES)


@dataclass(frozen=True)
class RuleSet:
    """An application with its compiled policies."""

    application: Application
    compiled: CompiledApplication

    def may_be_left(self, request: AccessRequest) -> bool:
        """Whether the edge may leave the request to the control plane though it is allowed."""
        return any(
            _is_left(selector, entry.policy.action, request)
            for entry in self.compiled.policies
            for selector in selectors_in(entry.policy.rules, self.compiled.rule_groups)
        )


def _is_left(selector: Selector, action: Action, request: AccessRequest) -> bool:
    if action is Action.BYPASS and isinstance(SELECTORS.get(selector.kind), Judged):
        return True
    left = LEFT.get(selector.kind)
    return left is not None and left(selector.value, request)


def of_nobody(request: AccessRequest) -> AccessRequest:
    """The same request without anybody who is proven to ask."""
    return AccessRequest(
        application=request.application,
        source=request.source,
        at=request.at,
        method=request.method,
        path=request.path,
        country=request.country,
        continent=request.continent,
        lists=MEMBERSHIP.lists_of(request.source),
    )


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
        groups = [self._rule_group(action, nested=nested) for action in _ACTIONS for nested in (False, True)]
        actions = self._random.choices(_ACTIONS, weights=_ACTION_WEIGHTS, k=self._random.randint(1, 4))
        policies = [self._policy(index, action) for index, action in enumerate(actions)]
        return RuleSet(application, compile_application(application, policies, groups, LISTS))

    def request(self, application: ApplicationId) -> AccessRequest:
        """A request of a person (most often), a machine or somebody unknown. Its path is as a client spells
        it; of some facts nothing may be known."""
        who = self._random.choices(("person", "machine", "nobody"), weights=(6, 3, 1))[0]
        facts: dict[str, Any] = {name: self._random.choice(values) for name, values in FACTS.items()}
        granted = self._some([PolicyId(f"policy-{index}") for index in range(4)], at_most=4)
        end = (facts["at"] or MOMENTS[0]) + timedelta(minutes=self._random.choice((-1, 5, 90)))
        request = AccessRequest(
            application=application,
            grants=dict.fromkeys(granted, end),
            source=ip_address(self._random.choice(SOURCES)),
            identity=self._person() if who == "person" else None,
            service_token=self._random.choice(SERVICE_TOKENS) if who == "machine" else None,
            facts=self._random.choice(REPORTED) if who == "person" else {},
            evaluations={
                evaluation: Evaluated(success=self._random.random() < 0.7, until=end)
                for evaluation in EVALUATIONS
                if self._random.random() < 0.95
            },
            **facts,
        )
        return looked_up(request)

    def earlier(self, request: AccessRequest) -> AccessRequest:
        """The request with which its token was made: up to an hour before, from elsewhere, for something
        else. What is unknown was so then."""
        facts: dict[str, Any] = {name: self._random.choice(values) for name, values in FACTS.items()}
        before = timedelta(seconds=self._random.choice((0, 1, 60, 1800, 3599)))
        at = None if request.at is None else request.at - before
        source = ip_address(self._random.choice(SOURCES))
        return looked_up(replace(request, source=source, **{**facts, "at": at}))

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
            methods=frozenset(self._some((*WAYS, *WAYS_NOBODY_MENTIONS), at_most=3)),
        )

    def _some(self, values: Sequence[T], *, at_most: int) -> list[T]:
        return self._random.sample(values, self._random.randint(0, at_most))

    def _policy(self, index: int, action: Action) -> Policy:
        asks_why = action is Action.ALLOW and self._random.random() < 0.15
        own_duration = action is Action.ALLOW and self._random.random() < 0.15
        return Policy(
            id=PolicyId(f"policy-{index}"),
            action=action,
            rules=self._rules(action, use_groups=True),
            purpose=Purpose() if asks_why else None,
            session_duration=timedelta(hours=8) if own_duration else None,
        )

    def _rule_group(self, action: Action, *, nested: bool) -> RuleGroup:
        rules = self._rules(action, use_groups=False)
        if nested:
            inner = Selector("rule_group", _group_name(action, "flat"))
            rules = Rules(include=(*rules.include, inner), require=rules.require, exclude=rules.exclude)
        return RuleGroup(id=RuleGroupId(_group_name(action, "nested" if nested else "flat")), rules=rules)

    def _rules(self, action: Action, *, use_groups: bool) -> Rules:
        def selectors(counts: Sequence[int]) -> tuple[Selector, ...]:
            count = self._random.choice(counts)
            return tuple(self._selector(action, use_groups=use_groups) for _ in range(count))

        return Rules(
            include=selectors((0, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3)),
            require=selectors((0, 0, 0, 0, 0, 1, 1, 2)),
            exclude=selectors((0, 0, 0, 0, 1, 1, 2)),
        )

    def _selector(self, action: Action, *, use_groups: bool) -> Selector:
        if self._random.random() < self._unknown:
            return UNKNOWN
        if use_groups and self._random.random() < 0.15:
            return Selector("rule_group", _group_name(action, self._random.choice(("flat", "nested"))))
        able = [kind for kind in VALUES if action in SELECTORS[kind].actions]
        kind = self._random.choices(able, weights=[_WEIGHTS.get(kind, 1) for kind in able])[0]
        values = VALUES[kind]
        return Selector(kind, self._random.choice(values.values), self._random.choice(values.providers))


def looked_up(request: AccessRequest) -> AccessRequest:
    """The request with the lists that it is on, and with the place where it comes from."""
    email = request.identity.email if request.identity is not None else ""
    place = PLACES.of(request.source)
    return replace(
        request,
        lists=MEMBERSHIP.lists_of(request.source, email),
        country=place.country,
        continent=place.continent,
    )


def _group_name(action: Action, shape: str) -> str:
    return f"{action.value.replace('_', '-')}-{shape}"


_WEIGHTS = {
    # Of certificates the edge knows nothing: where they are looked at it allows nothing.
    **dict.fromkeys(CERTIFICATE_KINDS, 0.2),
    "any_service_token": 6,
    "email_domain": 6,
    "everyone": 10,
    "group": 7,
    "ip_range": 8,
    "service_token": 8,
}
_ACTIONS = (Action.ALLOW, Action.DENY, Action.SERVICE_AUTH, Action.BYPASS)
_ACTION_WEIGHTS = (6, 2, 2.5, 0.7)
