from __future__ import annotations

from datetime import timedelta

import pytest

from doorward.sample.entra.seed import ADA, BOB, MALLORY, TENANT_ID
from tests.fakes.entra import FakeEntra
from tests.sample.entra.graph.asking import Graph, as_application, as_person, code


def test_me_is_who_signed_in() -> None:
    async def story(graph: Graph) -> None:
        body = (await graph.get("/me")).json()
        assert (body["id"], body["userPrincipalName"]) == (ADA, "ada@example.com")
        assert "signInSessionsValidFromDateTime" not in body
        assert "accountEnabled" not in body
        body = (await graph.get("/me?$select=id,accountEnabled,signInSessionsValidFromDateTime")).json()
        assert body["accountEnabled"] is True
        assert body["signInSessionsValidFromDateTime"] == "2020-01-01T00:00:00Z"

    as_person(FakeEntra(), story)


def test_an_application_by_itself_is_nobody() -> None:
    async def story(graph: Graph) -> None:
        answer = await graph.get("/me")
        assert code(answer) == (400, "BadRequest")
        assert "delegated" in answer.json()["error"]["message"]

    as_application(FakeEntra(), story)


def test_users_are_found_by_id_and_by_name() -> None:
    async def story(graph: Graph) -> None:
        assert (await graph.get(f"/users/{ADA}")).json()["displayName"] == "Ada Adams"
        assert (await graph.get("/users/bob@example.com")).json()["id"] == BOB
        body = (await graph.get(f"/users/{MALLORY}?$select=userType,userPrincipalName")).json()
        assert body["userType"] == "Guest"
        assert "#EXT#" in body["userPrincipalName"]
        assert code(await graph.get(f"/users/{TENANT_ID}")) == (404, "Request_ResourceNotFound")

    as_application(FakeEntra(), story)


def test_a_list_of_ids_finds_these() -> None:
    async def story(graph: Graph) -> None:
        answer = await graph.get(f"/users?$filter=id in ('{ADA}','{BOB}')&$select=id")
        assert [one["id"] for one in answer.json()["value"]] == [ADA, BOB]

    as_application(FakeEntra(), story)


def test_a_deleted_user_is_not_found() -> None:
    fake = FakeEntra()
    fake.delete(ADA)

    async def story(graph: Graph) -> None:
        assert code(await graph.get(f"/users/{ADA}")) == (404, "Request_ResourceNotFound")

    as_application(fake, story)


def test_other_people_need_a_wider_permission_than_oneself() -> None:
    fake = FakeEntra()
    fake.take_permission("Directory.Read.All")

    async def story(graph: Graph) -> None:
        assert (await graph.get(f"/users/{ADA}")).status_code == 200
        assert code(await graph.get(f"/users/{BOB}")) == (403, "Authorization_RequestDenied")
        assert code(await graph.get("/users")) == (403, "Authorization_RequestDenied")

    as_person(fake, story, scope="openid User.Read")


@pytest.mark.parametrize("path", ["/me", "/users", "/organization"])
def test_a_token_that_is_missing_unknown_or_too_old_is_refused(path: str) -> None:
    fake = FakeEntra()

    async def story(graph: Graph) -> None:
        fake.clock.advance(timedelta(hours=2))
        assert code(await graph.get(path)) == (401, "InvalidAuthenticationToken")
        graph.token = "made-up"
        answer = await graph.get(path)
        assert code(answer) == (401, "InvalidAuthenticationToken")
        assert "Bearer" in answer.headers["www-authenticate"]
        graph.token = ""
        assert code(await graph.get(path)) == (401, "InvalidAuthenticationToken")

    as_application(fake, story)


def test_ending_sessions_needs_its_permission_and_moves_the_instant() -> None:
    fake = FakeEntra()

    async def refused(graph: Graph) -> None:
        assert code(await graph.post(f"/users/{ADA}/revokeSignInSessions", {})) == (
            403,
            "Authorization_RequestDenied",
        )

    async def allowed(graph: Graph) -> None:
        answer = await graph.post(f"/users/{ADA}/revokeSignInSessions", {})
        assert (answer.status_code, answer.json()["value"]) == (200, True)
        body = (await graph.get(f"/users/{ADA}?$select=signInSessionsValidFromDateTime")).json()
        assert body["signInSessionsValidFromDateTime"] == f"{fake.clock.now():%Y-%m-%dT%H:%M:%SZ}"

    as_application(fake, refused)
    fake.tenant.applications[fake.registration.client_id].granted_application.add("User.RevokeSessions.All")
    as_application(fake, allowed)


def test_the_organisation_names_the_domains_it_owns() -> None:
    async def story(graph: Graph) -> None:
        body = (await graph.get("/organization")).json()["value"][0]
        assert body["id"] == TENANT_ID
        assert [one["name"] for one in body["verifiedDomains"]] == ["example.com", "contoso.example"]

    as_person(FakeEntra(), story)


def test_userinfo_says_who_it_is_and_can_be_made_to_lie() -> None:
    fake = FakeEntra()

    async def story(graph: Graph) -> None:
        honest = (await graph.get(f"{fake.base_url}/oidc/userinfo")).json()
        assert honest["email"] == "ada@example.com"
        fake.faults.userinfo = {"sub": "somebody-else", "email": None}
        lie = (await graph.get(f"{fake.base_url}/oidc/userinfo")).json()
        assert lie["sub"] == "somebody-else"
        assert "email" not in lie

    as_person(fake, story)
