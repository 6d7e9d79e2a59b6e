"""An OpenID provider inside the test's process, as honest or as hostile as a test wants it.

What is not changed is right. ``claims`` and ``header`` change the ID token (``REMOVED`` leaves a
member out), ``metadata`` the metadata, ``answers`` whole HTTP answers by path, ``sign`` how the token
is made; ``delay`` and ``drip`` slow it down. Every request is kept in ``asked``.
"""

from __future__ import annotations

import asyncio
import base64
import functools
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from urllib.parse import parse_qsl

import httpx
from joserfc import jws
from joserfc.jwa import JWSAlgModel
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

from doorward.identity.oidc.group_source import GroupSource
from doorward.identity.oidc.provider import OidcProvider
from doorward.model.access import Identity
from doorward.model.identity_provider import OpenIdConnect
from doorward.model.ids import IdentityProviderId
from doorward.model.presets import STANDARD, Quirks
from doorward.ports.identity import Arrival, Departure
from tests.fakes.clock import FakeClock, FakeRandomness

REMOVED: Final = object()
ISSUER = "https://idp.example.com"
CALLBACK = "https://access.example.com/cdn-cgi/access/callback"
CLIENT_ID = "doorward"
WORK = IdentityProviderId("work")
CODE = "the-code"
ACCESS_TOKEN = "the-access-token"

Handler = Callable[[httpx.Request], httpx.Response]


@functools.cache
def rsa(name: str = "one") -> RSAKey:
    """An RSA key that signs; the same for the same name, because making one takes long."""
    return RSAKey.generate_key(2048, {"kid": name, "use": "sig"})


@functools.cache
def curve(name: str, crv: str = "P-256") -> Key:
    """A key on a curve that signs."""
    if crv == "Ed25519":
        return OKPKey.generate_key("Ed25519", {"kid": name, "use": "sig"})
    if crv == "P-384":
        return ECKey.generate_key("P-384", {"kid": name, "use": "sig"})
    if crv == "P-521":
        return ECKey.generate_key("P-521", {"kid": name, "use": "sig"})
    return ECKey.generate_key("P-256", {"kid": name, "use": "sig"})


class AnyAlgorithm(jws.JWSRegistry):
    """Signs whatever it is told to, as an attacker would."""

    def __init__(self) -> None:
        super().__init__(strict_check_header=False)

    def check_header(self, header: dict[str, object]) -> None:
        return None

    def get_alg(self, name: str) -> JWSAlgModel:
        return self.algorithms[name]


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def signed(header: Mapping[str, object], payload: bytes, key: Key) -> str:
    """A compact JWS with exactly this header and payload."""
    alg = AnyAlgorithm().get_alg(str(header["alg"]))
    data = f"{b64(json.dumps(header).encode())}.{b64(payload)}"
    return f"{data}.{b64(alg.sign(data.encode(), key))}"


def changed(honest: Mapping[str, object], changes: Mapping[str, object]) -> dict[str, object]:
    """``honest`` with ``changes``; what is ``REMOVED`` is left out."""
    return {name: value for name, value in {**honest, **changes}.items() if value is not REMOVED}


@dataclass
class FakeOpenIdProvider:
    """See the module. ``keys`` are published; ``key`` signs with ``algorithm``."""

    clock: FakeClock = field(default_factory=FakeClock)
    issuer: str = ISSUER
    key: Key = field(default_factory=rsa)
    keys: list[Key] = field(default_factory=lambda: [rsa()])
    algorithm: str = "RS256"
    claims: dict[str, object] = field(default_factory=dict)
    header: dict[str, object] = field(default_factory=dict)
    metadata: dict[str, object] = field(default_factory=dict)
    tokens: dict[str, object] = field(default_factory=dict)
    userinfo: dict[str, object] = field(default_factory=dict)
    answer: dict[str, object] = field(default_factory=dict)
    answers: dict[str, Handler] = field(default_factory=dict)
    sign: Callable[[Mapping[str, object], bytes, Key], str] = signed
    delay: float = 0
    drip: float = 0
    asked: list[httpx.Request] = field(default_factory=list)
    nonce: str = ""

    def client(self) -> httpx.AsyncClient:
        """A client whose every request comes here."""
        return httpx.AsyncClient(transport=httpx.MockTransport(self._handle))

    def provider(
        self,
        client: httpx.AsyncClient,
        settings: OpenIdConnect | None = None,
        *,
        patience: float = 5,
        quirks: Quirks = STANDARD,
        groups: GroupSource | None = None,
    ) -> OidcProvider:
        """Doorward's side."""
        return OidcProvider(
            id=WORK,
            settings=settings or self.settings(),
            client=client,
            clock=self.clock,
            randomness=FakeRandomness(),
            patience=timedelta(seconds=patience),
            quirks=quirks,
            groups=groups,
        )

    def settings(self) -> OpenIdConnect:
        """What an administrator would enter."""
        return OpenIdConnect(issuer=self.issuer, client_id=CLIENT_ID, client_secret="s3cret:&")

    async def sign_in(self, provider: OidcProvider) -> Identity:
        """A whole sign-in by somebody who agrees to everything."""
        departure = await provider.depart(callback=CALLBACK)
        return await self.come_back(provider, departure)

    async def come_back(self, provider: OidcProvider, departure: Departure) -> Identity:
        """The second half of a sign-in."""
        return (await self.arrive(provider, departure)).identity

    async def arrive(self, provider: OidcProvider, departure: Departure) -> Arrival:
        """The same, with all that is remembered."""
        self.nonce = departure.transaction["nonce"]
        honest = {"code": CODE, "state": departure.state, "iss": self.issuer}
        answer = {name: str(value) for name, value in changed(honest, self.answer).items()}
        return await provider.arrive(callback=CALLBACK, transaction=departure.transaction, answer=answer)

    def id_token(self) -> str:
        """As it would be given now."""
        now = int(self.clock.now().timestamp())
        honest = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "sub": "ada-1",
            "iat": now,
            "exp": now + 300,
            "nonce": self.nonce,
            "email": "ada@example.com",
            "email_verified": True,
            "groups": ["engineers"],
        }
        header = changed({"alg": self.algorithm, "kid": self.key.kid, "typ": "JWT"}, self.header)
        return self.sign(header, json.dumps(changed(honest, self.claims)).encode(), self.key)

    def count(self, path: str) -> int:
        """How many requests came to ``path``."""
        return sum(request.url.path == path for request in self.asked)

    def form(self) -> dict[str, str]:
        """What the last token request held."""
        last = next(request for request in reversed(self.asked) if request.url.path == "/token")
        return dict(parse_qsl(last.content.decode()))

    async def _handle(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if self.delay:
            await asyncio.sleep(self.delay)
        handlers = {**self._honest(), **self.answers}
        return streamed(handlers[request.url.path](request), drip=self.drip)

    def _honest(self) -> dict[str, Handler]:
        honest_metadata = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{ISSUER}/authorize",
            "token_endpoint": f"{ISSUER}/token",
            "jwks_uri": f"{ISSUER}/keys",
            "userinfo_endpoint": f"{ISSUER}/userinfo",
            "id_token_signing_alg_values_supported": [self.algorithm],
            "authorization_response_iss_parameter_supported": True,
        }
        return {
            "/.well-known/openid-configuration": lambda _: as_json(changed(honest_metadata, self.metadata)),
            "/keys": lambda _: as_json({"keys": [key.as_dict(private=False) for key in self.keys]}),
            "/token": lambda _: as_json(
                changed(
                    {"token_type": "Bearer", "access_token": ACCESS_TOKEN, "id_token": self.id_token()},
                    self.tokens,
                )
            ),
            "/userinfo": lambda _: as_json(changed({"sub": "ada-1"}, self.userinfo)),
        }


class Body(httpx.AsyncByteStream):
    """A body that comes in pieces of 64 KiB, or of one byte every ``drip`` seconds."""

    def __init__(self, content: bytes, drip: float) -> None:
        self._content = content
        self._drip = drip

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 1 if self._drip else 65536
        for start in range(0, len(self._content), size):
            await asyncio.sleep(self._drip)
            yield self._content[start : start + size]


def streamed(response: httpx.Response, *, drip: float) -> httpx.Response:
    """``response`` as it comes from a network: not read yet."""
    body = Body(response.content, drip)
    return httpx.Response(response.status_code, headers=response.headers, stream=body)


def as_json(value: object, status: int = 200) -> httpx.Response:
    # Not httpx's own way: a hostile provider may well answer Infinity.
    return httpx.Response(status, headers={"content-type": "application/json"}, content=json.dumps(value))


def run_sign_in(fake: FakeOpenIdProvider, settings: OpenIdConnect | None = None) -> Identity:
    """One sign-in with a provider that was never asked before."""
    return run_arrival(fake, settings).identity


def run_arrival(
    fake: FakeOpenIdProvider,
    settings: OpenIdConnect | None = None,
    *,
    quirks: Quirks = STANDARD,
    groups: GroupSource | None = None,
) -> Arrival:
    """The same, with all that is remembered."""

    async def run() -> Arrival:
        async with fake.client() as client:
            provider = fake.provider(client, settings, quirks=quirks, groups=groups)
            return await fake.arrive(provider, await provider.depart(callback=CALLBACK))

    return asyncio.run(run())
