"""Says for everything behind an application by whom it is done."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from doorward.services.acting import acting_as


def through_door(door: str, app: ASGIApp) -> ASGIApp:
    """``app``, with every act that its requests lead to by ``door``."""

    async def inside(scope: Scope, receive: Receive, send: Send) -> None:
        with acting_as(door):
            await app(scope, receive, send)

    return inside
