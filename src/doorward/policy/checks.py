"""What the compiler refuses: contradictions that would do something else than they say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from doorward.model.application import Application
from doorward.model.configuration import Configuration
from doorward.model.errors import Invalid
from doorward.model.ids import PolicyId, RuleGroupId
from doorward.model.named_list import ListKind
from doorward.model.policy import Action, Approval, Policy
from doorward.model.rule import RuleGroup, Rules, Selector
from doorward.policy.rule_groups import parts, selectors_in, size
from doorward.policy.selectors import (
    CERTIFICATE,
    EMAIL_LIST,
    EXTERNAL_EVALUATION,
    IP_LIST,
    LINKED_APP_TOKEN,
    RULE_GROUP,
    SELECTORS,
)

LARGEST = 20_000
"""How many selectors one policy may hold with its rule groups written out."""

MOST_POLICIES = 1_000
"""How many policies an application may have. The edge numbers them with three digits."""

_WHY_NOT = {
    Action.ALLOW: "a machine is admitted by a policy with action service_auth",
    Action.DENY: "a machine is admitted only by policies with action service_auth",
    Action.BYPASS: "bypass asks nobody who they are; use everyone or ip_range, or action allow",
    Action.SERVICE_AUTH: (
        "service_auth admits machines only; use service_token, any_service_token, linked_app_token, "
        "certificate or ip_range"
    ),
}


def check_policy(policy: Policy, groups: Mapping[RuleGroupId, RuleGroup], *, field: str) -> None:
    """Raises Invalid where a selector does not go with the policy's action, or there are too many."""
    for part, selectors in parts(policy.rules):
        for index, selector in enumerate(selectors):
            _check_selector(selector, policy.action, groups, field=f"{field}.rules.{part}[{index}]")
    if policy.needs_grant and policy.action is not Action.ALLOW:
        asked = "purpose" if policy.purpose is not None else "approval"
        raise Invalid(f"{field}.{asked}", "goes with action allow only: no other one asks people anything")
    if policy.session_duration is not None and policy.action is not Action.ALLOW:
        raise Invalid(
            f"{field}.session_duration", "goes with action allow only: no other one makes a session"
        )
    if policy.approval is not None:
        _check_approval(policy.approval, field=f"{field}.approval")
    if (count := size(policy.rules, groups)) > LARGEST:
        raise Invalid(f"{field}.rules", f"holds {count} selectors: {LARGEST} are allowed")


MOST_NEEDED = 10
LONGEST_GRANT = timedelta(days=7)


def _check_approval(approval: Approval, *, field: str) -> None:
    if not approval.approvers and not approval.approver_lists:
        raise Invalid(f"{field}.approvers", "is empty, and then nobody could say yes: name who may")
    if not 1 <= approval.needed <= MOST_NEEDED:
        raise Invalid(f"{field}.needed", f"{approval.needed} is out of range: use 1 to {MOST_NEEDED}")
    if not approval.approver_lists and approval.needed > len(approval.approvers):
        raise Invalid(
            f"{field}.needed", f"{approval.needed} must say yes, and only {len(approval.approvers)} may"
        )
    if not timedelta(minutes=1) <= approval.longest <= LONGEST_GRANT:
        raise Invalid(f"{field}.longest", "is out of range: use 1m to 7d")


def _check_selector(
    selector: Selector, action: Action, groups: Mapping[RuleGroupId, RuleGroup], *, field: str
) -> None:
    within, tested = "", [selector]
    if selector.kind == RULE_GROUP:
        within = f" (in rule group {selector.value})"
        tested = list(selectors_in(Rules(include=(selector,)), groups))
    for inner in tested:
        kind = SELECTORS.get(inner.kind)
        if kind is not None and action not in kind.actions:
            raise Invalid(field, f"{inner.kind}{within} does not go with action {action}: {_WHY_NOT[action]}")


def check_policy_ids(application: Application, policies: Sequence[Policy]) -> None:
    """Raises Invalid where two policies of an application share an id, or there are too many."""
    if len(policies) > MOST_POLICIES:
        raise Invalid(
            f"applications[{application.id}].policies",
            f"holds {len(policies)} policies: {MOST_POLICIES} are allowed; put rules together",
        )
    seen: set[PolicyId] = set()
    for index, policy in enumerate(policies):
        if policy.id in seen:
            raise Invalid(
                f"applications[{application.id}].policies[{index}]",
                f"there is a policy {policy.id!r} before it: give each its own id, and name "
                "a shared policy once",
            )
        seen.add(policy.id)


@dataclass(frozen=True, slots=True)
class Things:
    """The ids of what rules may name, gathered once for many rules."""

    providers: AbstractSet[str]
    tokens: AbstractSet[str]
    applications: AbstractSet[str]
    evaluations: AbstractSet[str]
    authorities: AbstractSet[str]
    lists: Mapping[ListKind, AbstractSet[str]]

    @classmethod
    def of(cls, configuration: Configuration) -> Self:
        """Those of this configuration."""
        return cls(
            providers={provider.id for provider in configuration.identity_providers},
            tokens={token.id for token in configuration.service_tokens},
            applications={application.id for application in configuration.applications},
            evaluations={evaluation.id for evaluation in configuration.external_evaluations},
            authorities={authority.id for authority in configuration.certificate_authorities},
            lists={kind: {each.id for each in configuration.lists if each.kind is kind} for kind in ListKind},
        )


def check_providers(there: Things, application: Application) -> None:
    """Raises Invalid where an application takes sign-ins by an identity provider that is not there, or
    sends people to one that it does not take."""
    first = application.sign_in_with
    taken = set(application.identity_providers) or there.providers
    if first is not None and first not in taken & there.providers:
        place = f"applications[{application.id}].sign_in_with"
        _refuse_missing(place, "identity provider of this application", first, taken & there.providers)
    for index, provider in enumerate(application.identity_providers):
        if provider not in there.providers:
            field = f"applications[{application.id}].identity_providers[{index}]"
            _refuse_missing(field, "identity provider", provider, there.providers)


def check_references(there: Things, rules: Rules, *, field: str) -> None:
    """Raises Invalid where ``rules`` name an identity provider, service token, external evaluation,
    certificate authority, application or list that is not there.

    Such a selector matches nobody; as an exclude it would quietly exclude nobody.
    """
    for part, selectors in parts(rules):
        for index, selector in enumerate(selectors):
            place = f"{field}.{part}[{index}]"
            if selector.identity_provider is not None and selector.identity_provider not in there.providers:
                _refuse_missing(place, "identity provider", selector.identity_provider, there.providers)
            noun, known = _named_by(there, selector)
            if noun and selector.value not in known:
                _refuse_missing(place, noun, selector.value, known)


def _named_by(there: Things, selector: Selector) -> tuple[str, AbstractSet[str]]:
    """What the selector's value names, and what there is of that; no noun where it names nothing."""
    named: Mapping[str, tuple[str, AbstractSet[str]]] = {
        "identity_provider": ("identity provider", there.providers),
        "service_token": ("service token", there.tokens),
        EXTERNAL_EVALUATION: ("external evaluation", there.evaluations),
        LINKED_APP_TOKEN: ("application", there.applications),
        EMAIL_LIST: ("list of e-mail addresses", there.lists[ListKind.EMAIL]),
        IP_LIST: ("list of networks", there.lists[ListKind.IP]),
        CERTIFICATE: ("certificate authority" if selector.value else "", there.authorities),
    }
    return named.get(selector.kind, ("", frozenset()))


def check_approvers(there: Things, policy: Policy, *, field: str) -> None:
    """Raises Invalid where a policy's approvers are on a list that is not there."""
    lists = there.lists[ListKind.EMAIL]
    for index, name in enumerate(policy.approval.approver_lists if policy.approval else ()):
        if name not in lists:
            _refuse_missing(f"{field}.approval.lists[{index}]", "list of e-mail addresses", name, lists)


def _refuse_missing(field: str, noun: str, value: str, there: Iterable[str]) -> None:
    known = ", ".join(sorted(there)) or "(there are none)"
    raise Invalid(field, f"there is no {noun} {value!r}: use one of {known}")
