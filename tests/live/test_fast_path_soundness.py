"""Whatever the data plane allows by itself, the reference evaluator allows too, by the same policy.

Generated rule sets and requests against a real Envoy. ``DOORWARD_SOUNDNESS_CASES`` sets how many
(4,000 without it, at least 2,000), ``DOORWARD_SOUNDNESS_SEED`` which.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from ipaddress import ip_address
from pathlib import Path
from random import Random

import pytest
from envoy.extensions.filters.http.rbac.v3 import rbac_pb2

from doorward.envoy.credential import credential_rbac
from doorward.envoy.rbac import application_rbac, policy_name
from doorward.model.access import AccessRequest, Identity
from doorward.model.claims import TokenClaims, Validity, token_generation
from doorward.model.ids import (
    Audience,
    IdentityProviderId,
    PolicyId,
    RuleGroupId,
    ServiceTokenId,
    SessionId,
)
from doorward.model.policy import Action, Policy
from doorward.model.rule import RuleGroup, Rules, Selector
from doorward.policy.compiler import CompiledApplication, compile_application
from doorward.policy.decision import Decision
from doorward.policy.evaluate import evaluate
from doorward.policy.rule_groups import DEEPEST
from doorward.policy.verdicts import verdicts
from tests.live.envoy import RunningEnvoy
from tests.live.fast_path import ISSUER, LISTENER, Question, Signer, Verdict, ask, fast_path
from tests.nouns import application
from tests.policy.generated import UNKNOWN, Generator, RuleSet

CASES = max(2_000, int(os.environ.get("DOORWARD_SOUNDNESS_CASES", "4000")))
SEED = int(os.environ.get("DOORWARD_SOUNDNESS_SEED", "2026"))
REQUESTS_PER_RULE_SET = 10
RULE_SETS_AT_ONCE = 400

EVERYONE = Selector("everyone")
CHANGED = SessionId("c4a19ed0" * 4)
CHANGED_AGO = timedelta(seconds=30)
LIVE = SessionId("5e551017" * 4)
REVOKED = tuple(SessionId(f"{number:032x}") for number in range(100))
ADA = Identity(
    identity_provider=IdentityProviderId("people"),
    subject="ada",
    email="ada@corp.com",
    groups=frozenset({"staff"}),
)


class Token(Enum):
    """What kind of token a request shows."""

    CURRENT = "current"
    NONE = "none"
    BROKEN = "broken"
    UNSIGNED = "unsigned"
    OTHER_KEY = "other key"
    EXPIRED = "expired"
    OTHER_ISSUER = "other issuer"
    OTHER_AUDIENCE = "other audience"
    OTHER_TYPE = "other type"
    STALE = "stale generation"
    REVOKED = "revoked session, or service token that is gone"
    OUTDATED = "made before the session's facts changed"
    RENEWED = "made after they changed"


@dataclass(frozen=True)
class Case:
    """``request`` holds the facts that the token proves, were it good."""

    rule_set: RuleSet
    request: AccessRequest
    token: Token

    @property
    def proven(self) -> AccessRequest:
        """The facts that count: a token that is not good proves nothing."""
        if self.token in {Token.CURRENT, Token.RENEWED}:
            return self.request
        if self.token is Token.OUTDATED and self.request.identity is None:
            return self.request
        return AccessRequest(application=self.request.application, source=self.request.source)


class Mint:
    """Makes the tokens of cases, good and bad."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.signer = Signer()
        self._other = Signer()

    def token(self, case: Case) -> str | None:
        request = case.request
        if case.token is Token.NONE or (request.identity is None and request.service_token is None):
            return None
        claims = self._claims(case).as_claims()
        if case.token is Token.OTHER_TYPE:
            claims["type"] = "org"
        if case.token is Token.OTHER_KEY:
            return self._other.token(claims)
        token = self.signer.token(claims)
        if case.token is Token.BROKEN:
            return token[:-8] + ("AAAAAAAA" if token[-8:] != "AAAAAAAA" else "BBBBBBBB")
        if case.token is Token.UNSIGNED:
            return token.rpartition(".")[0] + "."
        return token

    def _claims(self, case: Case) -> TokenClaims:
        compiled, kind, request = case.rule_set.compiled, case.token, case.request
        issued = self.now - timedelta(hours=3 if kind is Token.EXPIRED else 0)
        if kind is Token.OUTDATED:
            issued -= 2 * CHANGED_AGO
        audience = case.rule_set.application.audience
        if kind is Token.OTHER_AUDIENCE:
            audience = Audience(f"{audience}-not")
        issuer = "https://elsewhere.test" if kind is Token.OTHER_ISSUER else ISSUER
        generation = generation_of(compiled) if kind is not Token.STALE else token_generation(0, 0, "0" * 12)
        validity = Validity(
            issuer=issuer,
            audience=audience,
            generation=generation,
            issued=issued,
            expires=issued + timedelta(hours=1),
        )
        decision = evaluate(compiled, request)
        if request.identity is not None:
            return TokenClaims.for_person(
                request.identity,
                session=_SESSIONS.get(kind, LIVE),
                mentioned=compiled.mentioned,
                verdicts=verdicts(compiled, request),
                policy=decision.policy if decision.allowed else None,
                validity=validity,
            )
        assert request.service_token is not None
        gone = ServiceTokenId("gone")
        return TokenClaims.for_machine(
            gone if kind is Token.REVOKED else request.service_token,
            client_id=f"{request.service_token}.access",
            verdicts=verdicts(compiled, request),
            validity=validity,
        )


_SESSIONS = {Token.REVOKED: REVOKED[7], Token.OUTDATED: CHANGED, Token.RENEWED: CHANGED}


def generation_of(compiled: CompiledApplication) -> str:
    return token_generation(3, 1, compiled.fingerprint)


def host_of(case: Case) -> str:
    """Where its application is."""
    return case.rule_set.application.destinations[0].hostname


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
        service_tokens=[ServiceTokenId(name) for name in ("ci", "backup", "robot")],
    )


def questions_of(cases: Sequence[Case], mint: Mint) -> list[Question]:
    """What is asked of Envoy."""
    return [Question(host_of(case), str(case.request.source), mint.token(case)) for case in cases]


def judged(folder: Path, cases: Sequence[Case]) -> list[Verdict]:
    """What a real Envoy says to each case."""
    mint = Mint(datetime.now(UTC))
    resources = fast_path(rules_of(cases), jwks=mint.signer.jwks(), credential=living(mint.now))
    with RunningEnvoy(folder, resources) as envoy:
        return ask(envoy.port(LISTENER), questions_of(cases, mint))


def generated(random: Random, *, rule_sets: int) -> Iterator[Case]:
    generator = Generator(random)
    for number in range(rule_sets):
        rule_set = generator.rule_set(f"app-{number}")
        for _ in range(REQUESTS_PER_RULE_SET):
            request = generator.request(rule_set.application.id)
            token = Token.CURRENT if random.random() < 0.75 else random.choice(list(Token))
            yield Case(rule_set, request, token)


def policy_of(case: Case, decision: Decision) -> str:
    """The name that Envoy has for the policy that decided."""
    names = {entry.policy.id: policy_name(entry) for entry in case.rule_set.compiled.policies}
    return "-" if decision.policy is None else names[decision.policy]


def faults(case: Case, verdict: Verdict) -> Iterator[str]:
    """What is wrong with the verdict: unsound (the first two) or incomplete."""
    decision = evaluate(case.rule_set.compiled, case.proven)
    if verdict.allowed and not decision.allowed:
        yield f"UNSOUND: allowed by {verdict.policy}, evaluator: {decision}"
    elif verdict.allowed and verdict.policy != policy_of(case, decision):
        yield f"OTHER POLICY: {verdict.policy} instead of {policy_of(case, decision)}"
    elif decision.allowed and not verdict.allowed:
        yield f"INCOMPLETE: {verdict.result}, evaluator: {decision}"
    if verdict.result not in {"allowed", "denied"}:
        yield f"NO VERDICT: {verdict.result}"


def test_what_the_fast_path_allows_the_evaluator_allows_and_the_other_way_round(tmp_path: Path) -> None:
    began = time.monotonic()
    random = Random(SEED)
    left, rounds, outcomes, wrong = CASES, 0, Counter[str](), list[str]()
    while left > 0:
        rule_sets = min(RULE_SETS_AT_ONCE, -(-left // REQUESTS_PER_RULE_SET))
        cases = list(generated(random, rule_sets=rule_sets))
        for case, verdict in zip(cases, judged(tmp_path / f"round-{rounds}", cases), strict=True):
            outcomes[f"{verdict.result} {verdict.policy[4:].partition('/')[0]}"] += 1
            wrong += [f"{fault}\n  {case}" for fault in faults(case, verdict)]
        left -= len(cases)
        rounds += 1
    asked = outcomes.total()
    allowed = sum(count for outcome, count in outcomes.items() if outcome.startswith("allowed"))
    print(
        f"seed {SEED}: {asked} cases in {time.monotonic() - began:.1f} s, {allowed / asked:.0%} allowed "
        f"on the fast path: {dict(sorted(outcomes.items()))}"
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
    decisions = [evaluate(case.rule_set.compiled, case.proven).allowed for case in cases]
    assert decisions == [False] * len(DENYING) + [True]


def person(rule_set: RuleSet, token: Token, source: str = "10.0.0.1") -> Case:
    request = AccessRequest(application=rule_set.application.id, source=ip_address(source), identity=ADA)
    return Case(rule_set, request, token)


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
    cases = [Case(rule_set, request, token) for token in Token]
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
