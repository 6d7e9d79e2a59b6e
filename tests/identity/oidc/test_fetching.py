from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from doorward.identity.oidc.fetching import LARGEST, Answer, Fetcher, Unanswered, open_client
from doorward.model.errors import Invalid, Unavailable
from tests.fakes.openid import FakeOpenIdProvider

URL = "https://idp.example.com/doc?secret=1"


def fetch(
    handler: Callable[[httpx.Request], httpx.Response], *, bearer: str = "", delay: float = 0, drip: float = 0
) -> dict[str, object]:
    fake = FakeOpenIdProvider(answers={"/doc": handler}, delay=delay, drip=drip)

    async def run() -> dict[str, object]:
        async with fake.client() as client:
            fetcher = Fetcher(client, patience=timedelta(seconds=0.05))
            return dict(await fetcher.document(URL, bearer=bearer))

    return asyncio.run(run())


def test_a_document_is_fetched_uncompressed_and_with_its_access_token() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        assert request.headers["accept-encoding"] == "identity"
        return httpx.Response(200, json={"token": request.headers.get("authorization")})

    assert fetch(handler) == {"token": None}
    assert fetch(handler, bearer="abc") == {"token": "Bearer abc"}


def raising(error: Exception) -> Callable[[httpx.Request], httpx.Response]:
    def handler(request: httpx.Request) -> httpx.Response:
        raise error

    return handler


@pytest.mark.parametrize(
    ("handler", "said"),
    [
        (lambda _: httpx.Response(500, json={}), "status 500"),
        (lambda _: httpx.Response(204), "status 204"),
        (lambda _: httpx.Response(302, headers={"location": "https://idp.example.com/ok"}), "status 302"),
        (lambda _: httpx.Response(200, html="<html>maintenance</html>"), "cannot be read"),
        (lambda _: httpx.Response(200), "cannot be read"),
        (lambda _: httpx.Response(200, json=["a"]), "cannot be read"),
        (lambda _: httpx.Response(200, content=b'{"a": "' + b"x" * LARGEST + b'"}'), "more than"),
        (lambda _: httpx.Response(200, headers={"content-encoding": "br"}, content=b"{}"), "compressed"),
        (raising(httpx.ConnectError("secret")), r"cannot be reached \(ConnectError\)"),
        (raising(httpx.ReadTimeout("secret")), r"cannot be reached \(ReadTimeout\)"),
        (raising(ssl.SSLError("secret")), r"cannot be reached \(SSLError\)"),
    ],
)
def test_what_is_no_answer_says_which_host_and_no_more(
    handler: Callable[[httpx.Request], httpx.Response], said: str
) -> None:
    with pytest.raises(Unanswered, match=said) as caught:
        fetch(handler, bearer="secret")
    assert "idp.example.com" in str(caught.value)
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert isinstance(caught.value, Unavailable)


def test_an_answer_that_begins_late_or_drips_is_not_waited_for() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"a": "x" * 100})

    with pytest.raises(Unanswered, match="took longer"):
        fetch(handler, delay=1)
    with pytest.raises(Unanswered, match="took longer"):
        fetch(handler, drip=0.02)


def test_a_form_is_posted_and_its_status_left_to_the_caller() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        assert request.headers["content-type"] == "application/x-www-form-urlencoded"
        return httpx.Response(400, content=request.content)

    async def run() -> Answer:
        async with FakeOpenIdProvider(answers={"/doc": handler}).client() as client:
            return await Fetcher(client).post(URL, form={"code": "a&b"}, headers={})

    answer = asyncio.run(run())
    assert answer == Answer(400, b"code=a%26b")
    assert "a%26b" not in repr(answer)


def test_a_client_keeps_no_cookie_and_follows_nothing() -> None:
    async def run() -> None:
        async with open_client("") as client:
            request = client.build_request("GET", "https://idp.example.com/")
            response = httpx.Response(200, headers={"set-cookie": "session=ada; Path=/"}, request=request)
            client.cookies.extract_cookies(response)
            assert "cookie" not in client.build_request("GET", "https://idp.example.com/").headers
            assert not client.follow_redirects

    asyncio.run(run())


@pytest.mark.parametrize(
    "ca", ["x", " ", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "ü"]
)
def test_a_ca_that_is_none_is_invalid(ca: str) -> None:
    with pytest.raises(Invalid, match="ca"):
        open_client(ca)


def self_signed(folder: Path) -> Path:
    """A certificate for 127.0.0.1 that vouches for itself, with its key, as one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "idp.example.com")])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2120, 1, 1, tzinfo=UTC))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    pem = folder / "idp.pem"
    pem.write_bytes(private + certificate.public_bytes(Encoding.PEM))
    return pem


def test_a_ca_is_trusted_in_place_of_the_systems_and_only_where_it_was_named(tmp_path: Path) -> None:
    pem = self_signed(tmp_path)
    ca = pem.read_text()[pem.read_text().index("-----BEGIN CERTIFICATE-----") :]
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pem)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 8\r\nConnection: close\r\n\r\n{"a": 1}')
        await writer.drain()
        writer.close()

    async def ask(url: str, trusted: str) -> dict[str, object]:
        async with open_client(trusted) as client:
            return dict(await Fetcher(client).document(url))

    async def run() -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
        async with server:
            port = server.sockets[0].getsockname()[1]
            assert await ask(f"https://127.0.0.1:{port}/", ca) == {"a": 1}
            with pytest.raises(Unanswered, match="ConnectError"):
                await ask(f"https://127.0.0.1:{port}/", "")
            with pytest.raises(Unanswered, match="ConnectError"):  # trusted, but not for this name
                await ask(f"https://localhost:{port}/", ca)

    asyncio.run(run())


def test_a_json_question_is_asked_and_the_answers_headers_are_kept_in_lower_case() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        assert request.headers["content-type"] == "application/json"
        return httpx.Response(429, headers={"Retry-After": "7"}, content=request.content)

    fake = FakeOpenIdProvider(answers={"/doc": handler})

    async def run() -> Answer:
        async with fake.client() as client:
            return await Fetcher(client).ask("POST", URL, headers={}, json={"ids": ["a"]})

    answer = asyncio.run(run())
    assert (answer.status, answer.body) == (429, b'{"ids":["a"]}')
    assert answer.headers["retry-after"] == "7"
    assert "retry-after" not in repr(answer)
