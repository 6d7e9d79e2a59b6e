from __future__ import annotations

import gc
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from doorward.bootstrap import places
from doorward.bootstrap.client import ApiClient
from doorward.model.errors import AccessError, Conflict, Invalid, NotFound, Refused, Unavailable
from tests.api.server import serving


async def error(request: Request) -> Response:
    return JSONResponse({"error": "these words"}, status_code=int(request.path_params["status"]))


async def odd(request: Request) -> Response:
    return PlainTextResponse("<p>not ours</p>", status_code=502)


async def echo(request: Request) -> Response:
    sent = await request.json() if request.method == "POST" else None
    return JSONResponse({"method": request.method, "query": dict(request.query_params), "body": sent})


ROUTES = [
    Route("/error/{status}", error),
    Route("/odd", odd),
    Route("/echo", echo, methods=["GET", "POST", "DELETE"]),
]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiClient]:
    # A folder whose path is longer than the address of a unix socket may be is reached all the same.
    data = tmp_path_factory.mktemp("data") / ("long" * 30)
    with pytest.MonkeyPatch.context() as patch:
        (data / "run").mkdir(parents=True)
        patch.chdir(data)
        with serving(Starlette(routes=ROUTES), Path()):
            yield ApiClient(data)


def test_what_is_sent_arrives(client: ApiClient) -> None:
    assert client.get("/echo", email="a&b") == {"method": "GET", "query": {"email": "a&b"}, "body": None}
    assert client.post("/echo", {"name": "x"})["body"] == {"name": "x"}
    assert client.delete("/echo")["method"] == "DELETE"
    assert '"method":"GET"' in client.text("/echo")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Invalid),
        (422, Invalid),
        (403, Refused),
        (404, NotFound),
        (409, Conflict),
        (503, Unavailable),
        (500, AccessError),
    ],
)
def test_an_error_arrives_as_what_it_was_in_its_own_words(
    client: ApiClient, status: int, kind: type[AccessError]
) -> None:
    with pytest.raises(kind) as raised:
        client.get(f"/error/{status}")
    assert (type(raised.value), str(raised.value)) == (kind, "these words")


def test_an_answer_that_is_not_ours_is_told_by_its_status(client: ApiClient) -> None:
    with pytest.raises(AccessError, match="answered 502"):
        client.get("/odd")


def test_where_nothing_runs_the_sentence_says_how_to_start_it(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"no Doorward runs on .*doorward serve"):
        ApiClient(tmp_path).get("/status")


# The HTTP library leaves a socket that could not be connected to the garbage collector.
@pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning")
def test_a_socket_that_a_crash_left_behind_does_not_answer(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(tmp_path / places.API_SOCKET))
    with pytest.raises(Unavailable, match="does not answer"):
        ApiClient(tmp_path).get("/status")
    gc.collect()
