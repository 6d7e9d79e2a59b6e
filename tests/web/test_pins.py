from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

import httpx
import pytest

from doorward.envoy import names
from doorward.model.errors import SignInRefused
from doorward.ports.identity import Arrival
from doorward.services.arrivals import Onward, Visit
from doorward.services.pins import COOKIE
from doorward.services.rate_limits import MAILS_PER_PERSON
from doorward.web.pins import CODE, GONE, NO_ADDRESS, PIN, TOO_OLD
from doorward.web.visits import CSRF_COOKIE, CSRF_FIELD
from doorward.web.ways import LOGIN
from tests.services.mail_world import by_mail
from tests.services.sample import MAIL, TEAM, configuration
from tests.services.test_pins import ONLY_ADA, other_than
from tests.web.site import CSRF, Site, cookies_set_by, hidden_fields, of

ADA = "ada@example.com"


class ShutOut:
    """Lets nobody in."""

    async def signed_in(self, arrival: Arrival, visit: Visit) -> Onward:
        raise SignInRefused("You were shut out.")


class MailSite(Site):
    """Pages whose only way in is a mailed code."""

    def __init__(self, *, shut_out: bool = False) -> None:
        world = of(by_mail(ONLY_ADA))
        if shut_out:
            world.pins = world.make_pins(ShutOut(), world.background)
        super().__init__(world)

    def send(
        self, target: str, fields: Mapping[str, str], cookies: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """Send a form as a browser does that was shown it."""
        body = urlencode({CSRF_FIELD: CSRF, "provider": MAIL, **fields}).encode()
        return self.request(
            "POST",
            target,
            cookies={CSRF_COOKIE: CSRF, **(cookies or {})},
            headers={"content-type": "application/x-www-form-urlencoded", "origin": TEAM},
            content=body,
        )

    def ask(self, email: str = ADA, **fields: str) -> dict[str, str]:
        """Ask for a code; the browser's cookie."""
        answer = self.send(PIN, {"email": email, **fields})
        assert answer.status_code == 303
        assert answer.headers["location"].startswith(PIN)
        return {COOKIE: cookies_set_by(answer)[COOKIE]}

    @property
    def pin(self) -> str:
        """The code of the newest mail."""
        return self.world.mail.mails[-1][1]


def test_the_sign_in_asks_for_an_address() -> None:
    page = MailSite().get(LOGIN)
    assert page.status_code == 200
    assert 'autocomplete="email"' in page.text
    assert 'type="password"' not in page.text
    assert hidden_fields(page.text)["provider"] == MAIL


def test_the_mailed_code_leads_to_the_page_that_was_asked_for() -> None:
    site = MailSite()
    flow, _ = site.begin_flow()
    cookies = site.ask(flow=flow)
    form = site.get(f"{PIN}?{urlencode({'flow': flow})}", cookies=cookies)
    assert f"If <strong>{ADA}</strong> may sign in, a code has been sent to it." in form.text
    assert 'inputmode="numeric" autocomplete="one-time-code"' in form.text
    answer = site.send(CODE, {"code": site.pin, "flow": hidden_fields(form.text)["flow"]}, cookies)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"{LOGIN}?flow=")
    session = cookies_set_by(answer)[names.SESSION_COOKIE]
    onward = site.get(answer.headers["location"], cookies={names.SESSION_COOKIE: session})
    assert onward.headers["location"].startswith("https://hello.example.com/cdn-cgi/access/authorized?code=")


def test_who_may_and_who_may_not_read_the_same() -> None:
    site = MailSite()
    pages = {}
    for email in (ADA, "eve@example.com"):
        cookies = site.ask(email)
        shown = site.get(PIN, cookies={**cookies, CSRF_COOKIE: CSRF})
        wrong = site.send(CODE, {"code": "nonsense"}, cookies)
        assert (shown.status_code, wrong.status_code) == (200, 403)
        pages[email] = (shown.text, wrong.text)
    assert [mail for mail, _ in site.world.mail.mails] == [ADA]
    assert tuple(text.replace(ADA, "eve@example.com") for text in pages[ADA]) == pages["eve@example.com"]


def test_a_wrong_code_says_how_often_it_may_be_tried_and_then_starts_again() -> None:
    site = MailSite()
    cookies = site.ask()
    wrong = other_than(site.pin)
    pages = [site.send(CODE, {"code": wrong}, cookies) for _ in range(5)]
    assert "4 more times" in pages[0].text
    assert "once more" in pages[3].text
    assert GONE in pages[4].text
    assert 'autocomplete="email"' in pages[4].text
    assert {page.status_code for page in pages} == {403}
    assert cookies_set_by(pages[4])[COOKIE] == ""


def test_opening_a_page_uses_no_code_up() -> None:
    site = MailSite()
    cookies = site.ask()
    for target in (PIN, f"{PIN}?code={site.pin}", f"{CODE}?code={site.pin}", f"{LOGIN}?code={site.pin}"):
        assert names.SESSION_COOKIE not in cookies_set_by(site.get(target, cookies=cookies))
    assert site.send(CODE, {"code": site.pin}, cookies).status_code == 303


def test_another_browser_cannot_use_the_code() -> None:
    site = MailSite()
    site.ask()
    page = site.send(CODE, {"code": site.pin})
    assert page.status_code == 403
    assert TOO_OLD in page.text


def test_a_code_that_is_too_old_is_told_as_such_and_its_page_leads_back() -> None:
    site = MailSite()
    cookies = site.ask()
    site.world.clock.advance(timedelta(minutes=11))
    assert TOO_OLD in site.send(CODE, {"code": site.pin}, cookies).text
    back = site.get(PIN, cookies=cookies)
    assert (back.status_code, back.headers["location"]) == (303, LOGIN)


def test_what_is_no_address_is_told() -> None:
    page = MailSite().send(PIN, {"email": "ada at example"})
    assert page.status_code == 400
    assert NO_ADDRESS in page.text
    assert 'value="ada at example"' in page.text


def test_too_many_codes_must_wait_and_are_told_how_long() -> None:
    site = MailSite()
    for _ in range(MAILS_PER_PERSON):
        site.ask()
    page = site.send(PIN, {"email": ADA})
    assert (page.status_code, page.headers["retry-after"]) == (429, "600")
    assert "Wait 600 seconds" in page.text


def test_too_many_wrong_codes_must_wait_and_are_told_how_long() -> None:
    site = MailSite()
    for _ in range(2):
        cookies = site.ask()
        for _ in range(5):
            site.send(CODE, {"code": "-"}, cookies)
    cookies = site.ask()
    page = site.send(CODE, {"code": site.pin}, cookies)
    assert (page.status_code, page.headers["retry-after"]) == (429, "300")


@pytest.mark.parametrize("target", [PIN, CODE])
def test_a_form_that_is_not_ours_does_nothing(target: str) -> None:
    site = MailSite()
    cookies = site.ask()
    fields = {"email": ADA, "code": site.pin, CSRF_FIELD: "d" * 43}
    answer = site.send(target, fields, cookies)
    assert answer.status_code == 403
    assert cookies_set_by(answer) == {}
    assert len(site.world.mail.mails) == 1


def test_another_code_can_be_asked_for_and_makes_the_first_worthless() -> None:
    site = MailSite()
    first = site.ask()
    pin = site.pin
    form = site.get(PIN, cookies=first)
    assert hidden_fields(form.text)["email"] == ADA
    second = site.ask()
    assert site.send(CODE, {"code": pin}, second).status_code == 403 or pin == site.pin
    assert site.send(CODE, {"code": site.pin}, second).status_code == 303


def test_somebody_who_is_shut_out_reads_so() -> None:
    site = MailSite(shut_out=True)
    cookies = site.ask()
    page = site.send(CODE, {"code": site.pin}, cookies)
    assert page.status_code == 403
    assert "You were shut out." in page.text
    assert names.SESSION_COOKIE not in cookies_set_by(page)


def test_a_chooser_leads_back_where_there_are_several() -> None:
    assert "Sign in another way" not in MailSite().get(LOGIN).text
    both = replace(
        configuration(),
        identity_providers=(
            *configuration().identity_providers,
            *by_mail().identity_providers,
        ),
    )
    page = Site(of(both)).get(f"{LOGIN}?provider=mail")
    assert "Sign in another way" in page.text
