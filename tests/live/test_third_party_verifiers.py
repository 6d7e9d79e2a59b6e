"""Libraries that verify assertions of Cloudflare Access verify ours, unmodified, at an origin behind a
real Envoy; and refuse what is not for them."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import yaml
from joserfc import jws, jwt

from doorward.services.token_keys import read_key
from tests.live.stored_keys import newest_key
from tests.live.system import ADA, System, eventually, free_ports
from tests.live.verifying_origin import verifying_origin
from tests.live.visitor import SCRIPT, Visitor

LIBRARIES = ("cc-auth", "allowedflare", "guide")
"""And the lines that the guide shows for PyJWT."""
LOOKING_AT_THE_AUDIENCE = ("allowedflare", "guide")
"""cc-auth says that it does not."""
ASSERTION = "cf-access-jwt-assertion"


@dataclass(frozen=True)
class Site:
    """The origin, as people reach it through Doorward and as it is without."""

    system: System
    url: str
    direct: str

    def says(self, library: str, assertion: str) -> httpx.Response:
        """What the library says of an assertion that somebody brings to the origin by another way."""
        return httpx.get(f"{self.direct}/{library}", headers={ASSERTION: assertion}, trust_env=False)


@pytest.fixture(scope="module")
def site(system: System) -> Iterator[Site]:
    (port,) = free_ports(1)
    exported = system.cli("export")
    added = {
        "id": "verified",
        "hostname": "verified.localhost",
        "url": f"http://127.0.0.1:{port}",
        "policies": [{"id": "all", "action": "allow", "include": [{"email_domain": "example.com"}]}],
    }
    applications = [*yaml.safe_load(exported.out)["applications"], added]
    assert system.apply({"applications": applications}).code == 0
    audience = next(
        one["audience"] for one in system.cli("application", "list", "--json").json if one["id"] == "verified"
    )
    authority = Path(system.described["ca_file"])
    with verifying_origin(port=port, team_url=system.team_url, audience=audience, authority=authority) as url:
        yield Site(system, system.url("verified.localhost"), url)


@pytest.fixture
def visitor(site: Site) -> Iterator[Visitor]:
    with site.system.sign_in(ADA, f"{site.url}/cc-auth") as signed_in:
        yield signed_in


def token_of(visitor: Visitor, url: str) -> str:
    """The token that the edge hands to the origin as the assertion."""
    return visitor.cookies(url)["__Host-doorward-token"]


@pytest.mark.parametrize("library", LIBRARIES)
def test_an_assertion_that_came_through_the_edge_verifies(site: Site, visitor: Visitor, library: str) -> None:
    answer = visitor.get(f"{site.url}/{library}", SCRIPT)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["email"] == ADA
    assert found["claims"]["iss"] == site.system.team_url
    assert found["claims"]["type"] == "app"


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_tampered_assertion_is_refused(site: Site, visitor: Visitor, library: str) -> None:
    good = token_of(visitor, site.url)
    assert site.says(library, good).status_code == 200
    head, body, signature = good.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    raised = json.dumps({**claims, "email": "admin@example.com"}).encode()
    tampered = base64.urlsafe_b64encode(raised).decode().rstrip("=")
    assert site.says(library, f"{head}.{tampered}.{signature}").status_code == 401
    assert site.says(library, f"{head}.{body}.{signature[::-1]}").status_code == 401


@pytest.mark.parametrize("library", LIBRARIES)
def test_an_expired_assertion_is_refused(site: Site, visitor: Visitor, library: str) -> None:
    good = token_of(visitor, site.url)
    claims = json.loads(jws.extract_compact(good.encode()).payload)
    key = read_key(newest_key(site.system))

    def signed(end: int) -> str:
        header = {"alg": key.algorithm, "kid": key.kid, "typ": "JWT"}
        return jwt.encode(header, {**claims, "exp": end}, key.private)

    now = int(time.time())
    assert site.says(library, signed(now + 60)).status_code == 200
    assert site.says(library, signed(now - 60)).status_code == 401


@pytest.mark.parametrize("library", LOOKING_AT_THE_AUDIENCE)
def test_an_assertion_for_another_audience_is_refused(site: Site, visitor: Visitor, library: str) -> None:
    with site.system.sign_in(ADA) as elsewhere:
        other = token_of(elsewhere, site.system.app_url)
    refused = site.says(library, other)
    assert refused.status_code == 401
    assert "audience" in refused.json()["detail"].lower()


def test_after_the_keys_were_replaced_the_libraries_find_the_new_one_by_themselves(
    site: Site, visitor: Visitor
) -> None:
    assert visitor.get(f"{site.url}/cc-auth", SCRIPT).status_code == 200
    before = token_of(visitor, site.url)
    assert site.system.cli("keys", "rotate", "--now").code == 0
    assert visitor.get(f"{site.url}/allowedflare", SCRIPT).status_code == 200
    assert token_of(visitor, site.url) != before
    assert site.says("allowedflare", before).status_code == 401
    # PyJWT, on which cc-auth stands, asks for keys at most every 30 seconds.
    for _ in eventually("cc-auth has looked for the new key", within=40):
        if visitor.get(f"{site.url}/cc-auth", SCRIPT).status_code == 200:
            break
