from __future__ import annotations

from dataclasses import replace

from doorward.model.ids import RuleGroupId
from doorward.model.policy import Action
from doorward.model.rule import RuleGroup, Rules, Selector
from tests.api.server import Api
from tests.fakes.stores import FakeStores
from tests.services.sample import STAFF, application, configuration, policy
from tests.services.world import World

GROUPED = replace(
    configuration(),
    rule_groups=(
        RuleGroup(id=RuleGroupId("makers"), rules=Rules(include=(Selector("group", "engineers", STAFF),))),
    ),
    applications=(
        application("hello", policy(Action.ALLOW, Selector("rule_group", "makers"), name="makers")),
    ),
)


def test_an_explanation_is_the_whole_tree_with_the_facts_beside_the_rules() -> None:
    api = Api(World(stores=FakeStores(GROUPED)))
    (found,) = api.send("POST", "/explanations", {"email": "bob@example.com", "application": "hello"}).json()
    assert found["allowed"] is False
    assert found["person"] == "bob@example.com"
    assert found["reasons"] == ["no-policy-matched", "not-included"]
    (makers,) = found["policies"]
    assert (makers["id"], makers["match"], makers["looked_at"]) == ("makers", "no", True)
    (group,) = makers["rules"]["include"]
    assert group["rules"]["include"] == [
        {
            "selector": "group",
            "value": "engineers",
            "match": "no",
            "fact": "sales",
            "identity_provider": "staff",
        }
    ]


def test_what_is_no_address_is_refused_by_name() -> None:
    api = Api(World())
    body = {"email": "ada@example.com", "application": "hello", "ip": "300.1.2.3"}
    answer = api.send("POST", "/explanations", body)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("ip: '300.1.2.3'")
