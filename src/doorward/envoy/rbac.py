"""An application's compiled policies as Envoy RBAC shadow rules: the decision in the data plane.

They depend on the application alone. What concerns all of them, whether the session or the service
token behind the request still counts, is judged once before them (``credential``), and they require
that verdict by name: where it is missing, nobody is let in but by a bypass.

Rule: what is never true has no policy, and rules without any policy deny.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from envoy.config.rbac.v3 import rbac_pb2
from envoy.extensions.filters.http.rbac.v3 import rbac_pb2 as rbac_filter_pb2

from doorward.envoy import names
from doorward.envoy.credential import lives
from doorward.envoy.principals import all_of, principal_of, principals_of
from doorward.model.ids import Audience
from doorward.model.policy import Action
from doorward.policy.compiled import CompiledApplication, CompiledPolicy
from doorward.policy.expression import (
    ALWAYS,
    NEVER,
    And,
    ClaimContains,
    ClaimEquals,
    ClaimPresent,
    Expression,
)

_WHOSE: Mapping[Action, str] = MappingProxyType(
    {Action.ALLOW: names.LIVING_PERSON, Action.SERVICE_AUTH: names.LIVING_MACHINE}
)
"""Whose credential must live for a policy of this action to admit."""

_IMPLIED: Mapping[Action, Expression] = MappingProxyType(
    {Action.ALLOW: ClaimPresent("sid"), Action.SERVICE_AUTH: ClaimPresent("service_token")}
)
"""What a credential that lives has been found to have, and need not be tested again."""


def application_rbac(
    compiled: CompiledApplication,
    audience: Audience,
    generation: str,
    *,
    unless: Sequence[rbac_pb2.Permission] = (),
) -> rbac_filter_pb2.RBACPerRoute:
    """Shadow rules for the application's routes; the verdict is ``shadow_engine_result``.

    Except under bypass, a token counts only if the credential behind it lives, it is for
    ``audience``, and of ``generation`` (see ``token_generation``). What fits one of ``unless`` is left to
    the control plane.
    """
    ours = [principal_of(ClaimContains("aud", audience)), principal_of(ClaimEquals("gen", generation))]
    counts = {action: (lives(whose), *ours) for action, whose in _WHOSE.items()}
    policies: dict[str, rbac_pb2.Policy] = {}
    for policy in compiled.policies:
        action, expression = policy.policy.action, policy.expression
        if expression == NEVER:
            continue
        if action is Action.BYPASS:
            principal = principal_of(expression)
        else:
            # Its own tests come first: of many policies they tell most apart.
            principal = all_of((*principals_of(_own(expression, action)), *counts[action]))
        policies[policy_name(policy)] = rbac_pb2.Policy(permissions=[_but(unless)], principals=[principal])
    rules = rbac_pb2.RBAC(action=rbac_pb2.RBAC.ALLOW, policies=policies)
    return rbac_filter_pb2.RBACPerRoute(rbac=rbac_filter_pb2.RBAC(shadow_rules=rules))


def _but(unless: Sequence[rbac_pb2.Permission]) -> rbac_pb2.Permission:
    """Everything that fits none of these."""
    if not unless:
        return rbac_pb2.Permission(any=True)
    found = rbac_pb2.Permission(or_rules=rbac_pb2.Permission.Set(rules=unless))
    return rbac_pb2.Permission(not_rule=unless[0] if len(unless) == 1 else found)


def _own(expression: Expression, action: Action) -> Iterator[Expression]:
    """The conjuncts that ``expression`` adds to what is implied."""
    conjuncts = expression.operands if isinstance(expression, And) else (expression,)
    return (conjunct for conjunct in conjuncts if conjunct not in (_IMPLIED[action], ALWAYS))


def policy_name(compiled: CompiledPolicy) -> str:
    """What Envoy reports as ``shadow_effective_policy_id``, such as ``002/allow/staff``.

    Envoy keeps policies in the order of their names and stops at the first that matches.
    """
    return f"{compiled.position:03d}/{compiled.policy.action}/{compiled.policy.id}"
