"""A client of the administrator's API on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from doorward.bootstrap import places
from doorward.bootstrap.data_folder_sockets import socket_address
from doorward.model.errors import AccessError, Conflict, Invalid, NotFound, Refused, Unavailable

ERRORS: dict[int, type[AccessError]] = {403: Refused, 404: NotFound, 409: Conflict, 503: Unavailable}
PATIENCE = 30.0
"""Seconds for an answer: a change waits for edges to take it."""


class ApiClient:
    """Talks to the control plane that runs on ``data``."""

    def __init__(self, data: Path) -> None:
        self._data = data

    def get(self, path: str, **query: str) -> Any:
        """The JSON at ``path``. Raises as ``send``."""
        return self.send("GET", path, query=query).json()

    def text(self, path: str, **query: str) -> str:
        """The text at ``path``. Raises as ``send``."""
        return self.send("GET", path, query=query).text

    def post(self, path: str, body: dict[str, object]) -> Any:
        """Raises as ``send``."""
        return self.send("POST", path, body=body).json()

    def delete(self, path: str) -> Any:
        """Raises as ``send``."""
        return self.send("DELETE", path).json()

    def lines(self, path: str) -> Iterator[str]:
        """The lines of a text that comes bit by bit, each as soon as it is there. Raises as ``send``."""
        with self._client() as client:
            try:
                with client.stream("GET", f"http://doorward{path}") as answer:
                    if not answer.is_success:
                        answer.read()
                        raise _error(answer)
                    yield from answer.iter_lines()
            except httpx.HTTPError as error:
                raise self._silent(error) from None

    def send(
        self,
        method: str,
        path: str,
        *,
        query: dict[str, str] | None = None,
        body: dict[str, object] | None = None,
    ) -> httpx.Response:
        """Raises the error that the API tells of; Unavailable when no Doorward answers there."""
        with self._client() as client:
            try:
                answer = client.request(method, f"http://doorward{path}", params=query, json=body)
            except httpx.HTTPError as error:
                raise self._silent(error) from None
        if answer.is_success:
            return answer
        raise _error(answer)

    def _client(self) -> httpx.Client:
        socket = self._data.absolute() / places.API_SOCKET
        if not socket.exists():
            raise Unavailable(
                f"no Doorward runs on {self._data}: start it with 'doorward serve' or 'make demo', "
                "or name its data folder with --data"
            )
        return httpx.Client(transport=httpx.HTTPTransport(uds=socket_address(socket)), timeout=PATIENCE)

    def _silent(self, error: httpx.HTTPError) -> Unavailable:
        return Unavailable(f"the control plane on {self._data} does not answer: {error}")


def _error(answer: httpx.Response) -> AccessError:
    try:
        sentence = str(answer.json()["error"])
    except (ValueError, KeyError, TypeError):
        sentence = f"the control plane answered {answer.status_code}"
    if answer.status_code in (400, 422):
        return Invalid("", sentence)
    return ERRORS.get(answer.status_code, AccessError)(sentence)
