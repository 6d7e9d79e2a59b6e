"""A certified OpenID provider (npm ``oidc-provider``) as a child process of the test.

``npm ci --prefix tests/live/oidc`` must have run. A browser signs in by itself: the login page has a
field labelled "Email" and a button "Sign in", the consent page a button "Allow".
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import urljoin

import httpx
from joserfc.jwk import ECKey, RSAKey

FOLDER = Path(__file__).parent / "oidc"
START_WITHIN = 20.0
STOP_WITHIN = 5.0
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
    ``scratch`` is a folder of the test's own.
    """

    scratch: Path
    redirect_uris: Sequence[str]
    people: Sequence[Person] = (ADA, BOB, EVE)
    client_id: str = "doorward"
    client_secret: str = "a secret with: signs & spaces"
    token_endpoint_auth_method: str = "client_secret_basic"
    claims_in_id_token: bool = True
    keys: list[Mapping[str, object]] = field(default_factory=lambda: [rsa_key("first")])
    issuer: str = ""
    _process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start it on a free port, or on the one that it had before."""
        ready = self.scratch / "ready.json"
        ready.unlink(missing_ok=True)
        environment = os.environ | {"DOORWARD_TEST_OPENID_PROVIDER": json.dumps(self._settings(ready))}
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [_node(), "provider.mjs"],
                cwd=FOLDER,
                env=environment,
                stdin=subprocess.PIPE,  # never written to; its end tells the child that we are gone
                stdout=log,
                stderr=log,
            )
        try:
            self.issuer = self._wait_for(ready)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End it, if it runs."""
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None
        process.stdin.close()
        process.terminate()
        try:
            process.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(STOP_WITHIN)

    def restart(self) -> None:
        """End it and start it again at the same address; it forgets every code and session."""
        self.stop()
        self.start()

    def sign_in(self, url: str, person: Person = ADA, *, agree: bool = True) -> httpx.URL:
        """Walk from the authorization request at ``url`` through its forms as a browser would.

        Returns the address at which the person comes back, which is not visited.
        """
        with httpx.Client(trust_env=False) as browser:
            response = browser.get(url)
            for _ in range(10):
                if response.is_redirect:
                    onward = urljoin(str(response.url), response.headers["location"])
                    if not onward.startswith(self.issuer):
                        return httpx.URL(onward)
                    response = browser.get(onward)
                    continue
                forms = FORM.findall(response.text)
                if response.status_code != 200 or not forms:
                    raise AssertionError(f"no form: {response.status_code} {response.text[:500]}")
                action = forms[0] if agree else forms[-1]
                response = browser.post(urljoin(self.issuer, action), data={"email": person.email})
        raise AssertionError("the provider asks and asks")

    def log(self) -> str:
        """What the process printed."""
        return self._log.read_text(errors="replace")

    @property
    def _log(self) -> Path:
        return self.scratch / "provider.log"

    def _settings(self, ready: Path) -> dict[str, object]:
        client: dict[str, object] = {
            "client_id": self.client_id,
            "redirect_uris": list(self.redirect_uris),
            "token_endpoint_auth_method": self.token_endpoint_auth_method,
            "id_token_signed_response_alg": "ES256" if self.keys[0]["kty"] == "EC" else "RS256",
            "response_types": ["code"],
            "grant_types": ["authorization_code"],
        }
        if self.token_endpoint_auth_method != "none":
            client["client_secret"] = self.client_secret
        return {
            "port": httpx.URL(self.issuer).port or 0 if self.issuer else 0,
            "ready": str(ready.resolve()),
            "clients": [client],
            "clientAuthMethods": [self.token_endpoint_auth_method],
            "people": [asdict(person) for person in self.people],
            "keys": self.keys,
            "claimsInIdToken": self.claims_in_id_token,
        }

    def _wait_for(self, ready: Path) -> str:
        assert self._process is not None
        deadline = time.monotonic() + START_WITHIN
        while time.monotonic() < deadline:
            if ready.exists():
                issuer = json.loads(ready.read_text())["issuer"]
                assert isinstance(issuer, str)
                return issuer
            if self._process.poll() is not None:
                break
            time.sleep(0.02)
        raise AssertionError(f"the OpenID provider did not start:\n{self.log()[-4000:]}")


def rsa_key(kid: str) -> Mapping[str, object]:
    """A new RSA key that signs, as a private JWK."""
    key = RSAKey.generate_key(2048, {"kid": kid, "use": "sig", "alg": "RS256"})
    return dict(key.as_dict(private=True))


def ec_key(kid: str) -> Mapping[str, object]:
    """A new P-256 key that signs, as a private JWK."""
    key = ECKey.generate_key("P-256", {"kid": kid, "use": "sig", "alg": "ES256"})
    return dict(key.as_dict(private=True))


def _node() -> str:
    node = shutil.which("node")
    if node is None or not (FOLDER / "node_modules" / "oidc-provider").is_dir():
        raise AssertionError("run: npm ci --prefix tests/live/oidc (it needs Node 20 or newer)")
    return node
