"""What may be set about an application, at a real edge: wildcards, CORS, cookies, refusals, types and
time-outs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser

from doorward.envoy import names
from doorward.envoy.application_filters import PREFLIGHT
from tests.live.browser import person
from tests.live.echo import echo
from tests.live.system import ADA, BOB, System
from tests.live.visitor import SCRIPT

ASKS = {
    "origin": "https://pages.example.com",
    "access-control-request-method": "PUT",
    "access-control-request-headers": "content-type",
}
PROGRAM = {"accept": "application/json"}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    with echo() as port, System(tmp_path_factory.mktemp("options")) as system:
        applied = system.apply({"applications": applications(port)})
        assert applied.code == 0, applied
        yield system


def applications(port: int) -> list[dict[str, object]]:
    common = {
        "url": f"http://127.0.0.1:{port}",
        "policies": [{"action": "allow", "include": [{"email": ADA}]}],
    }
    listed = {
        "allow_origins": ["https://pages.example.com"],
        "allow_methods": ["GET", "PUT"],
        "allow_headers": ["content-type"],
        "expose_headers": ["etag"],
        "max_age": "10m",
        "allow_credentials": True,
    }
    return [
        {
            "id": "wild",
            "destinations": ["*.wild.localhost", "*.wild.localhost/open"],
            "show_in_launcher": False,
            **common,
        },
        {
            "id": "listed",
            "hostname": "listed.localhost",
            "cors": listed,
            "cookie": {"same_site": "none"},
            **common,
        },
        {"id": "any", "hostname": "any.localhost", "cors": {"allow_origins": ["*"]}, **common},
        {"id": "passing", "hostname": "passing.localhost", "cors": {"pass_preflight": True}, **common},
        {"id": "strict", "hostname": "strict.localhost", "cookie": {"same_site": "strict"}, **common},
        {
            "id": "worded",
            "hostname": "worded.localhost",
            "deny_page": {
                "text": "Ask <b>Grace</b>.\nOr wait.",
                "link": {"text": "How to ask", "url": "https://help.example.com/"},
            },
            **common,
        },
        {
            "id": "elsewhere",
            "hostname": "elsewhere.localhost",
            "deny_page": {"redirect": "https://help.example.com/no"},
            **common,
        },
        {"id": "programs", "hostname": "programs.localhost", "sign_in": "unauthorized", **common},
        {"id": "slow", "hostname": "slow.localhost", "origin": {"timeouts": {"request": "1s"}}, **common},
        {"id": "ssh", "type": "tcp", "hostname": "ssh.localhost", **common, "url": "tcp://127.0.0.1:22"},
        {"id": "mail", "type": "bookmark", "name": "Mail", **common, "url": "https://mail.example.com/in"},
        {"id": "hidden", "type": "bookmark", "url": "https://x.example.com/", "policies": []},
    ]


def told(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 200, (answer.status_code, answer.text[:500])
    return dict(answer.json())


def preflight(system: System, hostname: str, path: str, **headers: str) -> httpx.Response:
    changed = {key.replace("_", "-"): value for key, value in headers.items()}
    sent = {key: value for key, value in {**ASKS, **changed}.items() if value}
    with system.visitor() as browser:
        return browser.http.options(f"{system.url(hostname)}{path}", headers=sent)


def test_a_wildcard_takes_every_name_below_and_leads_back_to_the_one_that_was_asked_for(
    running: System,
) -> None:
    url = running.url("one.wild.localhost")
    with running.visitor() as ada:
        arrived = ada.sign_in(f"{url}/deep?x=1", ADA, running.password(ADA))
        assert str(arrived.url) == f"{url}/deep?x=1"
        seen = told(arrived)["headers"]
        assert seen["x-forwarded-host"] == seen["host"] == [f"one.wild.localhost:{running.ports['https']}"]
        assert told(ada.get(f"{url}/open", SCRIPT))["path"] == "/open"


def test_preflights_from_listed_origins_are_answered_at_the_edge_and_logged_as_a_bypass(
    running: System,
) -> None:
    answer = preflight(running, "listed.localhost", "/preflight")
    assert answer.status_code in (200, 204)
    assert answer.content == b""
    assert {name: answer.headers.get(name) for name in answer.headers if name.startswith("access-")} == {
        "access-control-allow-origin": "https://pages.example.com",
        "access-control-allow-methods": "GET, PUT",
        "access-control-allow-headers": "content-type",
        "access-control-max-age": "600",
        "access-control-allow-credentials": "true",
    } | (
        {"access-control-expose-headers": "etag"} if "access-control-expose-headers" in answer.headers else {}
    )
    line = running.logged("/preflight")
    assert (line["decision"], line["decided_by"], line["policy"]) == (
        "allow",
        "edge",
        "000/bypass/(preflight)",
    )
    assert (line["application"], line["person"]) == ("listed", None)


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example.com"},
        {"origin": "https://pages.example.com.evil.com"},
        {"origin": "https://xpages.example.com"},
        {"origin": "null"},
        {"access_control_request_method": ""},
        {"origin": ""},
    ],
)
def test_what_is_no_preflight_of_a_listed_page_is_asked_who_it_is(
    running: System, headers: dict[str, str]
) -> None:
    assert preflight(running, "listed.localhost", "/", **headers).status_code == 401


def test_a_listed_page_reads_answers_and_refusals_and_others_do_not(running: System) -> None:
    url = running.url("listed.localhost")
    with running.sign_in(ADA, url) as ada:
        answer = ada.get(url, {**SCRIPT, "origin": ASKS["origin"]})
        assert told(answer)["path"] == "/"
        assert answer.headers["access-control-allow-origin"] == ASKS["origin"]
        assert answer.headers["access-control-allow-credentials"] == "true"
        assert answer.headers["access-control-expose-headers"] == "etag"
        other = ada.get(url, {**SCRIPT, "origin": "https://evil.example.com"})
        assert "access-control-allow-origin" not in other.headers
    with running.visitor() as stranger:
        refused = stranger.get(url, {**SCRIPT, "origin": ASKS["origin"]})
        assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (401, ASKS["origin"])


def test_any_origin_may_be_allowed_but_without_cookies(running: System) -> None:
    answer = preflight(running, "any.localhost", "/", origin="https://anything.example")
    assert answer.status_code in (200, 204)
    assert "access-control-allow-credentials" not in answer.headers


def test_passed_preflights_reach_the_origin_as_nobodys_and_nothing_else_does(running: System) -> None:
    url = running.url("passing.localhost")
    with running.sign_in(ADA, url) as ada:
        sent = {**ASKS, "cookie": ada.cookie(url), "x-user": "eve"}
        seen = told(ada.http.options(f"{url}/passed", headers=sent))
    assert (seen["method"], seen["path"]) == ("OPTIONS", "/passed")
    for header in (names.ASSERTION_HEADER, names.EMAIL_HEADER, names.SESSION_HEADER, "cookie"):
        assert header not in seen["headers"]
    line = running.logged("/passed")
    assert (line["decision"], line["policy"]) == ("allow", PREFLIGHT)
    assert preflight(running, "passing.localhost", "/", origin="").status_code == 401
    assert preflight(running, "passing.localhost", "/", access_control_request_method="").status_code == 401
    with running.visitor() as stranger:
        assert stranger.http.get(url, headers=ASKS).status_code == 401
        assert stranger.http.put(url, headers=ASKS).status_code == 401


@pytest.mark.parametrize(("hostname", "site"), [("listed", "None"), ("strict", "Strict"), ("any", "Lax")])
def test_cookies_say_with_which_requests_of_other_sites_they_go(
    running: System, hostname: str, site: str
) -> None:
    url = running.url(f"{hostname}.localhost")
    with running.visitor() as ada:
        form = ada.open(url)
        arrived = ada.submit(form, email=ADA, password=running.password(ADA))
        answers = [*form.history, *arrived.history, arrived]
        cookies = [c for answer in answers for c in answer.headers.get_list("set-cookie")]
    ours = [c for c in cookies if c.startswith((names.TOKEN_COOKIE, names.FOOTHOLD_COOKIE))]
    assert len(ours) >= 2
    for cookie in ours:
        assert cookie.endswith(f"; Path=/; Secure; HttpOnly; SameSite={site}")
    [flow] = [c for c in cookies if c.startswith(names.FLOW_COOKIE)]
    assert flow.endswith("SameSite=Lax"), "it has to come with the way back from the team domain"


def test_with_strict_cookies_the_host_itself_takes_the_last_step(running: System) -> None:
    url = running.url("strict.localhost")
    with running.visitor() as ada:
        arrived = ada.sign_in(f"{url}/deep?x=1&y=2", ADA, running.password(ADA))
        assert arrived.headers["refresh"] == "0; url=/deep?x=1&y=2"
        assert told(ada.get(f"{url}/deep?x=1&y=2"))["path"] == "/deep"


def test_the_applications_own_words_are_shown_to_people_and_not_to_programs(running: System) -> None:
    url = running.url("worded.localhost")
    with running.visitor() as bob:
        page = bob.sign_in(url, BOB, running.password(BOB))
        assert page.status_code == 403
        assert "Ask &lt;b&gt;Grace&lt;/b&gt;." in page.text
        assert '<a href="https://help.example.com/">How to ask</a>' in page.text
        assert "not on the list" not in page.text
        again = bob.open(url)
        assert again.status_code == 403
        assert "Ask &lt;b&gt;Grace&lt;/b&gt;." in again.text


def test_people_who_may_not_in_can_be_sent_elsewhere(running: System) -> None:
    url = running.url("elsewhere.localhost")
    with running.sign_in(BOB, f"{running.team_url}/") as bob:
        answer = bob.get(url)
        for _ in range(3):
            if answer.headers["location"].startswith("https://help."):
                break
            answer = bob.get(answer.headers["location"])
        assert answer.headers["location"] == "https://help.example.com/no"


def test_programs_are_told_401_where_the_application_is_theirs(running: System) -> None:
    url = running.url("programs.localhost")
    with running.visitor() as stranger:
        for headers in (None, PROGRAM, {**SCRIPT, "x-requested-with": "XMLHttpRequest"}):
            answer = stranger.get(url) if headers is None else stranger.get(url, headers)
            assert answer.status_code == 401


def test_an_answer_that_takes_too_long_is_not_waited_for(running: System) -> None:
    url = running.url("slow.localhost")
    with running.sign_in(ADA, url) as ada:
        assert ada.get(f"{url}/?after=0.1", SCRIPT).status_code == 200
        late = ada.get(f"{url}/?after=4", SCRIPT)
        assert (late.status_code, late.json()["error"]) == (504, "origin-slow")


def test_an_application_that_speaks_tcp_is_not_offered_to_http(running: System) -> None:
    with running.visitor() as stranger:
        answer = stranger.get(f"{running.url('ssh.localhost')}/any/path")
        assert answer.status_code == 426
        assert "speaks TCP and not HTTP" in answer.text
        assert stranger.get(running.url("ssh.localhost"), PROGRAM).json()["error"] == "not-http"


def test_the_launcher_shows_bookmarks_to_those_whom_their_policies_admit(running: System) -> None:
    with running.sign_in(ADA, f"{running.team_url}/") as ada:
        page = ada.open(f"{running.team_url}/").text
        assert 'href="https://mail.example.com/in"' in page
        assert "ssh.localhost (TCP)" in page
        assert "https://x.example.com/" not in page
    with running.sign_in(BOB, f"{running.team_url}/") as bob:
        assert "mail.example.com" not in bob.open(f"{running.team_url}/").text


def test_in_a_browser_strict_cookies_lead_in_and_not_around(running: System, chromium: Browser) -> None:
    """The team domain is another site here: ``localhost`` is a suffix that anybody may register below."""
    url = f"{running.url('strict.localhost')}/deep?x=1"
    with person(chromium) as (page, _):
        page.goto(url)
        page.get_by_label("Email").fill(ADA)
        page.get_by_label("Password").fill(running.password(ADA))
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url(url)
        assert json.loads(page.inner_text("pre"))["path"] == "/deep"
        page.reload()
        assert json.loads(page.inner_text("pre"))["path"] == "/deep"
