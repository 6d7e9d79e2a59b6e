"""The administrator's side for programs: JSON in, JSON out, below ``/_admin/api``."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from doorward.sample.entra.admin.actions import ACTIONS, Unusable, perform
from doorward.sample.entra.admin.faults_json import as_json, change, clear
from doorward.sample.entra.entra import Entra


class AdminApi:
    """The endpoints."""

    def __init__(self, entra: Entra) -> None:
        self._entra = entra

    def routes(self) -> list[Route]:
        """Their paths, as they are below ``/_admin``."""
        return [
            Route("/api/faults", self.faults, methods=["GET", "PATCH", "DELETE"]),
            Route("/api/actions", self.actions, methods=["GET"]),
            Route("/api/actions/{name}", self.perform, methods=["POST"]),
        ]

    async def faults(self, request: Request) -> Response:
        """What goes wrong: show it, change some of it, or end all of it."""
        try:
            if request.method == "PATCH":
                change(self._entra.faults, await _json(request))
            elif request.method == "DELETE":
                clear(self._entra.faults)
        except Unusable as error:
            return JSONResponse({"error": str(error)}, 400)
        return JSONResponse(as_json(self._entra.faults))

    async def actions(self, request: Request) -> Response:
        """What can be done."""
        return JSONResponse(sorted(ACTIONS))

    async def perform(self, request: Request) -> Response:
        """Do one thing; the body is an object of texts."""
        try:
            body = await _json(request)
            if not isinstance(body, Mapping):
                raise Unusable("Send a JSON object of texts.")
            fields = {str(name): str(value) for name, value in body.items()}
            told = perform(self._entra, request.path_params["name"], fields)
        except Unusable as error:
            return JSONResponse({"error": str(error)}, 400)
        return JSONResponse({"told": told})


async def _json(request: Request) -> object:
    try:
        return await request.json() if await request.body() else {}
    except ValueError as error:
        raise Unusable("The body is not JSON.") from error
