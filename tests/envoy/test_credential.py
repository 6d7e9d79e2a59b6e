from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

import pytest
from envoy.config.rbac.v3 import rbac_pb2

from doorward.envoy.credential import credential_rbac
from doorward.model.ids import Credential, SessionId
from tests.envoy.principals import conditions, expect_no_empty_matcher, written_out
from tests.fakes.clock import START

CI, ROBOT = Credential("service-token:ci:0123456789ab"), Credential("service-token:robot:0123456789ab")


def rules(
    *revoked: str,
    changed: Mapping[str, datetime] | None = None,
    machines: Collection[Credential] = (CI,),
) -> rbac_pb2.RBAC:
    made = credential_rbac(
        revoked=[SessionId(session) for session in revoked],
        changed={SessionId(session): at for session, at in (changed or {}).items()},
        machines=machines,
    )
    assert not made.HasField("rules"), "only ext_authz refuses"
    assert made.shadow_rules_stat_prefix == "credential_"
    return made.shadow_rules


def said(made: rbac_pb2.RBAC) -> dict[str, str]:
    return {name: conditions(policy.principals[0]) for name, policy in made.policies.items()}


def test_a_person_lives_by_a_session_and_a_machine_by_a_credential_that_is_listed() -> None:
    assert said(rules(machines=[ROBOT, CI])) == {
        "person": "type is app & sid is ~(?s).+",
        "machine": f"type is app & credential is {CI}/{ROBOT}",
    }


def test_a_revoked_session_lives_no_more() -> None:
    assert said(rules("s2", "s1"))["person"] == "type is app & sid is ~(?s).+ & !sid is s1/s2"


def test_a_token_made_before_the_facts_changed_counts_no_more() -> None:
    made = rules(changed={"s1": START, "s2": START, "s3": START + timedelta(seconds=9)})
    second = int(START.timestamp()) + 1
    assert said(made)["person"] == (
        "type is app & sid is ~(?s).+ & !(sid is s1/s2/s3 & "
        f"(sid is s1/s2 & iat before {second} | sid is s3 & iat before {second + 9}))"
    )


def test_without_a_list_of_credentials_every_machine_is_left_to_the_control_plane() -> None:
    assert set(rules(machines=()).policies) == {"person"}


@pytest.mark.parametrize("count", [1, 64, 65, 1_000])
def test_of_many_revoked_sessions_each_is_found_and_no_other(count: int) -> None:
    revoked = [f"{number * 2_654_435_761 % 2**64:016x}" for number in range(count)]
    made = rules(*revoked)
    expect_no_empty_matcher(made)
    (session,) = (p for p in made.policies["person"].principals[0].and_ids.ids if p.HasField("not_id"))
    assert written_out(session.not_id) == set(revoked)


def test_names_that_begin_alike_do_not_nest_deeper_than_envoy_reads() -> None:
    tokens = [Credential("a" * length) for length in range(1, 64)]
    tokens += [Credential("production-runner-of-the-team-" + str(n)) for n in range(1_000)]
    made = rules(machines=tokens)
    assert made.ByteSize() < 200_000
    principal = made.policies["machine"].principals[0].and_ids.ids[1]
    assert written_out(principal) == set(tokens)
    assert depth(made) < 60


def depth(message: object) -> int:
    """How many messages are nested in each other."""
    text, deepest, now = str(message), 0, 0
    for letter in text:
        now += {"{": 1, "}": -1}.get(letter, 0)
        deepest = max(deepest, now)
    return deepest


def test_the_same_lists_have_the_same_bytes() -> None:
    one, other = rules("s1", "s2"), rules("s2", "s1")
    assert one.SerializeToString(deterministic=True) == other.SerializeToString(deterministic=True)
