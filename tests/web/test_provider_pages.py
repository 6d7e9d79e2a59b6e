from __future__ import annotations

import asyncio
from urllib.parse import urlencode

from doorward.ports.identity import Arrival
from tests.services.sample import COMPANY, person
from tests.services.signing_in import VISIT
from tests.web.site import Site

EVE = person("eve", "engineers", provider=COMPANY)
FORM = {"content-type": "application/x-www-form-urlencoded"}


def site_with_eve() -> Site:
    site = Site()
    arrival = Arrival(identity=EVE, provider_session="sid-1")
    asyncio.run(site.world.arrivals.signed_in(arrival, VISIT))
    return site


def live(site: Site) -> int:
    return len(asyncio.run(site.world.sessions.listed()))


def test_a_logout_token_ends_the_session_and_is_never_kept() -> None:
    site = site_with_eve()
    body = urlencode({"logout_token": "sid:sid-1"}).encode()
    path = f"/cdn-cgi/access/logout/backchannel/{COMPANY}"
    answer = site.request("POST", path, headers=FORM, content=body)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert live(site) == 0
    assert site.request("POST", path, headers=FORM, content=body).status_code == 400


def test_a_back_channel_without_a_token_is_told() -> None:
    site = site_with_eve()
    path = f"/cdn-cgi/access/logout/backchannel/{COMPANY}"
    assert site.request("POST", path, headers=FORM, content=b"a=b").status_code == 400
    assert site.request("POST", path, headers=FORM, content=b"x" * 70_000).status_code == 400
    assert live(site) == 1


def test_a_hidden_frame_ends_the_session_it_names() -> None:
    site = site_with_eve()
    path = f"/cdn-cgi/access/logout/frontchannel/{COMPANY}"
    assert site.get(f"{path}?sid=other").status_code == 200
    assert live(site) == 1
    answer = site.get(f"{path}?sid=sid-1")
    assert answer.status_code == 200
    assert "frame-ancestors https:" in answer.headers["content-security-policy"]
    assert live(site) == 0


def test_metadata_is_given_under_both_addresses() -> None:
    site = Site()
    for path in ("saml-metadata", f"{COMPANY}/saml-metadata"):
        answer = site.get(f"/cdn-cgi/access/{path}")
        assert answer.headers["content-type"] == "application/samlmetadata+xml"
        assert b"EntityDescriptor" in answer.content
    assert site.get("/cdn-cgi/access/staff/saml-metadata").status_code == 404
