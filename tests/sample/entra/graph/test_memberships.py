from __future__ import annotations

from doorward.sample.entra.seed import ADA, BOB, ENGINEERING, GRACE, PLATFORM, SALES
from tests.fakes.entra import FakeEntra
from tests.sample.entra.graph.asking import (
    EVENTUAL,
    Graph,
    as_application,
    as_person,
    code,
    permissions,
)

MY_GROUPS = "/me/transitiveMemberOf/microsoft.graph.group?$select=id,displayName&$count=true"


def test_groups_come_through_nested_groups() -> None:
    async def story(graph: Graph) -> None:
        body = (await graph.get(MY_GROUPS, EVENTUAL)).json()
        assert body["@odata.count"] == 2
        assert [one["displayName"] for one in body["value"]] == ["Engineering Platform", "Engineering"]
        assert "@odata.nextLink" not in body

    as_person(FakeEntra(), story, "grace@example.com")


def test_a_cast_is_an_advanced_query_and_must_say_so() -> None:
    async def story(graph: Graph) -> None:
        assert code(await graph.get(MY_GROUPS)) == (400, "Request_UnsupportedQuery")
        plain = MY_GROUPS.replace("&$count=true", "")
        assert code(await graph.get(plain, EVENTUAL)) == (400, "Request_UnsupportedQuery")

    as_person(FakeEntra(), story)


def test_5000_groups_come_in_pages() -> None:
    async def story(graph: Graph) -> None:
        ids: list[str] = []
        link, pages = f"{MY_GROUPS}&$top=999", 0
        while link:
            body = (await graph.get(link, EVENTUAL)).json()
            ids += [one["id"] for one in body["value"]]
            link, pages = body.get("@odata.nextLink", ""), pages + 1
        assert (pages, len(ids), len(set(ids))) == (6, 5000, 5000)

    as_person(FakeEntra(), story, "magda@example.com")


def test_a_page_has_100_unless_asked_otherwise_and_999_at_most() -> None:
    async def story(graph: Graph) -> None:
        assert len((await graph.get(MY_GROUPS, EVENTUAL)).json()["value"]) == 100
        assert (await graph.get(f"{MY_GROUPS}&$top=1000", EVENTUAL)).status_code == 400

    as_person(FakeEntra(), story, "magda@example.com")


def test_without_a_permission_for_groups_only_ids_are_shown() -> None:
    fake = FakeEntra()
    permissions(fake, "User.Read")

    async def story(graph: Graph) -> None:
        [group] = (await graph.get(MY_GROUPS, EVENTUAL)).json()["value"]
        assert group == {"id": ENGINEERING, "displayName": None}
        assert code(await graph.post("/me/getMemberObjects", {"securityEnabledOnly": False})) == (
            403,
            "Authorization_RequestDenied",
        )

    as_person(fake, story)


def test_member_ids_come_all_at_once() -> None:
    async def story(graph: Graph) -> None:
        objects = await graph.post("/me/getMemberObjects", {"securityEnabledOnly": False})
        assert len(objects.json()["value"]) == 5000
        assert (await graph.post("/me/getMemberGroups", {})).status_code == 400

    as_person(FakeEntra(), story, "magda@example.com")


def test_directory_roles_are_member_objects_and_not_groups() -> None:
    async def story(graph: Graph) -> None:
        objects = await graph.post(f"/users/{BOB}/getMemberObjects", {"securityEnabledOnly": False})
        groups = await graph.post(f"/users/{BOB}/getMemberGroups", {"securityEnabledOnly": True})
        assert len(objects.json()["value"]) == 2
        assert groups.json()["value"] == [SALES]

    as_application(FakeEntra(), story)


def test_a_check_tells_which_of_up_to_20_groups_somebody_is_in() -> None:
    async def story(graph: Graph) -> None:
        path = f"/users/{GRACE}/checkMemberGroups"
        answer = await graph.post(path, {"groupIds": [SALES, ENGINEERING, PLATFORM]})
        assert answer.json()["value"] == [ENGINEERING, PLATFORM]
        assert (await graph.post(path, {"groupIds": [SALES] * 21})).status_code == 400
        assert (await graph.post(path, {"groupIds": []})).status_code == 400

    as_application(FakeEntra(), story)


def test_a_change_is_seen_at_once() -> None:
    fake = FakeEntra()

    async def story(graph: Graph) -> None:
        path = f"/users/{ADA}/getMemberGroups"
        fake.leave(ENGINEERING, ADA)
        fake.join(SALES, ADA)
        assert (await graph.post(path, {"securityEnabledOnly": True})).json()["value"] == [SALES]

    as_application(fake, story)


def test_groups_of_others_need_a_permission() -> None:
    fake = FakeEntra()
    permissions(fake, "User.Read")

    async def story(graph: Graph) -> None:
        path = MY_GROUPS.replace("/me/", f"/users/{BOB}/")
        assert code(await graph.get(path, EVENTUAL)) == (403, "Authorization_RequestDenied")

    as_person(fake, story)


def test_a_next_link_can_lead_to_a_foreign_host() -> None:
    fake = FakeEntra()
    fake.faults.next_link_host = "attacker.example"

    async def story(graph: Graph) -> None:
        body = (await graph.get(MY_GROUPS, EVENTUAL)).json()
        assert body["@odata.nextLink"].startswith("https://attacker.example/v1.0/me/")

    as_person(fake, story, "magda@example.com")
