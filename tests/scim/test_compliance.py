"""``scim2-tester``, other people's reading of RFC 7643 and 7644, against our server."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from scim2_client.engines.wsgi import WSGISCIMClient
from scim2_tester import Status, check_server

from doorward.scim.application import PATH
from tests.scim.server import TEAM_HOST, Server
from tests.services.sample import COMPANY

FINE = (Status.SUCCESS, Status.SKIPPED)
"""It skips the search over people and groups at once, which the server says it does not have."""
BASE = f"{PATH}/{COMPANY}/v2"


class Bridge:
    """The tester's requests, which wait, to an application that does not (PEP 3333)."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
        self._server.pass_time()  # it is in more of a hurry than a directory may be
        target = environ["PATH_INFO"].removeprefix(BASE)
        if environ["QUERY_STRING"]:
            target += f"?{environ['QUERY_STRING']}"
        response = self._server.send(environ["REQUEST_METHOD"], target, content=environ["wsgi.input"].read())
        start_response(f"{response.status_code} -", list(response.headers.items()))
        return [response.content]


def test_the_server_passes_every_check_of_scim2_tester() -> None:
    client = WSGISCIMClient(Bridge(Server()), base_url=f"https://{TEAM_HOST}{BASE}")
    results = check_server(client)
    assert [f"{r.title}: {r.reason}" for r in results if r.status not in FINE] == []
    skipped = {str(r.reason) for r in results if r.status is Status.SKIPPED}
    assert {reason.partition(":")[0] for reason in skipped} <= {"POST /.search"}
    assert len(results) > 50
