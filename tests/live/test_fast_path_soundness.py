"""Whatever the data plane allows by itself, the reference evaluator allows too, by the same policy. The other
way round it is so where the edge knows enough (``RuleSet.may_be_left``).

Generated rule sets and requests against a real Envoy. ``DOORWARD_SOUNDNESS_CASES`` sets how many
(20,000 without it, at least 2,000), ``DOORWARD_SOUNDNESS_SEED`` which.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from random import Random

import pytest
from envoy.extensions.filters.http.rbac.v3 import rbac_pb2

from doorward.envoy.credential import credential_rbac
from doorward.envoy.rbac import application_rbac, policy_name
from doorward.model.access import AccessRequest, Identity
from doorward.model.ids import (
    IdentityProviderId,
    PolicyId,
    RuleGroupId,
    ServiceTokenId,
)
from doorward.model.policy import Action, Policy
from doorward.model.rule import RuleGroup, Rules, Selector
from doorward.model.service_token import credential
from doorward.policy.compiler import compile_application
from doorward.policy.decision import Decision
from doorward.policy.evaluate import evaluate
from doorward.policy.path_patterns import LONGEST
from doorward.policy.rule_groups import DEEPEST
from tests.geography.databases import write_database
from tests.live.envoy import RunningEnvoy
from tests.live.fast_path import LISTENER, Question, Signer, Verdict, ask, fast_path
from tests.live.fast_path_cases import (
    CHANGED,
    CHANGED_AGO,
    REVOKED,
    SECRET,
    Case,
    Mint,
    Token,
    generation_of,
    host_of,
)
from tests.nouns import application
from tests.policy.generated import UNKNOWN, Generator, RuleSet
from tests.policy.kinds import COUNTRIES, SERVICE_TOKENS

CASES = max(2_000, int(os.environ.get("DOORWARD_SOUNDNESS_CASES", "20000")))
SEED = int(os.environ.get("DOORWARD_SOUNDNESS_SEED", "2026"))
REQUESTS_PER_RULE_SET = 10
RULE_SETS_AT_ONCE = 400

EVERYONE = Selector("everyone")
ADA = Identity(
    identity_provider=IdentityProviderId("people"),
    subject="ada",
    email="ada@corp.com",
    groups=frozenset({"staff"}),
)


def rules_of(cases: Sequence[Case]) -> dict[str, rbac_pb2.RBACPerRoute]:
    """The rules of each host."""
    return {
        host_of(case): application_rbac(
            case.rule_set.compiled, case.rule_set.application.audience, generation_of(case.rule_set.compiled)
        )
        for case in cases
    }


def living(now: datetime) -> rbac_pb2.RBAC:
    """Which credentials live."""
    return credential_rbac(
        revoked=REVOKED,
        changed={CHANGED: now - CHANGED_AGO},
        machines=[credential(token, SECRET) for token in SERVICE_TOKENS],
    )


def questions_of(cases: Sequence[Case], mint: Mint) -> list[Question]:
    """What is asked of Envoy."""
    return [
        Question(
            host_of(case),
            str(case.request.source),
            mint.token(case),
            method=case.request.method or "GET",
            target=case.request.path or "/",
        )
        for case in cases
    ]


def judged(folder: Path, cases: Sequence[Case]) -> list[Verdict]:
    """What a real Envoy says to each case."""
    mint = Mint(datetime.now(UTC))
    folder.mkdir(exist_ok=True)
    countries = write_database(folder / "countries.mmdb", COUNTRIES)
    resources = fast_path(
        rules_of(cases), jwks=mint.signer.jwks(), credential=living(mint.now), countries=countries
    )
    with RunningEnvoy(folder, resources) as envoy:
        return ask(envoy.port(LISTENER), questions_of(cases, mint))


def generated(random: Random, *, rule_sets: int) -> Iterator[Case]:
    generator = Generator(random)
    for number in range(rule_sets):
        rule_set = generator.rule_set(f"app-{number}")
        for _ in range(REQUESTS_PER_RULE_SET):
            request = generator.request(rule_set.application.id)
            token = Token.CURRENT if random.random() < 0.75 else random.choice(list(Token))
            yield Case(rule_set, request, token, made=generator.earlier(request))


def policy_of(case: Case, decision: Decision) -> str:
    """The name that Envoy has for the policy that decided."""
    names = {entry.policy.id: policy_name(entry) for entry in case.rule_set.compiled.policies}
    return "-" if decision.policy is None else names[decision.policy]


def by_that_policy(case: Case, verdict: Verdict, decision: Decision, proven: AccessRequest) -> bool:
    """Whether both allowed by the same policy, or the evaluator by one before it that is left to it."""
    decided = policy_of(case, decision)
    return verdict.policy == decided or (decided < verdict.policy and case.may_be_left(proven))


def faults(case: Case, verdict: Verdict) -> Iterator[str]:
    """What is wrong with the verdict: unsound (the first two), or incomplete where the edge knows enough."""
    proven = case.proven(verdict.path)
    decision = evaluate(case.rule_set.compiled, proven)
    if verdict.allowed and not decision.allowed:
        yield f"UNSOUND: allowed by {verdict.policy}, evaluator: {decision}"
    elif verdict.allowed and not by_that_policy(case, verdict, decision, proven):
        yield f"OTHER POLICY: {verdict.policy} instead of {policy_of(case, decision)}"
    elif decision.allowed and not verdict.allowed and not case.may_be_left(proven):
        yield f"INCOMPLETE: {verdict.result}, evaluator: {decision}"
    if verdict.result not in {"allowed", "denied"}:
        yield f"NO VERDICT: {verdict.result}"


def test_what_the_fast_path_allows_the_evaluator_allows_and_the_other_way_round(tmp_path: Path) -> None:
    began = time.monotonic()
    random = Random(SEED)
    left, rounds, outcomes, wrong = CASES, 0, Counter[str](), list[str]()
    decided = 0
    while left > 0:
        rule_sets = min(RULE_SETS_AT_ONCE, -(-left // REQUESTS_PER_RULE_SET))
        cases = list(generated(random, rule_sets=rule_sets))
        for case, verdict in zip(cases, judged(tmp_path / f"round-{rounds}", cases), strict=True):
            outcomes[f"{verdict.result} {verdict.policy[4:].partition('/')[0]}"] += 1
            decided += (
                verdict.allowed or not evaluate(case.rule_set.compiled, case.proven(verdict.path)).allowed
            )
            wrong += [f"{fault}\n  {case}" for fault in faults(case, verdict)]
        left -= len(cases)
        rounds += 1
    asked = outcomes.total()
    allowed = sum(count for outcome, count in outcomes.items() if outcome.startswith("allowed"))
    print(
        f"seed {SEED}: {asked} cases in {time.monotonic() - began:.1f} s, {decided / asked:.1%} decided by "
        f"the fast path as the control plane would, {allowed / asked:.0%} allowed by it: "
        f"{dict(sorted(outcomes.items()))}"
    )
    assert not wrong, f"seed {SEED}: {len(wrong)} of {asked} wrong, the first:\n" + "\n".join(wrong[:5])
    assert asked >= 2_000
    assert allowed / asked > 0.2
    assert allowed / asked < 0.8
    assert {f"allowed {action}" for action in Action if action is not Action.DENY} <= set(outcomes)


def compiled_by_hand(name: str, policies: Sequence[Policy], groups: Sequence[RuleGroup] = ()) -> RuleSet:
    made = application(name, hostname=f"{name}.test")
    return RuleSet(made, compile_application(made, policies, groups))


def allow(rules: Rules, name: str = "staff") -> Policy:
    return Policy(id=PolicyId(name), action=Action.ALLOW, rules=rules)


DENYING = {
    "no-policies": (),
    "empty-rules": (allow(Rules()),),
    "require-alone": (allow(Rules(require=(EVERYONE,))),),
    "unknown-include": (allow(Rules(include=(UNKNOWN,))),),
    "unknown-require": (allow(Rules(include=(EVERYONE,), require=(UNKNOWN,))),),
    "unknown-exclude": (allow(Rules(include=(EVERYONE,), exclude=(UNKNOWN,))),),
    "unknown-bypass": (Policy(id=PolicyId("open"), action=Action.BYPASS, rules=Rules(include=(UNKNOWN,))),),
    "unknown-deny": (
        Policy(id=PolicyId("never"), action=Action.DENY, rules=Rules(include=(UNKNOWN,))),
        allow(Rules(include=(EVERYONE,))),
    ),
    "group-of-unknown": (
        Policy(
            id=PolicyId("never"),
            action=Action.DENY,
            rules=Rules(include=(EVERYONE,), exclude=(Selector("rule_group", "odd"),)),
        ),
        allow(Rules(include=(EVERYONE,))),
    ),
}


def test_no_rules_empty_rules_and_unknown_selectors_deny_everybody(tmp_path: Path) -> None:
    odd = RuleGroup(id=RuleGroupId("odd"), rules=Rules(include=(UNKNOWN,)))
    rule_sets = [compiled_by_hand(name, policies, [odd]) for name, policies in DENYING.items()]
    rule_sets.append(compiled_by_hand("control", [allow(Rules(include=(EVERYONE,)))]))
    cases = [person(rule_set, Token.CURRENT) for rule_set in rule_sets]
    verdicts = judged(tmp_path, cases)
    assert [verdict.result for verdict in verdicts] == ["denied"] * len(DENYING) + ["allowed"]
    decisions = [evaluate(case.rule_set.compiled, case.proven("/")).allowed for case in cases]
    assert decisions == [False] * len(DENYING) + [True]


def person(rule_set: RuleSet, token: Token, source: str = "10.0.0.1") -> Case:
    request = AccessRequest(application=rule_set.application.id, source=ip_address(source), identity=ADA)
    return Case(rule_set, request, token, made=request)


@pytest.mark.parametrize("action", [Action.ALLOW, Action.SERVICE_AUTH])
def test_of_all_tokens_only_a_current_one_of_this_application_counts(tmp_path: Path, action: Action) -> None:
    include = EVERYONE if action is Action.ALLOW else Selector("any_service_token")
    rule_set = compiled_by_hand(
        "hello", [Policy(id=PolicyId("p"), action=action, rules=Rules(include=(include,)))]
    )
    request = AccessRequest(
        application=rule_set.application.id,
        source=ip_address("10.0.0.1"),
        identity=ADA if action is Action.ALLOW else None,
        service_token=ServiceTokenId("ci") if action is Action.SERVICE_AUTH else None,
    )
    cases = [Case(rule_set, request, token, made=request) for token in Token]
    allowed = [
        case.token for case, verdict in zip(cases, judged(tmp_path, cases), strict=True) if verdict.allowed
    ]
    good = [Token.CURRENT, Token.RENEWED]
    of_a_machine = [Token.CURRENT, Token.OUTDATED, Token.RENEWED]  # machines have no session
    assert allowed == (good if action is Action.ALLOW else of_a_machine)


def test_a_host_without_rules_gets_no_verdict_rather_than_allowed(tmp_path: Path) -> None:
    resources = fast_path({"bare.test": None}, jwks=Signer().jwks(), credential=None)
    with RunningEnvoy(tmp_path, resources) as envoy:
        assert ask(envoy.port(LISTENER), [Question("bare.test", "10.0.0.1")]) == [Verdict("-", "-")]


def test_rule_groups_nested_as_deep_as_allowed_work_in_envoy(tmp_path: Path) -> None:
    leaf = Rules(include=(Selector("group", "staff"), Selector("group", "admins")))
    groups = [RuleGroup(id=RuleGroupId("group-1"), rules=leaf)]
    for depth in range(2, DEEPEST + 1):
        inner = Selector("rule_group", f"group-{depth - 1}")
        rules = Rules(
            include=(inner, Selector("email", f"a{depth}@corp.com")),
            exclude=(Selector("email", f"b{depth}@corp.com"), Selector("group", f"out-{depth}")),
        )
        groups.append(RuleGroup(id=RuleGroupId(f"group-{depth}"), rules=rules))
    top = Rules(include=(Selector("rule_group", f"group-{DEEPEST}"), Selector("email", "c@corp.com")))
    rule_set = compiled_by_hand("deep", [allow(top)], groups)
    assert judged(tmp_path, [person(rule_set, Token.CURRENT)]) == [Verdict("allowed", "000/allow/staff")]


def test_the_longest_patterns_of_paths_work_in_envoy(tmp_path: Path) -> None:
    plain, starred = "/" + "a" * (LONGEST - 1), "/" + "/".join(["a*b"] * (LONGEST // 4 - 1)) + "/**"
    paths = (plain, "/" + "/".join(["axxb"] * (LONGEST // 4 - 1)) + "/" + "x" * 4096)
    rule_sets = [
        compiled_by_hand(
            f"long-{number}",
            [
                Policy(id=PolicyId("never"), action=Action.DENY, rules=Rules(include=(of(kept),))),
                allow(Rules(include=(of(pattern),))),
            ],
        )
        for number, (kept, pattern) in enumerate([(starred, plain), (plain, starred)])
    ]
    cases = []
    for path in paths:
        for rule_set in rule_sets:
            case = person(rule_set, Token.CURRENT)
            cases.append(replace(case, request=replace(case.request, path=path)))
    results = [verdict.result for verdict in judged(tmp_path, cases)]
    assert results == ["allowed", "denied", "denied", "allowed"]


def test_the_longest_domain_works_in_envoy(tmp_path: Path) -> None:
    domain = ".".join(["a" * 60] * 4)
    rule_set = compiled_by_hand("far", [allow(Rules(include=(Selector("email_domain", domain),)))])
    case = person(rule_set, Token.CURRENT)
    there = replace(case.request, identity=replace(ADA, email=f"ada@{domain}"))
    verdicts_ = judged(tmp_path, [case, replace(case, request=there, made=there)])
    assert [verdict.result for verdict in verdicts_] == ["denied", "allowed"]


def of(pattern: str) -> Selector:
    return Selector("path", pattern)
