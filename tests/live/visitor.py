"""A person's browser without a screen: HTTP with cookies, raw bytes and WebSockets, at an edge on
127.0.0.1 whose hostnames need no name server.
"""

from __future__ import annotations

import contextlib
import html
import re
import socket
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urljoin, urlsplit

import httpx
from websockets.sync.client import ClientConnection, connect

PAGE = {"accept": "text/html", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
SCRIPT = {"accept": "*/*", "sec-fetch-mode": "cors", "sec-fetch-dest": "empty"}
HIDDEN = re.compile(r'<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"')
ACTION = re.compile(r'<form[^>]*action="([^"]+)"')
TIMEOUT = 15.0


@dataclass(frozen=True)
class Door:
    """Where the edge listens on this machine, whom to trust there, and from which address of this machine
    (127.0.0.0/8) to come."""

    port: int
    context: ssl.SSLContext
    source: str = "127.0.0.1"

    @contextlib.contextmanager
    def connected(self, hostname: str, *, buffer: int | None = None) -> Iterator[ssl.SSLSocket]:
        """A TLS connection, for bytes that no client library would send."""
        plain = socket.socket()
        if buffer is not None:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        plain.settimeout(TIMEOUT)
        plain.bind((self.source, 0))
        plain.connect(("127.0.0.1", self.port))
        with self.context.wrap_socket(plain, server_hostname=hostname) as secured:
            yield secured

    def say(self, data: bytes, hostname: str = "hello.localhost", *, patience: float = 3.0) -> bytes:
        """Send bytes and return everything that comes until the edge closes or says no more."""
        received = b""
        with self.connected(hostname) as connection:
            connection.settimeout(patience)
            with contextlib.suppress(OSError):
                connection.sendall(data)
                while chunk := connection.recv(65536):
                    received += chunk
        return received

    def ask(self, data: bytes, hostname: str = "hello.localhost") -> bytes:
        """Send bytes and return the first answer, which must state its length or end the connection."""
        received = b""
        with self.connected(hostname) as connection, contextlib.suppress(ConnectionError, ssl.SSLError):
            connection.sendall(data)
            while not is_whole(received) and (chunk := connection.recv(65536)):
                received += chunk
        return received


class _Transport(httpx.BaseTransport):
    """Dials 127.0.0.1 whatever the hostname is; the name stays in SNI, certificate check and Host."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._inner: dict[str, httpx.HTTPTransport] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.port != self._door.port:
            raise httpx.ConnectError(f"the test knows no way to {request.url}", request=request)
        dialled = httpx.Request(
            request.method,
            request.url.copy_with(host="127.0.0.1"),
            headers=request.headers,
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": request.url.host},
        )
        return self._to(request.url.host).handle_request(dialled)

    def _to(self, hostname: str) -> httpx.HTTPTransport:
        """A pool of its own for each hostname: to httpx, all of them are one address."""
        if hostname not in self._inner:
            self._inner[hostname] = httpx.HTTPTransport(
                verify=self._door.context, local_address=self._door.source
            )
        return self._inner[hostname]

    def close(self) -> None:
        for transport in self._inner.values():
            transport.close()


@dataclass
class Visitor:
    """One browser profile. Redirects are followed only where a method says so."""

    door: Door
    http: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.http = httpx.Client(transport=_Transport(self.door), timeout=TIMEOUT, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End its connections."""
        self.http.close()

    def get(self, url: str, headers: Mapping[str, str] = PAGE) -> httpx.Response:
        """One request, as an address typed into a browser unless ``headers`` say otherwise."""
        return self.http.get(url, headers=dict(headers))

    def open(self, url: str) -> httpx.Response:
        """Open a page and go where it leads."""
        return self.http.get(url, headers=PAGE, follow_redirects=True)

    def sign_in(self, url: str, email: str, password: str) -> httpx.Response:
        """Open ``url``, fill in the sign-in form that it leads to, and go on to the end."""
        return self.submit(self.open(url), email=email, password=password)

    def submit(self, page: httpx.Response, **fields: str) -> httpx.Response:
        """Send the page's form with these fields, and go where that leads."""
        assert page.status_code == 200, (page.status_code, page.text)
        action, hidden = form_of(page)
        headers = {**PAGE, "origin": f"{page.url.scheme}://{page.url.netloc.decode()}"}
        return self.http.post(action, data={**hidden, **fields}, headers=headers, follow_redirects=True)

    def cookie(self, url: str) -> str:
        """The ``Cookie`` header that this browser would send there."""
        request = self.http.build_request("GET", url)
        return str(request.headers.get("cookie", ""))

    def cookies(self, url: str) -> dict[str, str]:
        """The same, by name."""
        pairs = (pair.partition("=") for pair in self.cookie(url).split("; ") if pair)
        return {name: value for name, _, value in pairs}

    @contextlib.contextmanager
    def websocket(self, url: str, headers: Mapping[str, str] | None = None) -> Iterator[ClientConnection]:
        """An open WebSocket with this browser's cookies. Raises InvalidStatus when it is refused."""
        sent = {"Cookie": self.cookie(url), **(headers or {})}
        hostname = urlsplit(url).hostname or ""
        plain = socket.create_connection(
            ("127.0.0.1", self.door.port), TIMEOUT, source_address=(self.door.source, 0)
        )
        try:
            with connect(
                url.replace("https:", "wss:", 1),
                sock=plain,
                ssl=self.door.context,
                server_hostname=hostname,
                additional_headers={key: value for key, value in sent.items() if value},
                proxy=None,
                compression=None,
            ) as connection:
                yield connection
        finally:
            plain.close()


def form_of(page: httpx.Response) -> tuple[str, dict[str, str]]:
    """Where the page's form goes, and its hidden fields."""
    action = ACTION.search(page.text)
    assert action is not None, page.text
    hidden = {name: html.unescape(value) for name, value in HIDDEN.findall(page.text)}
    return urljoin(str(page.url), html.unescape(action.group(1))), hidden


def is_whole(answer: bytes) -> bool:
    """Whether all of a raw answer is there, which states its length."""
    head, end, body = answer.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    return bool(end) and length is not None and len(body) >= int(length.group(1))


def status_of(answer: bytes) -> int:
    """The status of a raw answer; 0 when there was none."""
    first = answer.split(b"\r\n", 1)[0].split(b" ")
    return int(first[1]) if len(first) > 1 and first[1].isdigit() else 0
