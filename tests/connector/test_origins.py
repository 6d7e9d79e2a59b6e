from __future__ import annotations

import asyncio
import socket
import ssl
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from doorward.bootstrap.system import SystemClock
from doorward.connector.origins import Endpoint, Origins, Unopened, endpoint
from doorward.connector.targets import parse_target
from doorward.model.application import Origin
from doorward.model.errors import Invalid
from doorward.tunnel.opening import Refusal
from tests.fakes.tunnel_world import authority, free_port


class Caller(asyncio.Protocol):
    """Remembers that it was connected, and hangs up."""

    made = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        type(self).made += 1
        transport.close()


async def dial(
    url: str,
    *targets: str,
    timeout: float = 2.0,
    ca: str = "",
    server_name: str = "",
    verify: bool = True,
) -> None:
    origins = Origins(tuple(parse_target(target) for target in targets), timeout=timeout)
    made = Origin(url=url, ca=ca, server_name=server_name, verify=verify)
    before = Caller.made
    await origins.dial(made, Caller)
    assert Caller.made == before + 1
    await origins.dial(made, Caller)
    await asyncio.sleep(0)


def refusal_of(attempt: Callable[[], Awaitable[None]]) -> tuple[Refusal | None, str]:
    async def scenario() -> tuple[Refusal | None, str]:
        with pytest.raises(Unopened) as unopened:
            await attempt()
        return unopened.value.refused.reason, unopened.value.refused.sentence

    return asyncio.run(scenario())


@pytest.mark.parametrize(
    ("url", "where"),
    [
        ("http://localhost:8080", Endpoint(is_tls=False, host="localhost", port=8080)),
        ("https://wiki.internal", Endpoint(is_tls=True, host="wiki.internal", port=443)),
        ("http://[::1]/", Endpoint(is_tls=False, host="::1", port=80)),
    ],
)
def test_urls_of_origins_are_read(url: str, where: Endpoint) -> None:
    assert endpoint(url) == where


@pytest.mark.parametrize(
    "url", ["", "localhost:80", "ftp://x", "http://", "http://x:99999", "unix:/run/x", "http://[x"]
)
def test_what_is_no_url_of_an_origin_is_refused(url: str) -> None:
    with pytest.raises(Invalid):
        endpoint(url)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_an_origin_is_dialled_by_name_and_by_address(host: str) -> None:
    async def scenario() -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            await dial(f"http://{host}:{listener.getsockname()[1]}")

    asyncio.run(scenario())


@pytest.mark.parametrize(
    "host",
    ["169.254.169.254", "0.0.0.0", "[fe80::1]", "[::ffff:169.254.169.254]", "2852039166", "0xa9fea9fe"],
)
def test_a_metadata_address_is_refused_in_every_spelling(host: str) -> None:
    reason, sentence = refusal_of(lambda: dial(f"http://{host}:80"))
    assert reason is Refusal.TARGET_NOT_ALLOWED
    assert "may not dial" in sentence


def test_only_targets_on_the_list_are_dialled() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        asyncio.run(dial(f"http://localhost:{port}", f"localhost:{port}"))
        asyncio.run(dial(f"http://localhost:{port}", "127.0.0.0/8"))
        assert (
            refusal_of(lambda: dial(f"http://localhost:{port}", "10.0.0.0/8"))[0]
            is Refusal.TARGET_NOT_ALLOWED
        )


def test_a_closed_port_an_unknown_name_and_no_url_are_told_apart() -> None:
    port = free_port()
    reason, sentence = refusal_of(lambda: dial(f"http://127.0.0.1:{port}"))
    assert (reason, sentence) == (Refusal.CONNECTION_REFUSED, f"nothing listens on 127.0.0.1 port {port}")
    assert refusal_of(lambda: dial("http://nowhere.invalid"))[0] is Refusal.NAME_NOT_FOUND
    assert refusal_of(lambda: dial("http://" + "x" * 70 + ".invalid"))[0] is Refusal.NAME_NOT_FOUND
    assert refusal_of(lambda: dial("nonsense"))[0] is Refusal.TARGET_NOT_ALLOWED


def test_an_origin_that_does_not_answer_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://127.0.0.1:{silent.getsockname()[1]}"
        reason, sentence = refusal_of(lambda: dial(url, timeout=0.1))
    assert reason is Refusal.TIMEOUT
    assert "0.1 seconds" in sentence


async def with_tls(attempt: Callable[[int], Awaitable[None]]) -> None:
    """Run ``attempt`` with the port of an origin whose certificate is for wiki.internal."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as name:
        issued = authority().issue(["wiki.internal"], now=SystemClock().now())
        path = Path(name) / "both.pem"
        path.write_bytes(issued.certificate + issued.key)
        context.load_cert_chain(path)
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=context)
    try:
        await attempt(int(server.sockets[0].getsockname()[1]))
    finally:
        server.close()
        await asyncio.sleep(0.05)


def test_tls_is_checked_against_the_rule_s_own_ca_and_name() -> None:
    ca = authority().pem.decode()

    async def trusted(port: int) -> None:
        await dial(f"https://127.0.0.1:{port}", ca=ca, server_name="wiki.internal")

    async def unchecked(port: int) -> None:
        await dial(f"https://127.0.0.1:{port}", verify=False)

    asyncio.run(with_tls(trusted))
    asyncio.run(with_tls(unchecked))


@pytest.mark.parametrize(
    ("ca", "server_name", "words"),
    [
        ("", "", "is not trusted"),
        ("OURS", "", "is not trusted"),
        ("", "wiki.internal", "is not trusted"),
        ("nonsense", "", "CA cannot be used"),
    ],
)
def test_tls_that_does_not_check_out_is_refused(ca: str, server_name: str, words: str) -> None:
    pem = authority().pem.decode() if ca == "OURS" else ca

    async def attempt(port: int) -> None:
        await dial(f"https://127.0.0.1:{port}", ca=pem, server_name=server_name)

    reason, sentence = refusal_of(lambda: with_tls(attempt))
    assert reason is Refusal.TLS_FAILED
    assert words in sentence


def test_an_origin_that_speaks_no_tls_is_refused() -> None:
    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async def attempt() -> None:
        server = await asyncio.start_server(plain, "127.0.0.1", 0)
        try:
            await dial(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        finally:
            server.close()
            await asyncio.sleep(0.01)

    assert refusal_of(attempt)[0] is Refusal.TLS_FAILED
