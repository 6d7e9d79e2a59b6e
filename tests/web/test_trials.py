from __future__ import annotations

import asyncio

from doorward.envoy import names
from doorward.model.errors import Unavailable
from tests.services.sample import COMPANY
from tests.web.site import Site, cookies_set_by, query_of


def test_a_trial_goes_to_the_provider_and_comes_back_with_the_result_and_no_session() -> None:
    site = Site()
    _, url = site.world.identity_providers.begin_trial(COMPANY)
    path = url.removeprefix("https://access.example.com")
    there = site.get(path)
    assert there.status_code == 303
    state = query_of(there.headers["location"])["state"]
    back = site.get(f"/cdn-cgi/access/callback?state={state}&code=good", cookies=cookies_set_by(there))
    assert back.status_code == 303
    assert names.SESSION_COOKIE not in cookies_set_by(back)
    shown = site.get(back.headers["location"])
    assert "Your connection works" in shown.text
    assert "eve@example.com" in shown.text
    assert "The engineers (engineers)" in shown.text
    assert asyncio.run(site.world.sessions.listed()) == []


def test_a_ticket_that_is_not_known_leads_nowhere() -> None:
    assert Site().get("/cdn-cgi/access/trial?ticket=nonsense").status_code == 404


def test_groups_keep_their_ids_where_names_cannot_be_had() -> None:
    site = Site()
    site.world.redirect.directory_fault = Unavailable("The directory does not answer.")
    _, url = site.world.identity_providers.begin_trial(COMPANY)
    there = site.get(url.removeprefix("https://access.example.com"))
    state = query_of(there.headers["location"])["state"]
    back = site.get(f"/cdn-cgi/access/callback?state={state}&code=good", cookies=cookies_set_by(there))
    shown = site.get(back.headers["location"])
    assert "engineers" in shown.text
    assert "The engineers" not in shown.text
