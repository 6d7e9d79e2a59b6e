from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlencode

import httpx
import pytest

from doorward.model.policy import Approval, Purpose
from doorward.web.grants import APPROVALS, APPROVE, REASON, REFUSE
from doorward.web.visits import CSRF_COOKIE, CSRF_FIELD
from doorward.web.ways import LOGIN
from tests.fakes.stores import FakeStores
from tests.services.granting import wanting
from tests.services.sample import TEAM, configuration
from tests.services.world import World
from tests.web.site import CSRF, Site, hidden_fields

BY_BOB = Approval(approvers=("bob@example.com",), longest=timedelta(hours=2))


def site_wanting(*, purpose: Purpose | None = None, approval: Approval | None = None) -> Site:
    return Site(World(stores=FakeStores(wanting(configuration(), purpose=purpose, approval=approval))))


def send(
    site: Site, target: str, fields: Mapping[str, str], cookies: Mapping[str, str], *, csrf: str = CSRF
) -> httpx.Response:
    return site.request(
        "POST",
        target,
        cookies={**cookies, CSRF_COOKIE: CSRF},
        headers={"content-type": "application/x-www-form-urlencoded", "origin": TEAM},
        content=urlencode({CSRF_FIELD: csrf, **fields}).encode(),
    )


def asked(site: Site, cookies: Mapping[str, str], **fields: str) -> tuple[httpx.Response, str]:
    """Go to the application, be asked, answer; what comes of it, and the flow."""
    flow, _ = site.begin_flow()
    page = site.get(f"{LOGIN}?{urlencode({'flow': flow})}", cookies=cookies)
    sealed = hidden_fields(page.text)["flow"]
    return send(site, REASON, {"flow": sealed, **fields}, cookies), sealed


def look(site: Site, cookies: Mapping[str, str], flow: str) -> httpx.Response:
    return site.get(f"{LOGIN}?{urlencode({'flow': flow})}", cookies=cookies)


def test_who_has_to_say_why_is_asked_in_the_policys_words_and_goes_on_from_there() -> None:
    site = site_wanting(purpose=Purpose(prompt="Which ticket?"))
    cookies = site.session_cookies()
    flow, _ = site.begin_flow()
    page = look(site, cookies, flow)
    assert page.status_code == 200
    assert "Which ticket?" in page.text
    assert "For how long" not in page.text
    answer, sealed = asked(site, cookies, reason="4711")
    assert answer.headers["location"].startswith(LOGIN)
    onward = look(site, cookies, sealed)
    assert onward.headers["location"].startswith("https://hello.example.com/cdn-cgi/access/authorized?")


def test_nothing_said_is_asked_again_with_what_is_wrong() -> None:
    site = site_wanting(purpose=Purpose())
    cookies = site.session_cookies()
    answer, _ = asked(site, cookies, reason=" ")
    again = site.get(answer.headers["location"], cookies=cookies)
    assert again.status_code == 400
    assert "Say in at most 500 characters" in again.text


def test_who_needs_an_approval_waits_on_a_page_that_looks_again_by_itself() -> None:
    site = site_wanting(approval=BY_BOB)
    ada, bob = site.session_cookies(), site.session_cookies("bob")
    answer, flow = asked(site, ada, reason="to mend it", minutes="60")
    assert answer.status_code == 303
    waiting = look(site, ada, flow)
    assert "Waiting for approval" in waiting.text
    assert waiting.headers["refresh"].startswith(f"5; url={LOGIN}?flow=")
    assert f'href="{APPROVALS}"' in site.get("/", cookies=bob).text
    assert f'href="{APPROVALS}"' not in site.get("/", cookies=ada).text
    page = site.get(APPROVALS, cookies=bob).text
    assert "to mend it" in page
    grant = hidden_fields(page)["grant"]
    yes = send(site, APPROVE, {"grant": grant, "minutes": "30"}, bob)
    assert yes.headers["location"] == f"{APPROVALS}?done=approved"
    assert "/authorized?code=" in look(site, ada, flow).headers["location"]
    assert "Take back" in site.get(APPROVALS, cookies=bob).text
    assert send(site, REFUSE, {"grant": grant}, bob).status_code == 303
    assert "Your last request" not in look(site, bob, flow).text


def test_a_refusal_is_told_and_one_may_ask_again() -> None:
    site = site_wanting(approval=BY_BOB)
    ada, bob = site.session_cookies(), site.session_cookies("bob")
    _, flow = asked(site, ada, reason="to mend it", minutes="60")
    grant = hidden_fields(site.get(APPROVALS, cookies=bob).text)["grant"]
    send(site, REFUSE, {"grant": grant}, bob)
    page = look(site, ada, flow)
    assert "Your last request was refused." in page.text
    assert "For how long" in page.text


@pytest.mark.parametrize(
    ("target", "fields", "status"),
    [
        (APPROVE, {"minutes": "121"}, 400),
        (APPROVE, {"minutes": "x"}, 400),
        (APPROVE, {}, 400),
        (APPROVE, {"grant": "nothing", "minutes": "30"}, 404),
        (REFUSE, {"grant": "nothing"}, 404),
    ],
)
def test_what_will_not_do_decides_nothing(target: str, fields: Mapping[str, str], status: int) -> None:
    site = site_wanting(approval=BY_BOB)
    ada, bob = site.session_cookies(), site.session_cookies("bob")
    _, flow = asked(site, ada, reason="to mend it", minutes="60")
    grant = hidden_fields(site.get(APPROVALS, cookies=bob).text)["grant"]
    assert send(site, target, {"grant": grant, **fields}, bob).status_code == status
    assert "Waiting for approval" in look(site, ada, flow).text


def test_a_form_from_another_page_decides_nothing() -> None:
    site = site_wanting(approval=BY_BOB)
    ada, bob = site.session_cookies(), site.session_cookies("bob")
    _, flow = asked(site, ada, reason="to mend it", minutes="60")
    grant = hidden_fields(site.get(APPROVALS, cookies=bob).text)["grant"]
    for target in (APPROVE, REFUSE, REASON):
        fields = {"grant": grant, "minutes": "30", "flow": flow, "reason": "x"}
        assert send(site, target, fields, bob, csrf="d" * 43).status_code == 403
    assert "Waiting for approval" in look(site, ada, flow).text


@pytest.mark.parametrize("target", [APPROVE, REFUSE, REASON])
def test_nobody_is_sent_to_sign_in(target: str) -> None:
    site = site_wanting(approval=BY_BOB)
    assert site.get(APPROVALS).headers["location"] == LOGIN
    assert send(site, target, {"grant": "g"}, {}).headers["location"] == LOGIN
