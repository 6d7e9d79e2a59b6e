"""Asking a provider over HTTP: briefly, boundedly, and exactly where it was meant.

Rule: no redirect is followed. A code, a secret or an access token goes to the address that the
metadata names and nowhere else.
Rule: no cookie is kept: one client serves many people's sign-ins.
Rule: no error says more than the host and the kind of fault; requests hold secrets.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx

from doorward.identity.oidc.strict_json import Malformed, parse_list, parse_object
from doorward.model.errors import Invalid, Unavailable

LARGEST = 1024 * 1024
"""Bytes of the largest answer that is read."""

PROVIDER = "identity provider"

PATIENCE = timedelta(seconds=5)
"""For one question from the first byte to the last, however slowly they drip."""


class Unanswered(Unavailable):
    """The provider gave no usable answer this time. What it said before may still hold."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer. ``body`` may hold tokens. The names of ``headers`` are in lower case."""

    status: int
    body: bytes = field(repr=False)
    headers: httpx.Headers = field(default_factory=httpx.Headers, repr=False, compare=False)


def open_client(ca: str) -> httpx.AsyncClient:
    """A client that trusts the certificates of ``ca`` (PEM), or the system's when it is empty.

    Raises:
        Invalid: ``ca`` holds no certificate.
    """
    try:
        trust = ssl.create_default_context(cadata=ca or None)
    except (ssl.SSLError, ValueError, TypeError):  # TypeError: not ASCII
        raise Invalid("ca", "holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)") from None
    return httpx.AsyncClient(
        verify=trust,
        follow_redirects=False,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        limits=httpx.Limits(max_connections=32, max_keepalive_connections=4),
    )


class Fetcher:
    """Questions to one provider. ``noun`` is what errors call it, ``largest`` how many bytes are read."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        *,
        patience: timedelta = PATIENCE,
        largest: int = LARGEST,
        noun: str = PROVIDER,
    ) -> None:
        self._client = client
        self._patience = patience.total_seconds()
        self._largest = largest
        self._noun = noun

    async def document(self, url: str, *, bearer: str = "") -> Mapping[str, object]:
        """GET a JSON object, with an access token where given.

        Raises:
            Unanswered: no answer in time, another status than 200, or not one JSON object.
        """
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        answer = await self.ask("GET", url, headers=headers)
        if answer.status != 200:
            raise Unanswered(f"{self._place(url)} answered with status {answer.status}.")
        return read(answer, url=url, noun=self._noun)

    async def get(self, url: str, *, headers: Mapping[str, str]) -> Answer:
        """GET whatever is there; the status is the caller's to judge.

        Raises:
            Unanswered: no answer in time.
        """
        return await self.ask("GET", url, headers=headers)

    async def post(self, url: str, *, form: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        """POST a form; the status is the caller's to judge.

        Raises:
            Unanswered: no answer in time.
        """
        return await self.ask("POST", url, headers=headers, form=form)

    async def ask(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        form: Mapping[str, str] | None = None,
        json: object = None,
    ) -> Answer:
        """One question, with a form or a JSON value where given; the status is the caller's to judge.

        Raises:
            Unanswered: no answer in time.
        """
        try:
            # Compressed answers are not asked for: what a small one unpacks to is known too late.
            request = self._client.build_request(
                method,
                url,
                data=form,
                json=json,
                headers={"Accept": "application/json", "Accept-Encoding": "identity", **headers},
                timeout=self._patience,
            )
            async with asyncio.timeout(self._patience):
                response = await self._client.send(request, stream=True, follow_redirects=False)
                try:
                    return Answer(response.status_code, await self._body(response, url), response.headers)
                finally:
                    await response.aclose()
        except TimeoutError:
            raise Unanswered(f"{self._place(url)} took longer than {self._patience:g} s to answer.") from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            # From None: the chain would carry the request, and that the secrets.
            raise Unanswered(f"{self._place(url)} cannot be reached ({type(error).__name__}).") from None

    async def _body(self, response: httpx.Response, url: str) -> bytes:
        if response.headers.get("content-encoding", "identity") != "identity":
            raise Unanswered(f"{self._place(url)} compressed an answer that was to be plain.")
        body = bytearray()
        async for chunk in response.aiter_raw():
            body += chunk
            if len(body) > self._largest:
                raise Unanswered(f"{self._place(url)} gave an answer of more than {self._largest} bytes.")
        return bytes(body)

    def _place(self, url: str) -> str:
        return place(url, self._noun)


def read(answer: Answer, *, url: str, noun: str = PROVIDER) -> Mapping[str, object]:
    """The JSON object in ``answer``.

    Raises:
        Unanswered: there is none.
    """
    try:
        return parse_object(answer.body)
    except Malformed as error:
        raise Unanswered(f"{place(url, noun)} gave an answer that cannot be read: {error}.") from None


def read_list(answer: Answer, *, url: str) -> Sequence[object]:
    """The JSON array in ``answer``.

    Raises:
        Unanswered: there is none.
    """
    try:
        return parse_list(answer.body)
    except Malformed as error:
        raise Unanswered(f"{place(url)} gave an answer that cannot be read: {error}.") from None


def place(url: str, noun: str = PROVIDER) -> str:
    """The host, which may be shown; paths and queries may hold what may not."""
    return f"The {noun} at {httpx.URL(url).host}"
