from __future__ import annotations

import asyncio

from starlette.types import Message, Receive, Scope, Send

from doorward.bootstrap.acting import through_door
from doorward.services.acting import acting


def test_everything_behind_a_door_is_done_through_it() -> None:
    doors: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        doors.append(acting())

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        doors.append(str(message))

    asyncio.run(_called(through_door("pages", app), receive, send))
    assert doors == ["pages"]
    assert acting() == "doorward"


async def _called(app: object, receive: Receive, send: Send) -> None:
    assert callable(app)
    await app({"type": "http"}, receive, send)
