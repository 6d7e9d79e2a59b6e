from __future__ import annotations

import asyncio
import html
import re
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlencode

import httpx
import pytest

from doorward.envoy import names
from doorward.services.second_factors import COOKIE, SECOND_FACTOR, SET_UP
from doorward.web.passwords import NO_FIT, PASSKEY
from doorward.web.second_factor import NO_CODE, NO_PASSKEY
from doorward.web.visits import CSRF_COOKIE, CSRF_FIELD
from doorward.web.ways import LOGIN
from tests.fakes.authenticator import FakeAuthenticator
from tests.services.sample import STAFF, TEAM
from tests.services.test_enrolment import add_passkey, code_now, set_app_up
from tests.services.test_second_factors import required
from tests.services.world import World
from tests.web.site import CSRF, Site, cookies_set_by, hidden_fields


class FactorSite(Site):
    """Pages whose forms are sent as a browser sends them that was shown them."""

    def __init__(self, world: World | None = None) -> None:
        super().__init__(world)
        self.device = FakeAuthenticator(TEAM)

    def send(
        self, target: str, fields: Mapping[str, str], cookies: Mapping[str, str] | None = None
    ) -> httpx.Response:
        return self.request(
            "POST",
            target,
            cookies={CSRF_COOKIE: CSRF, **(cookies or {})},
            headers={"content-type": "application/x-www-form-urlencoded", "origin": TEAM},
            content=urlencode({CSRF_FIELD: CSRF, **fields}).encode(),
        )

    def shown(self, target: str, cookies: Mapping[str, str]) -> httpx.Response:
        """The page, for a browser that has the CSRF cookie."""
        return self.get(target, cookies={CSRF_COOKIE: CSRF, **cookies})

    def half(self, flow: str = "") -> tuple[httpx.Response, dict[str, str]]:
        """After the right password: the answer, and the cookie."""
        answer = self.sign_in(flow=flow)
        return answer, {COOKIE: cookies_set_by(answer)[COOKIE]}

    def with_app(self) -> tuple[str, list[str]]:
        """Ada sets an app up: its secret and the recovery codes."""
        secret, codes = asyncio.run(set_app_up(self.world))
        self.world.clock.advance(timedelta(minutes=1))
        return secret, list(codes)

    def with_passkey(self) -> None:
        """Ada adds a passkey."""
        asyncio.run(add_passkey(self.world, self.device))

    def answered(self, page: str, kind: str = "get") -> dict[str, str]:
        """What the page's script sends for its passkey form."""
        [form] = re.findall(rf'<form[^>]*data-passkey="{kind}"[^>]*>.*?</form>', page, re.DOTALL)
        [options] = re.findall(r'data-options="([^"]*)"', form)
        asked = html.unescape(options)
        credential = self.device.get(asked) if kind == "get" else self.device.create(asked)
        return {**hidden_fields(form), "credential": credential}


def test_after_the_password_the_code_leads_to_the_page_that_was_asked_for() -> None:
    site = FactorSite()
    secret, _ = site.with_app()
    flow, _ = site.begin_flow()
    answer, cookies = site.half(flow)
    assert answer.headers["location"].startswith(f"{SECOND_FACTOR}?flow=")
    assert names.SESSION_COOKIE not in cookies_set_by(answer)
    page = site.shown(answer.headers["location"], cookies)
    assert 'autocomplete="one-time-code"' in page.text
    assert "script-src" not in page.headers["content-security-policy"]
    fields = {"code": code_now(site.world, secret), "flow": hidden_fields(page.text)["flow"]}
    done = site.send(SECOND_FACTOR, fields, cookies)
    assert done.headers["location"].startswith(f"{LOGIN}?flow=")
    assert names.SESSION_COOKIE in cookies_set_by(done)


def test_a_passkey_will_do_and_needs_a_script_on_that_page() -> None:
    site = FactorSite()
    site.with_passkey()
    _, cookies = site.half()
    page = site.shown(SECOND_FACTOR, cookies)
    assert "script-src 'self'" in page.headers["content-security-policy"]
    done = site.send(SECOND_FACTOR, site.answered(page.text), cookies)
    assert (done.status_code, done.headers["location"]) == (303, f"{TEAM}/")


def test_a_wrong_code_or_passkey_is_told_in_words() -> None:
    site = FactorSite()
    site.with_app()
    site.with_passkey()
    _, cookies = site.half()
    code = site.send(SECOND_FACTOR, {"code": "000000"}, cookies)
    passkey = site.send(SECOND_FACTOR, {"credential": "{}", "challenge": "x"}, cookies)
    assert (code.status_code, passkey.status_code) == (403, 403)
    assert NO_CODE in code.text
    assert NO_PASSKEY in passkey.text


def test_too_many_wrong_codes_must_wait_and_are_told_how_long() -> None:
    site = FactorSite()
    site.with_app()
    _, cookies = site.half()
    for _ in range(5):
        site.send(SECOND_FACTOR, {"code": "000000"}, cookies)
    page = site.send(SECOND_FACTOR, {"code": "000000"}, cookies)
    assert (page.status_code, page.headers["retry-after"]) == (429, "300")


@pytest.mark.parametrize("target", [SECOND_FACTOR, SET_UP])
def test_without_a_half_sign_in_it_begins_at_the_beginning(target: str) -> None:
    site = FactorSite()
    for answer in (site.get(target), site.send(target, {"code": "000000"})):
        assert (answer.status_code, answer.headers["location"]) == (303, LOGIN)


@pytest.mark.parametrize("target", [SECOND_FACTOR, SET_UP, PASSKEY])
def test_a_form_that_is_not_ours_does_nothing(target: str) -> None:
    site = FactorSite()
    _, codes = site.with_app()
    _, cookies = site.half()
    answer = site.send(target, {"code": codes[0], CSRF_FIELD: "d" * 43}, cookies)
    assert answer.status_code == 403
    assert cookies_set_by(answer) == {}


def test_a_passkey_alone_signs_in_from_the_sign_in_page() -> None:
    site = FactorSite()
    site.with_passkey()
    page = site.shown(f"{LOGIN}?provider=staff", {})
    assert "script-src 'self'" in page.headers["content-security-policy"]
    done = site.send(PASSKEY, site.answered(page.text))
    assert names.SESSION_COOKIE in cookies_set_by(done)


def test_a_passkey_that_nobody_has_is_told_and_the_password_still_offered() -> None:
    site = FactorSite()
    page = site.send(PASSKEY, {"provider": STAFF, "credential": "{}", "challenge": "x"})
    assert page.status_code == 403
    assert NO_FIT in page.text
    assert 'type="password"' in page.text
    for _ in range(9):
        site.send(PASSKEY, {"provider": STAFF, "credential": "{}", "challenge": "x"})
    assert site.send(PASSKEY, {"provider": STAFF}).status_code == 429


def test_who_must_set_one_up_does_so_with_an_app_and_gets_recovery_codes() -> None:
    site = FactorSite(required())
    answer, cookies = site.half()
    assert answer.headers["location"] == SET_UP
    page = site.shown(SET_UP, cookies)
    assert '<svg aria-hidden="true"' in page.text
    fields = hidden_fields(page.text[page.text.rindex("<form") :])
    wrong = site.send(SET_UP, {**fields, "code": "000000"}, cookies)
    assert (wrong.status_code, names.SESSION_COOKIE in cookies_set_by(wrong)) == (403, False)
    [secret] = re.findall(r"<code>([A-Z2-7]{32})</code>", page.text)
    assert secret in wrong.text
    done = site.send(SET_UP, {**fields, "code": code_now(site.world, secret)}, cookies)
    assert done.status_code == 200
    assert names.SESSION_COOKIE in cookies_set_by(done)
    assert len(re.findall(r"<code>[A-Z2-7-]{19}</code>", done.text)) == 10
    again = site.send(SET_UP, {**fields, "code": code_now(site.world, secret)}, cookies)
    assert again.headers["location"] == LOGIN


def test_who_must_set_one_up_may_do_so_with_a_passkey() -> None:
    site = FactorSite(required())
    _, cookies = site.half()
    page = site.shown(SET_UP, cookies)
    wrong = site.send(SET_UP, {"credential": "{}", "challenge": "x"}, cookies)
    assert NO_PASSKEY in wrong.text
    done = site.send(SET_UP, site.answered(page.text, "create"), cookies)
    assert names.SESSION_COOKIE in cookies_set_by(done)
    assert "Your recovery codes" in done.text


def test_who_has_a_second_factor_cannot_set_up_another_by_the_password_alone() -> None:
    site = FactorSite(required())
    _, cookies = site.half()
    site.with_app()
    for answer in (site.shown(SET_UP, cookies), site.send(SET_UP, {"code": "1"}, cookies)):
        assert (answer.status_code, answer.headers["location"]) == (303, LOGIN)
