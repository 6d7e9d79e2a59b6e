"""The API's routes to lists."""

from __future__ import annotations

from fastapi import FastAPI

from doorward.api.bodies import Body, outcome_body
from doorward.services.named_lists import ListChange, NamedLists


class ItemsRequest(Body):
    """Items to put on a list or take off it."""

    items: list[str]


def list_routes(app: FastAPI, lists: NamedLists) -> None:
    """Add them to ``app``."""

    @app.get("/lists/{name}")
    async def show(name: str) -> dict[str, object]:
        found = await lists.show(name)
        return {
            "id": found.id,
            "name": found.name,
            "kind": found.kind.value,
            "items": list(found.items),
        }

    @app.post("/lists/{name}/add")
    async def add(name: str, body: ItemsRequest) -> dict[str, object]:
        return _change_body(name, await lists.add(name, body.items))

    @app.post("/lists/{name}/remove")
    async def remove(name: str, body: ItemsRequest) -> dict[str, object]:
        return _change_body(name, await lists.remove(name, body.items))


def _change_body(name: str, change: ListChange) -> dict[str, object]:
    return {
        "id": name,
        "changed": list(change.changed),
        "unchanged": list(change.unchanged),
        **outcome_body(change.outcome),
    }
