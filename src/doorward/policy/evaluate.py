"""The reference evaluator: the authority on who may.

It is written from the rules themselves and does not look at the compiler's expressions, so that
the two can be held against each other.

Rule: bypass and service_auth policies come first, then allow and deny, each kind in its order; the
first that matches decides; where none does, the request is denied.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from doorward.model.access import AccessRequest
from doorward.model.ids import RuleGroupId
from doorward.model.policy import Action, Policy
from doorward.model.rule import RuleGroup, Rules, Selector
from doorward.policy.compiled import CompiledApplication
from doorward.policy.decision import Decision
from doorward.policy.linked_applications import included
from doorward.policy.match import Match
from doorward.policy.reasons import Reason
from doorward.policy.rule_groups import selectors_in, wanted_in
from doorward.policy.rules import Judgement, judge
from doorward.policy.selectors import CERTIFICATE_KINDS, SELECTORS
from doorward.policy.unidentified import judge_unidentified


def evaluate(compiled: CompiledApplication, request: AccessRequest) -> Decision:
    """Decide on ``request``. A deny policy whose outcome is unknown denies; any other does not match."""
    if request.application != compiled.application:
        return Decision.deny(Reason.OTHER_APPLICATION)
    for entry in compiled.policies:
        policy = entry.policy
        if not looks_at(compiled, policy, request):
            continue
        match = _judge(policy.rules, compiled.rule_groups, request).match
        if policy.action is Action.DENY and match is Match.YES:
            return Decision.deny_by(policy)
        if policy.action is Action.DENY and match is Match.UNKNOWN:
            return Decision.deny_by(policy, _why_unknown(policy.rules, compiled.rule_groups, request))
        if policy.action is not Action.DENY and match is Match.YES:
            return Decision.allow(policy, _why_allowed(policy, request))
    if _by_other_provider(compiled, request):
        return Decision.deny(Reason.OTHER_IDENTITY_PROVIDER)
    return Decision.deny(*dict.fromkeys(_why_none(compiled, request)))


def _by_other_provider(compiled: CompiledApplication, request: AccessRequest) -> bool:
    """Whether the person signed in by an identity provider that this application does not take."""
    taken, person = compiled.identity_providers, request.identity
    return bool(taken) and person is not None and person.identity_provider not in taken


def looks_at(compiled: CompiledApplication, policy: Policy, request: AccessRequest) -> bool:
    """Whether the policy concerns who is asking. Someone who comes in two ways at once, such as a person
    and a machine, comes in none; nor is somebody a person here who signed in where the application takes no
    sign-ins. A linked application's token is looked at only by policies that include that application:
    others, such as one for all machines of a network, mean service tokens. Nor is a certificate by itself: it
    is looked at by policies some of whose tests of certificates it passes. Beside a service token or a person
    it is no way of its own, but one more thing that is known of them."""
    if policy.action is Action.BYPASS:
        return True
    ways = (request.identity, request.service_token, request.linked)
    if request.certificate is not None and not any(way is not None for way in ways):
        return policy.action is Action.SERVICE_AUTH and _by_certificate(compiled, policy, request)
    if sum(way is not None for way in ways) != 1:
        return False
    if policy.action is Action.SERVICE_AUTH:
        linked = request.linked in included(policy.rules, compiled.rule_groups)
        return request.service_token is not None or linked
    return request.identity is not None and not _by_other_provider(compiled, request)


def _by_certificate(compiled: CompiledApplication, policy: Policy, request: AccessRequest) -> bool:
    """Whether something that the policy includes or requires is true of the certificate."""
    asked = Rules(include=policy.rules.include, require=policy.rules.require)
    return any(
        match_of(selector, request) is Match.YES
        for selector in wanted_in(asked, compiled.rule_groups)
        if selector.kind in CERTIFICATE_KINDS
    )


def _judge(rules: Rules, groups: Mapping[RuleGroupId, RuleGroup], request: AccessRequest) -> Judgement:
    return judge(rules, groups, lambda selector: match_of(selector, request))


def match_of(selector: Selector, request: AccessRequest) -> Match:
    """Whether one selector, no rule group, matches; UNKNOWN for a kind that this version does not know."""
    kind = SELECTORS.get(selector.kind)
    return Match.UNKNOWN if kind is None else kind.matches(selector, request)


def _why_none(compiled: CompiledApplication, request: AccessRequest) -> Iterator[Reason]:
    """Why no policy matched: what is missing, then which rule types failed."""
    if not compiled.policies:
        yield Reason.NO_POLICIES
        return
    yield Reason.NO_POLICY_MATCHED
    anonymous = request.identity is None and request.service_token is None and request.linked is None
    actions = {entry.policy.action for entry in compiled.policies}
    if anonymous and Action.ALLOW in actions:
        yield Reason.NO_IDENTITY
    if anonymous and Action.SERVICE_AUTH in actions:
        yield from _wanted_of_machines(compiled)
    for entry in compiled.policies:
        policy = entry.policy
        if policy.action in (Action.ALLOW, Action.SERVICE_AUTH) and looks_at(compiled, policy, request):
            judgement = _judge(policy.rules, compiled.rule_groups, request)
            yield from _failed(policy.rules, judgement, request)
            if judgement.match is Match.UNKNOWN:
                yield _why_unknown(policy.rules, compiled.rule_groups, request)
        elif policy.action is Action.ALLOW and anonymous:
            judgement = judge_unidentified(policy.rules, compiled.rule_groups, request)
            yield from _failed(policy.rules, judgement, request)


def _wanted_of_machines(compiled: CompiledApplication) -> Iterator[Reason]:
    """What machines are admitted by: certificates, service tokens or both."""
    for entry in compiled.policies:
        if entry.policy.action is Action.SERVICE_AUTH:
            kinds = {selector.kind for selector in wanted_in(entry.policy.rules, compiled.rule_groups)}
            if kinds & CERTIFICATE_KINDS:
                yield Reason.CERTIFICATE_REQUIRED
            if not kinds <= CERTIFICATE_KINDS:
                yield Reason.SERVICE_TOKEN_REQUIRED


def _failed(rules: Rules, judgement: Judgement, request: AccessRequest) -> Iterator[Reason]:
    """The rule types that certainly stood in the way, and whether an IP range did."""
    ranges_only = bool(rules.include) and all(s.kind == "ip_range" for s in rules.include)
    network = False
    if judgement.included is Match.NO:
        yield Reason.NOT_INCLUDED
        network |= ranges_only
    if judgement.required is Match.NO:
        yield Reason.NOT_REQUIRED
        network |= any(not _in_range(selector, request, other=True) for selector in rules.require)
    if judgement.excluded is Match.YES:
        yield Reason.EXCLUDED
        network |= any(_in_range(selector, request, other=False) for selector in rules.exclude)
    if network:
        yield Reason.WRONG_NETWORK


def _why_allowed(policy: Policy, request: AccessRequest) -> Reason | None:
    """None for the usual reason."""
    by_certificate = request.service_token is None and request.linked is None
    return Reason.CERTIFICATE_ACCEPTED if policy.action is Action.SERVICE_AUTH and by_certificate else None


def _why_unknown(rules: Rules, groups: Mapping[RuleGroupId, RuleGroup], request: AccessRequest) -> Reason:
    """Whether the fault may lie with this version, or only with what is known at present."""
    kinds = {selector.kind for selector in selectors_in(rules, groups)}
    if request.certificate is None and kinds & CERTIFICATE_KINDS and kinds <= SELECTORS.keys():
        return Reason.CERTIFICATE_REQUIRED
    return Reason.UNKNOWN_FACT if kinds <= SELECTORS.keys() else Reason.UNKNOWN_SELECTOR


def _in_range(selector: Selector, request: AccessRequest, *, other: bool) -> bool:
    """Whether an ``ip_range`` holds the source; ``other`` for selectors of other kinds."""
    if selector.kind != "ip_range":
        return other
    return match_of(selector, request) is Match.YES
