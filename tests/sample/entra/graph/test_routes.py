from __future__ import annotations

from doorward.sample.entra.grants import Access
from doorward.sample.entra.graph.call import Call
from doorward.sample.entra.graph.objects import user_item, without_details
from doorward.sample.entra.graph.routes import graph_routes
from doorward.sample.entra.seed import ADA
from tests.fakes.clock import START
from tests.fakes.entra import FakeEntra
from tests.sample.entra.graph.asking import Graph, as_application, code


def call(*, body: object = None, **query: str) -> Call:
    fake = FakeEntra()
    return Call(
        entra=fake.entra,
        tenant=fake.tenant,
        access=Access(tenant_id="t", client_id="c", user_id="", permissions=frozenset(), expires=START),
        path="/v1.0/groups",
        names={},
        query={f"${name}": value for name, value in query.items()},
        headers={"consistencylevel": "Eventual"},
        body=body,
    )


def test_options_are_read_with_or_without_the_sign() -> None:
    assert call(select="id, mail").select() == ("id", "mail")
    assert call().select() == ()
    assert call(count="true").is_advanced
    assert not call().is_advanced


def test_a_list_in_the_body_is_a_list_of_texts_that_is_short_enough() -> None:
    assert call(body={"ids": ["a", 1]}).list_in_body("ids", 2) == ["a", "1"]
    assert call(body={"ids": ["a"] * 3}).list_in_body("ids", 2) == []
    assert call(body={"ids": "a"}).list_in_body("ids", 2) == []
    assert call(body=["a"]).list_in_body("ids", 2) == []


def test_without_details_all_but_the_id_is_null() -> None:
    item = without_details(user_item(FakeEntra().tenant.users[ADA]))
    assert item.pop("id") == ADA
    assert set(item.values()) == {None}


def test_refusals_have_graphs_shape() -> None:
    async def story(graph: Graph) -> None:
        answer = await graph.get("/nothing", {"client-request-id": "mine"})
        assert code(answer) == (400, "BadRequest")
        inner = answer.json()["error"]["innerError"]
        assert set(inner) == {"date", "request-id", "client-request-id"}
        assert inner["client-request-id"] == "mine"
        assert answer.headers["request-id"] == inner["request-id"]

    as_application(FakeEntra(), story)


def test_a_body_that_is_no_json_is_refused() -> None:
    fake = FakeEntra()

    async def story(graph: Graph) -> None:
        async with fake.client() as client:
            answer = await client.post(
                "/v1.0/directoryObjects/getByIds",
                content="{",
                headers={"Authorization": f"Bearer {graph.token}"},
            )
        assert code(answer) == (400, "BadRequest")

    as_application(fake, story)


def test_what_is_named_before_a_variable_part_is_not_taken_for_an_id() -> None:
    paths = [route.path for route in graph_routes(FakeEntra().entra)]
    assert paths.index("/v1.0/users/delta") < paths.index("/v1.0/users/{id}")
    assert paths.index("/v1.0/groups/delta") < paths.index("/v1.0/groups/{id}")
