from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from doorward.declaration.errors import DeclarationInvalid
from doorward.model.configuration import Configuration
from doorward.model.ids import PolicyId
from doorward.model.policy import Action, Policy
from doorward.model.rule import Rules, Selector
from tests.declaration.files import FULL, NOTHING, application, merged, problem, said, section
from tests.fakes.clock import FakeRandomness


def test_a_file_lays_itself_over_nothing() -> None:
    after = merged(FULL)
    wiki, builds = after.applications
    assert after.session_duration == timedelta(hours=12)
    assert wiki.origin.tunnel == after.tunnels[0].id
    assert builds.origin.tunnel is None
    assert [policy.id for policy in after.policies_of(wiki)] == ["staff-only", "policy-2"]
    assert (wiki.generation, after.tunnels[0].token_version) == (0, 1)


def test_audiences_are_new_and_nobody_can_guess_them() -> None:
    audiences = {each.audience for seed in "ab" for each in merged(FULL, seed=seed).applications}
    assert len(audiences) == 4
    assert all(len(audience) == 64 and int(audience, 16) for audience in audiences)


def test_applying_the_same_file_again_changes_nothing() -> None:
    before = merged(FULL)
    assert merged(FULL, before, seed="second") == before


def test_what_people_hold_in_their_hands_lives_on() -> None:
    before = merged(FULL)
    before = replace(
        before,
        generation=7,
        tunnels=tuple(replace(tunnel, token_version=5) for tunnel in before.tunnels),
        applications=tuple(replace(each, generation=3) for each in before.applications),
    )
    text = FULL.replace("wiki.example.com", "pages.example.com").replace("127.0.0.1:8080", "127.0.0.1:9090")
    after = merged(text, before, seed="second")
    assert after.generation == 7
    assert after.tunnels == before.tunnels
    assert after.applications[0].destinations[0].hostname == "pages.example.com"
    assert [(a.audience, a.generation) for a in after.applications] == [
        (a.audience, 3) for a in before.applications
    ]


def test_a_thing_that_went_and_came_back_is_a_new_one() -> None:
    before = merged(FULL)
    gone = merged("version: 1\napplications: []\ntunnels: []\n", before)
    back = merged(FULL, gone, seed="second")
    assert back.applications[0].audience != before.applications[0].audience
    assert back.tunnels[0].id != before.tunnels[0].id


def test_a_section_that_the_file_leaves_out_stays_as_it_is() -> None:
    before = merged(FULL)
    assert merged("version: 1\n", before) == before
    after = merged("version: 1\nsession_duration: 1h\n", before)
    assert after == replace(before, session_duration=timedelta(hours=1))


def test_a_section_that_is_there_is_the_whole_truth() -> None:
    after = merged(section("tunnels", "{name: cellar}"), replace(merged(FULL), applications=()))
    assert [tunnel.name for tunnel in after.tunnels] == ["cellar"]


def test_the_order_of_the_file_is_kept() -> None:
    names = ["c", "a", "b"]
    text = section("tunnels", *(f"{{name: {name}}}" for name in names))
    before = merged(section("tunnels", "{name: a}", "{name: b}"))
    assert [tunnel.name for tunnel in merged(text, before).tunnels] == names


def test_an_unknown_tunnel_is_told_with_those_there_are() -> None:
    text = section("tunnels", "{name: office}", "{name: cellar}")
    text += "applications: [{id: a, hostname: a.example.com, url: 'http://h', tunnel: ofice}]\n"
    assert said(text) == [
        (
            "access.yaml:5: applications[0].tunnel: there is no tunnel 'ofice': did you mean 'office'? "
            "add it to tunnels, or use one of: cellar, office"
        )
    ]
    assert problem(application("tunnel: office")).problem.endswith("use one of: there is none yet")


def test_a_tunnel_may_be_one_that_is_there_already() -> None:
    before = merged(section("tunnels", "{name: office}"))
    after = merged(application("tunnel: office"), before)
    assert after.applications[0].origin.tunnel == before.tunnels[0].id


def test_a_tunnel_that_is_in_use_cannot_be_removed() -> None:
    assert said("version: 1\n\ntunnels: []\n", merged(FULL)) == [
        (
            "access.yaml:3: tunnels: application 'wiki' uses tunnel 'office', which this file removes: "
            "keep it, or change that as well"
        )
    ]


def test_client_ids_that_are_left_out_do_not_meet_given_ones() -> None:
    text = section(
        "service_tokens",
        f"{{id: a, client_id: ci.access, secret_hash: {'0' * 64}}}",
        f"{{id: ci, secret_hash: {'0' * 64}}}",
    )
    assert said(text) == [
        "access.yaml:4: service_tokens[1].client_id: 'ci.access' is another token's: give each its own"
    ]


COMPILER = [
    (
        section("rule_groups", "{id: a, include: [rule_group: b]}", "{id: b, include: [rule_group: a]}"),
        "access.yaml:3: rule_groups[0]: rule groups go in a circle (a uses b uses a): take one out",
    ),
    (
        section("policies", "{id: a, action: bypass, include: [email: a@b.de]}"),
        (
            "access.yaml:3: policies[0].include[0]: email does not go with action bypass: "
            "bypass asks nobody who they are; use everyone or ip_range, or action allow"
        ),
    ),
    (
        application("policies: [{action: service_auth,\n    include: [],\n    require: [everyone]}]"),
        (
            "access.yaml:5: applications[0].policies[0].require[0]: everyone does not go with "
            "action service_auth: service_auth admits machines only; "
            "use service_token, any_service_token, linked_app_token, certificate or ip_range"
        ),
    ),
]


@pytest.mark.parametrize(("text", "sentence"), COMPILER)
def test_what_the_compiler_refuses_is_told_with_its_line(text: str, sentence: str) -> None:
    assert said(text) == [sentence]


def test_what_was_wrong_before_the_file_came_is_told_all_the_same() -> None:
    rules = Rules(include=(Selector("email", "nonsense"),))
    before = Configuration(policies=(Policy(id=PolicyId("old"), action=Action.ALLOW, rules=rules),))
    with pytest.raises(DeclarationInvalid) as caught:
        merged("version: 1\n", before)
    assert (caught.value.line, caught.value.field) == (1, "policies[0].include[0]")


def test_a_file_that_is_wrong_anywhere_gives_no_result_at_all() -> None:
    text = FULL.replace("      - staff-only\n", "      - staff\n")
    assert problem(text).field == "applications[0].policies[0]"


def test_randomness_of_the_ports_will_do() -> None:
    assert merged("version: 1\n") == NOTHING
    assert len(FakeRandomness().identifier()) == 32
