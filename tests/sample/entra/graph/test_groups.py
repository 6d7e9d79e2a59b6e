from __future__ import annotations

from doorward.sample.entra.numbered_groups import numbered_id
from doorward.sample.entra.seed import ADA, ENGINEERING, PLATFORM, SALES
from tests.fakes.entra import FakeEntra
from tests.sample.entra.graph.asking import (
    EVENTUAL,
    Graph,
    as_application,
    as_person,
    code,
    permissions,
)

SEARCH = '/groups?$search="displayName:%s"&$select=id,displayName&$count=true&$top=25&$orderby=displayName'


def test_a_search_finds_beginnings_of_words_and_must_say_that_it_is_advanced() -> None:
    async def story(graph: Graph) -> None:
        assert code(await graph.get(SEARCH % "eng")) == (400, "Request_UnsupportedQuery")
        body = (await graph.get(SEARCH % "eng", EVENTUAL)).json()
        assert body["@odata.count"] == 2
        assert body["value"][0] == {"id": ENGINEERING, "displayName": "Engineering"}
        assert [one["id"] for one in (await graph.get(SEARCH % "plat", EVENTUAL)).json()["value"]] == [
            PLATFORM
        ]
        assert (await graph.get(SEARCH % "gineering", EVENTUAL)).json()["value"] == []

    as_person(FakeEntra(), story)


def test_a_filter_by_beginning_needs_nothing_special_without_an_order() -> None:
    async def story(graph: Graph) -> None:
        path = "/groups?$filter=startswith(displayName,'sal')&$select=id"
        assert (await graph.get(path)).json()["value"] == [{"id": SALES}]
        assert code(await graph.get(f"{path}&$orderby=displayName")) == (400, "Request_UnsupportedQuery")

    as_person(FakeEntra(), story)


def test_a_group_is_found_by_its_id_a_numbered_one_too() -> None:
    async def story(graph: Graph) -> None:
        assert (await graph.get(f"/groups/{SALES}?$select=displayName")).json()["displayName"] == "Sales"
        assert (await graph.get(f"/groups/{numbered_id(4999)}")).json()["displayName"] == "Project 4999"
        assert code(await graph.get(f"/groups/{numbered_id(5000)}")) == (404, "Request_ResourceNotFound")
        assert code(await graph.get("/groups/Sales")) == (400, "Request_BadRequest")

    as_person(FakeEntra(), story)


def test_names_for_many_ids_come_at_once_and_unknown_ones_are_left_out() -> None:
    async def story(graph: Graph) -> None:
        body = {"ids": [SALES, ADA, numbered_id(1), numbered_id(9999)], "types": ["group"]}
        value = (await graph.post("/directoryObjects/getByIds", body)).json()["value"]
        assert [one["displayName"] for one in value] == ["Sales", "Project 0001"]
        assert value[0]["@odata.type"] == "#microsoft.graph.group"
        everything = (await graph.post("/directoryObjects/getByIds", {"ids": [ADA]})).json()["value"]
        assert everything[0]["@odata.type"] == "#microsoft.graph.user"
        assert code(await graph.post("/directoryObjects/getByIds", {"ids": ["x"] * 1001}))[0] == 400

    as_application(FakeEntra(), story)


def test_groups_come_in_pages_of_100() -> None:
    async def story(graph: Graph) -> None:
        body = (await graph.get("/groups")).json()
        assert len(body["value"]) == 100
        assert (await graph.get(body["@odata.nextLink"])).json()["value"][0] not in body["value"]

    as_person(FakeEntra(), story)


def test_guests_may_not_look_around() -> None:
    async def story(graph: Graph) -> None:
        assert code(await graph.get("/groups")) == (403, "Authorization_RequestDenied")
        assert (await graph.get(f"/groups/{SALES}")).status_code == 200

    as_person(FakeEntra(), story, "mallory@partner.example")


def test_groups_need_a_permission() -> None:
    fake = FakeEntra()
    permissions(fake, "User.Read")

    async def story(graph: Graph) -> None:
        for path in ("/groups", f"/groups/{SALES}"):
            assert code(await graph.get(path)) == (403, "Authorization_RequestDenied")

    as_person(fake, story)


def test_what_the_directory_does_not_do_is_refused() -> None:
    async def story(graph: Graph) -> None:
        for option in (
            "$skip=5",
            "$orderby=id",
            "$filter=mail ge 'a'",
            "$search=eng",
            "$skiptoken=odd",
            "$top=0",
        ):
            assert (await graph.get(f"/groups?{option}", EVENTUAL)).status_code == 400
        assert code(await graph.get("/groupz")) == (400, "BadRequest")

    as_person(FakeEntra(), story)
