from __future__ import annotations

from doorward.sample.entra.graph.delta import MEMBERS_AT_ONCE, PAGE
from doorward.sample.entra.seed import ADA, BOB, ENGINEERING, GRACE, MAGDA, PLATFORM, SALES
from tests.fakes.entra import FakeEntra
from tests.sample.entra.graph.asking import Graph, as_application, code, permissions

USERS = "/users/delta?$select=id,accountEnabled,displayName"
GROUPS = f"/groups/delta?$select=id,displayName,members&$filter=id eq '{ENGINEERING}' or id eq '{SALES}'"


def small() -> FakeEntra:
    """Without the many groups."""
    fake = FakeEntra()
    fake.tenant.users[MAGDA].numbered_groups = 0
    return fake


async def round_of(graph: Graph, link: str) -> tuple[list[dict[str, object]], str]:
    """All entries until the delta link, and that."""
    entries: list[dict[str, object]] = []
    while True:
        body = (await graph.get(link)).json()
        entries += body["value"]
        if "@odata.deltaLink" in body:
            return entries, str(body["@odata.deltaLink"])
        link = body["@odata.nextLink"]


def test_the_first_round_is_everything_and_the_next_what_changed() -> None:
    fake = small()

    async def story(graph: Graph) -> None:
        entries, link = await round_of(graph, USERS)
        assert {ADA, BOB, GRACE} < {str(entry["id"]) for entry in entries}
        assert set(entries[0]) == {"id", "accountEnabled", "displayName"}
        assert (await round_of(graph, link))[0] == []
        fake.disable(ADA)
        fake.delete(BOB)
        changes, _ = await round_of(graph, link)
        assert changes == [
            {"id": BOB, "@removed": {"reason": "changed"}},
            {"id": ADA, "accountEnabled": False, "displayName": "Ada Adams"},
        ]

    as_application(fake, story)


def test_one_can_begin_from_now() -> None:
    fake = small()

    async def story(graph: Graph) -> None:
        entries, link = await round_of(graph, f"{USERS}&$deltatoken=latest")
        assert entries == []
        fake.disable(ADA)
        assert [entry["id"] for entry in (await round_of(graph, link))[0]] == [ADA]

    as_application(fake, story)


def test_direct_members_that_came_and_went_are_named() -> None:
    fake = small()

    async def story(graph: Graph) -> None:
        entries, link = await round_of(graph, GROUPS)
        members = {entry["id"]: entry["members@delta"] for entry in entries}
        assert set(members) == {ENGINEERING, SALES}
        assert members[ENGINEERING] == [
            {"@odata.type": "#microsoft.graph.user", "id": ADA},
            {"@odata.type": "#microsoft.graph.group", "id": PLATFORM},
        ]
        fake.leave(ENGINEERING, ADA)
        fake.join(ENGINEERING, BOB)
        fake.join(PLATFORM, BOB)
        [change], _ = await round_of(graph, link)
        assert change["members@delta"] == [
            {"@odata.type": "#microsoft.graph.user", "id": BOB},
            {"@odata.type": "#microsoft.graph.user", "id": ADA, "@removed": {"reason": "deleted"}},
        ]

    as_application(fake, story)


def test_a_deleted_group_is_removed() -> None:
    fake = small()

    async def story(graph: Graph) -> None:
        _, link = await round_of(graph, GROUPS)
        del fake.tenant.groups[SALES]
        changes, _ = await round_of(graph, link)
        assert changes == [{"id": SALES, "@removed": {"reason": "deleted"}}]

    as_application(fake, story)


def test_many_entries_come_in_pages_and_a_group_with_many_members_several_times() -> None:
    fake = FakeEntra()
    fake.tenant.users[MAGDA].numbered_groups = 2 * PAGE
    fake.tenant.groups[SALES].members = [BOB] + [f"{n:08x}-0000-4000-8000-00000000feed" for n in range(150)]

    async def story(graph: Graph) -> None:
        entries, _ = await round_of(graph, "/groups/delta")
        sizes = [
            len(entry["members@delta"])  # type: ignore[arg-type]  # JSON
            for entry in entries
            if entry["id"] == SALES
        ]
        assert sizes == [MEMBERS_AT_ONCE, 151 - MEMBERS_AT_ONCE]
        assert len({str(entry["id"]) for entry in entries}) == 2 * PAGE + 3

    as_application(fake, story)


def test_a_page_can_be_asked_for_again() -> None:
    fake = FakeEntra()

    async def story(graph: Graph) -> None:
        first = (await graph.get("/groups/delta")).json()["@odata.nextLink"]
        once, again = (await graph.get(first)).json(), (await graph.get(first)).json()
        assert once["value"] == again["value"]

    as_application(fake, story)


def test_a_token_that_is_unknown_of_another_kind_or_too_old_is_gone() -> None:
    fake = small()

    async def story(graph: Graph) -> None:
        _, link = await round_of(graph, USERS)
        answer = await graph.get(link.replace("/users/", "/groups/"))
        assert code(answer) == (410, "syncStateNotFound")
        assert code(await graph.get("/users/delta?$deltatoken=made-up"))[0] == 410
        fake.faults.delta_gone = True
        answer = await graph.get(link)
        assert code(answer) == (410, "syncStateNotFound")
        assert answer.headers["location"] == f"{fake.base_url}/v1.0/users/delta"

    as_application(fake, story)


def test_what_delta_queries_do_not_do_is_refused() -> None:
    async def story(graph: Graph) -> None:
        for option in ("$top=5", "$orderby=displayName", "$expand=members"):
            assert code(await graph.get(f"/users/delta?{option}"))[0] == 400
        filtered = "/groups/delta?$filter=startswith(displayName,'E')"
        assert code(await graph.get(filtered)) == (400, "Request_UnsupportedQuery")

    as_application(small(), story)


def test_delta_queries_need_a_permission() -> None:
    fake = small()
    permissions(fake, "User.Read")

    async def story(graph: Graph) -> None:
        assert code(await graph.get("/users/delta"))[0] == 403
        assert code(await graph.get("/groups/delta"))[0] == 403

    as_application(fake, story)
