from __future__ import annotations

from doorward.sample.entra.seed import ADA, BOB, ENGINEERING, SALES
from tests.fakes.entra import FakeEntra
from tests.sample.entra.graph.asking import Graph, as_application, code


def step(id: str, url: str, **more: object) -> dict[str, object]:
    return {"id": id, "method": "GET", "url": url, **more}


async def ask(graph: Graph, *steps: dict[str, object]) -> dict[str, dict[str, object]]:
    answer = await graph.post("/$batch", {"requests": list(steps)})
    assert answer.status_code == 200
    return {one["id"]: one for one in answer.json()["responses"]}


def test_each_step_is_answered_by_itself() -> None:
    async def story(graph: Graph) -> None:
        answers = await ask(
            graph,
            step("a", f"/users/{ADA}?$select=displayName"),
            step("b", f"/users/{ENGINEERING}"),
            step(
                "c",
                f"/users/{BOB}/checkMemberGroups",
                method="POST",
                body={"groupIds": [SALES]},
                headers={"Content-Type": "application/json"},
            ),
            step("d", "/me"),
            step("e", '/groups?$search="displayName:eng"'),
            step("f", '/groups?$search="displayName:eng"', headers={"ConsistencyLevel": "eventual"}),
        )
        assert {id: one["status"] for id, one in answers.items()} == {
            "a": 200, "b": 404, "c": 200, "d": 400, "e": 400, "f": 200,
        }  # fmt: skip
        assert answers["a"]["body"]["displayName"] == "Ada Adams"  # type: ignore[index]  # JSON
        assert answers["c"]["body"]["value"] == [SALES]  # type: ignore[index]  # JSON

    as_application(FakeEntra(), story)


def test_a_step_is_throttled_by_itself() -> None:
    fake = FakeEntra()

    async def story(graph: Graph) -> None:
        fake.throttle(1, retry_after=7)
        answers = await ask(graph, step("a", f"/users/{ADA}"), step("b", f"/users/{BOB}"))
        assert (answers["a"]["status"], answers["b"]["status"]) == (429, 200)
        assert answers["a"]["headers"]["Retry-After"] == "7"  # type: ignore[index]  # JSON

    as_application(fake, story)


def test_a_batch_has_20_steps_at_most_with_ids_of_their_own() -> None:
    async def story(graph: Graph) -> None:
        many = [step(str(number), "/users") for number in range(21)]
        assert code(await graph.post("/$batch", {"requests": many}))[0] == 400
        assert code(await graph.post("/$batch", {"requests": []}))[0] == 400
        assert code(await graph.post("/$batch", {"requests": [step("a", "/"), step("a", "/")]}))[0] == 400
        assert code(await graph.post("/$batch", "nonsense"))[0] == 400
        graph.token = "made-up"
        assert code(await graph.post("/$batch", {"requests": many[:1]})) == (
            401,
            "InvalidAuthenticationToken",
        )

    as_application(FakeEntra(), story)


def test_a_step_that_depends_on_a_failed_one_is_not_tried() -> None:
    async def story(graph: Graph) -> None:
        answers = await ask(
            graph,
            step("a", f"/users/{SALES}"),
            step("b", f"/users/{ADA}", dependsOn=["a"]),
        )
        assert answers["b"]["status"] == 424

    as_application(FakeEntra(), story)
