from __future__ import annotations

import pytest
from starlette.routing import Route

from doorward.envoy import names
from tests.services.world import World
from tests.web.site import APPLICATION_HOST, TEAM_HOST, Site, application_over


def paths_to_open() -> list[str]:
    """Every page that a browser may open, with a word in the place of each parameter."""
    routes = [route for route in application_over(World()).routes if isinstance(route, Route)]
    opened = [route.path for route in routes if "GET" in (route.methods or set())]
    return [path.replace("{provider}", "staff").replace("{name}", "doorward.css") for path in opened]


@pytest.mark.parametrize("path", paths_to_open())
@pytest.mark.parametrize("host", [TEAM_HOST, APPLICATION_HOST])
def test_no_page_fails_for_want_of_a_service(host: str, path: str) -> None:
    assert Site().get(path, host=host).status_code < 500


@pytest.mark.parametrize("path", paths_to_open())
def test_no_page_fails_for_somebody_who_is_signed_in(path: str) -> None:
    site = Site()
    assert site.get(path, cookies=site.session_cookies()).status_code < 500


def test_pages_and_services_share_their_sessions() -> None:
    site = Site()
    cookies = site.session_cookies()
    assert site.get("/", cookies=cookies).status_code == 200
    identity = site.get(names.ACCESS_PATH + "get-identity", cookies=cookies)
    assert identity.json()["email"] == "ada@example.com"
