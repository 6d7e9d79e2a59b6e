"""What two things may not share."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given

from doorward.model.configuration import Configuration
from doorward.model.errors import Invalid
from doorward.model.identity_provider import Account, IdentityProvider, LocalAccounts
from doorward.model.ids import (
    ApplicationId,
    Audience,
    IdentityProviderId,
    PolicyId,
    RuleGroupId,
    ServiceTokenId,
    TunnelId,
)
from doorward.model.policy import Action, Policy
from doorward.model.rule import RuleGroup, Rules
from doorward.model.service_token import ServiceToken
from doorward.model.tunnel import Tunnel
from doorward.stores.uniqueness import refuse_duplicates
from tests.nouns import application
from tests.strategies import configurations

HELLO, WIKI = application("hello"), application("wiki")
POLICY = Policy(id=PolicyId("staff"), action=Action.ALLOW, rules=Rules())
GROUP = RuleGroup(id=RuleGroupId("g"), rules=Rules())
ADA = Account(email="ada@example.com")
PEOPLE = IdentityProvider(id=IdentityProviderId("people"), settings=LocalAccounts())
TOKEN = ServiceToken(id=ServiceTokenId("t"), client_id="c", secret_hash="h")
TUNNEL = Tunnel(id=TunnelId("t1"), name="cellar")

CASES = {
    "identity_providers[1].id": Configuration(identity_providers=(PEOPLE, PEOPLE)),
    "identity_providers[0].accounts[1].email": Configuration(
        identity_providers=(replace(PEOPLE, settings=LocalAccounts(accounts=(ADA, ADA))),)
    ),
    "rule_groups[1].id": Configuration(rule_groups=(GROUP, GROUP)),
    "policies[1].id": Configuration(policies=(POLICY, POLICY)),
    "applications[1].id": Configuration(applications=(HELLO, replace(WIKI, id=ApplicationId("hello")))),
    "applications[1].audience": Configuration(
        applications=(HELLO, replace(WIKI, audience=Audience("audience-of-hello")))
    ),
    "applications[0].policies[1].id": Configuration(
        applications=(replace(HELLO, policies=(POLICY, PolicyId("staff"))),)
    ),
    "tunnels[1].id": Configuration(tunnels=(TUNNEL, replace(TUNNEL, name="attic"))),
    "tunnels[1].name": Configuration(tunnels=(TUNNEL, replace(TUNNEL, id=TunnelId("t2")))),
    "service_tokens[1].id": Configuration(service_tokens=(TOKEN, replace(TOKEN, client_id="d"))),
    "service_tokens[1].client_id": Configuration(
        service_tokens=(TOKEN, replace(TOKEN, id=ServiceTokenId("u")))
    ),
}


@pytest.mark.parametrize(("field", "configuration"), CASES.items(), ids=list(CASES))
def test_the_second_of_two_is_named(field: str, configuration: Configuration) -> None:
    with pytest.raises(Invalid, match=re.escape("is taken by")) as refusal:
        refuse_duplicates(configuration)
    assert refusal.value.field == field


def test_two_applications_at_one_place_are_refused_and_both_named() -> None:
    twice = Configuration(applications=(HELLO, replace(WIKI, destinations=HELLO.destinations)))
    with pytest.raises(Invalid, match=r"'hello.example.com' is where application 'hello' is") as refusal:
        refuse_duplicates(twice)
    assert refusal.value.field == "applications[wiki].destinations[0]"


def test_two_applications_may_have_policies_of_the_same_id() -> None:
    refuse_duplicates(
        Configuration(
            policies=(POLICY,),
            applications=(replace(HELLO, policies=(POLICY,)), replace(WIKI, policies=(POLICY,))),
        )
    )


@given(configuration=configurations)
def test_distinct_things_pass(configuration: Configuration) -> None:
    refuse_duplicates(configuration)
