"""A certified OpenID provider (npm ``oidc-provider``) as a child process of the test.

``npm ci --prefix tests/live/oidc`` must have run. A browser signs in by itself: the login page has a
field labelled "Email" and a button "Sign in", the consent page a button "Allow".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import urljoin

import httpx
from joserfc.jwk import ECKey, RSAKey

from tests.live.node_process import NodeProcess

FORM = re.compile(r'<form method="post" action="([^"]+)">')


@dataclass(frozen=True)
class Person:
    """Somebody with an account there. ``sub`` is what the provider calls them."""

    email: str
    sub: str
    email_verified: bool = True
    name: str = ""
    groups: tuple[str, ...] = ()


ADA = Person("ada@example.com", "ada-1", name="Ada", groups=("engineers", "everyone"))
BOB = Person("bob@example.com", "bob-2", name="Bob", groups=("everyone",))
EVE = Person("eve@example.com", "eve-3", email_verified=False)


@dataclass
class OidcProviderProcess:
    """One provider. What is changed here counts from the next ``start`` or ``restart``.

    ``token_endpoint_auth_method`` is the only one the provider takes; ``none`` is for a public client.
    ``scratch`` is a folder of the test's own. ``logout_uri`` is told of ended sessions (back channel).
    """

    scratch: Path
    redirect_uris: Sequence[str]
    people: Sequence[Person] = (ADA, BOB, EVE)
    client_id: str = "doorward"
    client_secret: str = "a secret with: signs & spaces"
    token_endpoint_auth_method: str = "client_secret_basic"
    claims_in_id_token: bool = True
    logout_uri: str = ""
    keys: list[Mapping[str, object]] = field(default_factory=lambda: [rsa_key("first")])
    issuer: str = ""
    _process: NodeProcess | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start it on a free port, or on the one that it had before."""
        self._process = NodeProcess("provider.mjs", self.scratch)
        self.issuer = self._process.start(self._settings())

    def stop(self) -> None:
        """End it, if it runs."""
        if self._process is not None:
            self._process.stop()

    def restart(self) -> None:
        """End it and start it again at the same address; it forgets every code and session."""
        self.stop()
        self.start()

    def sign_in(
        self, url: str, person: Person = ADA, *, agree: bool = True, browser: httpx.Client | None = None
    ) -> httpx.URL:
        """Walk from the authorization request at ``url`` through its forms as a browser would.

        Returns the address at which the person comes back, which is not visited. ``browser`` keeps the
        provider's cookies; without it they are forgotten.
        """
        with nullcontext(browser) if browser else httpx.Client(trust_env=False) as visiting:
            response = visiting.get(url)
            for _ in range(10):
                if response.is_redirect:
                    onward = urljoin(str(response.url), response.headers["location"])
                    if not onward.startswith(self.issuer):
                        return httpx.URL(onward)
                    response = visiting.get(onward)
                    continue
                forms = FORM.findall(response.text)
                if response.status_code != 200 or not forms:
                    raise AssertionError(f"no form: {response.status_code} {response.text[:500]}")
                action = forms[0] if agree else forms[-1]
                response = visiting.post(urljoin(self.issuer, action), data={"email": person.email})
        raise AssertionError("the provider asks and asks")

    def sign_out(self, browser: httpx.Client) -> None:
        """Sign out there, by the cookies of ``browser``. Clients are told before this returns."""
        page = browser.get(f"{self.issuer}/session/end").text
        hidden = re.search(r'name="xsrf" value="([^"]+)"', page)
        assert hidden is not None, page
        answer = browser.post(f"{self.issuer}/session/end/confirm", data={"xsrf": hidden[1], "logout": "yes"})
        assert answer.is_redirect or answer.is_success, answer.text

    def _settings(self) -> dict[str, object]:
        client: dict[str, object] = {
            "client_id": self.client_id,
            "redirect_uris": list(self.redirect_uris),
            "token_endpoint_auth_method": self.token_endpoint_auth_method,
            "id_token_signed_response_alg": "ES256" if self.keys[0]["kty"] == "EC" else "RS256",
            "response_types": ["code"],
            "grant_types": ["authorization_code", "refresh_token"],
        }
        if self.logout_uri:
            client |= {"backchannel_logout_uri": self.logout_uri, "backchannel_logout_session_required": True}
        if self.token_endpoint_auth_method != "none":
            client["client_secret"] = self.client_secret
        return {
            "port": httpx.URL(self.issuer).port or 0 if self.issuer else 0,
            "clients": [client],
            "clientAuthMethods": [self.token_endpoint_auth_method],
            "people": [asdict(person) for person in self.people],
            "keys": self.keys,
            "claimsInIdToken": self.claims_in_id_token,
        }


def rsa_key(kid: str) -> Mapping[str, object]:
    """A new RSA key that signs, as a private JWK."""
    key = RSAKey.generate_key(2048, {"kid": kid, "use": "sig", "alg": "RS256"})
    return dict(key.as_dict(private=True))


def ec_key(kid: str) -> Mapping[str, object]:
    """A new P-256 key that signs, as a private JWK."""
    key = ECKey.generate_key("P-256", {"kid": kid, "use": "sig", "alg": "ES256"})
    return dict(key.as_dict(private=True))
