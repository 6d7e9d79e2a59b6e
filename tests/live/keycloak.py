"""A real Keycloak as a child process of the test, all in memory, and somebody who fills in its forms.

``scripts/keycloak`` must have run. A start takes about ten seconds: one Keycloak serves many tests.
"""

from __future__ import annotations

import html
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import httpx

from tests.arch.places import ROOT
from tests.live.keycloak_realm import PASSWORD, REALM, Person

HOME = ROOT / ".cache" / "keycloak"
START_WITHIN = 120.0
STOP_WITHIN = 20.0
ADMINISTRATOR = "administrator"

# Ends Keycloak when whoever started it is gone, however that went: then stdin ends.
WATCHED = '"$@" </dev/null & child=$!; cat >/dev/null; kill "$child"; wait "$child"'

FORM = re.compile(r'<form[^>]*\saction="([^"]+)"', re.IGNORECASE)
FIELD = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', re.IGNORECASE)


@dataclass
class KeycloakProcess:
    """One Keycloak with one realm. ``scratch`` is a folder of the test's own."""

    scratch: Path
    realm: Mapping[str, object]
    port: int = field(init=False)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def issuer(self) -> str:
        """Its name, for OpenID Connect and for SAML alike."""
        return f"{self.url}/realms/{REALM}"

    def __enter__(self) -> Self:
        _check_installed()
        self.port = _free_port()
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                ["sh", "-c", WATCHED, "sh", *self._command()],
                env=os.environ | self._environment(),
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
            )
        try:
            self._wait_until_ready()
            self._make_realm()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None
        process.stdin.close()
        try:
            process.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(STOP_WITHIN)

    def saml_metadata(self) -> str:
        """What it publishes about itself."""
        answer = httpx.get(f"{self.issuer}/protocol/saml/descriptor", trust_env=False)
        assert answer.status_code == 200, answer.text
        return answer.text

    def sign_in(self, url: str, person: Person, *, password: str = PASSWORD) -> Return:
        """Walk from the request at ``url`` through the sign-in form as a browser would."""
        with httpx.Client(trust_env=False, timeout=30) as browser:
            asked = browser.get(url)
            forms = FORM.findall(asked.text)
            if asked.status_code != 200 or not forms:
                raise AssertionError(f"no form: {asked.status_code} {asked.text[:2000]}")
            filled = {"username": person.username, "password": password}
            # By hand: a browser sends secure cookies to this very machine, httpx does not.
            cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.cookies.jar)
            browser.cookies.clear()
            answered = browser.post(html.unescape(forms[0]), data=filled, headers={"Cookie": cookies})
            if answered.is_redirect:
                back = httpx.URL(answered.headers["location"])
                return Return(str(back.copy_with(query=None)), dict(back.params))
            forms = FORM.findall(answered.text)
            fields = {name: html.unescape(value) for name, value in FIELD.findall(answered.text)}
            if answered.status_code != 200 or "SAMLResponse" not in fields:
                raise AssertionError(f"no answer: {answered.status_code} {answered.text[:2000]}")
            return Return(html.unescape(forms[0]), fields)

    def log(self) -> str:
        """What the process printed."""
        return self._log.read_text(errors="replace")

    @property
    def _log(self) -> Path:
        return self.scratch / "keycloak.log"

    def _command(self) -> list[str]:
        return [
            str(HOME / "bin" / "kc.sh"),
            "start",
            "--optimized",
            "--cache=local",  # else it listens for others like it, on every address
            "--http-enabled=true",
            "--http-host=127.0.0.1",
            f"--http-port={self.port}",
            "--hostname-strict=false",
        ]

    def _environment(self) -> dict[str, str]:
        return {
            "KC_BOOTSTRAP_ADMIN_USERNAME": ADMINISTRATOR,
            "KC_BOOTSTRAP_ADMIN_PASSWORD": PASSWORD,
            "JAVA_OPTS_KC_HEAP": "-Xms64m -Xmx512m",
        }

    def _wait_until_ready(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + START_WITHIN
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                if httpx.get(f"{self.url}/realms/master", trust_env=False).status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.2)
        raise AssertionError(f"Keycloak did not start:\n{self.log()[-4000:]}")

    def _make_realm(self) -> None:
        form = {
            "grant_type": "password",
            "client_id": "admin-cli",
            "username": ADMINISTRATOR,
            "password": PASSWORD,
        }
        with httpx.Client(base_url=self.url, trust_env=False, timeout=60) as client:
            given = client.post("/realms/master/protocol/openid-connect/token", data=form)
            headers = {"Authorization": f"Bearer {given.json()['access_token']}"}
            made = client.post("/admin/realms", json=dict(self.realm), headers=headers)
            assert made.status_code == 201, made.text


@dataclass(frozen=True)
class Return:
    """Where the browser is sent back to, and with what; it is not visited."""

    address: str
    answer: Mapping[str, str]


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    assert isinstance(port, int)
    return port


def _check_installed() -> None:
    if not (HOME / "bin" / "kc.sh").exists() or shutil.which("java") is None:
        raise AssertionError("run: scripts/keycloak (it needs Java 17 or newer, and Maven)")
