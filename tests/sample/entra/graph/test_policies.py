from __future__ import annotations

from doorward.sample.entra.directory import ConditionalAccessPolicy, PolicyState
from tests.fakes.entra import FakeEntra
from tests.sample.entra.graph.asking import (
    Graph,
    as_application,
    as_person,
    code,
    permissions,
)

CONTEXTS = "/identity/conditionalAccess/authenticationContextClassReferences"
POLICIES = "/identity/conditionalAccess/policies?$select=id,displayName,state,conditions,grantControls"


def test_contexts_are_listed_the_unpublished_too() -> None:
    async def story(graph: Graph) -> None:
        value = (await graph.get(CONTEXTS)).json()["value"]
        assert [(one["id"], one["isAvailable"]) for one in value] == [
            ("c1", True),
            ("c2", True),
            ("c3", False),
        ]

    as_application(FakeEntra(), story)


def test_policies_say_which_contexts_they_guard() -> None:
    fake = FakeEntra()
    fake.tenant.policies.append(
        ConditionalAccessPolicy("p2", "Often", PolicyState.REPORT_ONLY, sign_in_frequency_hours=4)
    )

    async def story(graph: Graph) -> None:
        first, second = (await graph.get(POLICIES)).json()["value"]
        applications = first["conditions"]["applications"]
        assert applications["includeAuthenticationContextClassReferences"] == ["c1"]
        assert (first["state"], second["state"]) == ("enabled", "enabledForReportingButNotEnforced")
        assert "sessionControls" not in first
        whole = (await graph.get(POLICIES.partition("?")[0])).json()["value"][1]
        assert whole["sessionControls"]["signInFrequency"]["value"] == 4

    as_application(fake, story)


def test_they_need_a_permission_and_of_people_a_role_too() -> None:
    fake = FakeEntra()

    async def refused(graph: Graph) -> None:
        assert code(await graph.get(CONTEXTS)) == (403, "Authorization_RequestDenied")

    async def allowed(graph: Graph) -> None:
        assert (await graph.get(CONTEXTS)).status_code == 200

    fake.grant_permission("Policy.Read.ConditionalAccess")
    as_person(fake, refused)
    as_person(fake, allowed, "bob@example.com")
    permissions(fake, "User.Read.All")
    as_application(fake, refused)
