from __future__ import annotations

import html
import re

from doorward.sample.entra.login_hint import opaque_hint
from doorward.sample.entra.seed import ADA, TENANT_ID
from tests.fakes.entra import CALLBACK, LOGOUT_URL, FakeEntra
from tests.fakes.entra_visitor import Visitor
from tests.sample.entra.stories import visit

ADDRESS = f"/{TENANT_ID}/oauth2/v2.0/logout"


def frames(text: str) -> list[str]:
    return [html.unescape(address) for address in re.findall(r'<iframe hidden src="([^"]+)"', text)]


def test_signing_out_tells_the_application_by_a_frame_with_the_session_and_no_issuer() -> None:
    fake = FakeEntra()

    async def story(ada: Visitor) -> None:
        await ada.sign_in(await ada.authorize(), "ada@example.com")
        [browser] = fake.entra.browsers.values()
        sid = browser.accounts[ADA].sid
        page = await ada.open(f"{ADDRESS}?post_logout_redirect_uri={CALLBACK}&state=s")
        assert frames(page.response.text) == [f"{LOGOUT_URL}?sid={sid}"]
        assert f"url={CALLBACK}?state=s" in page.text
        assert (await ada.authorize(prompt="none")).arrived["error"] == "login_required"

    visit(fake, story)


def test_without_anything_to_end_people_are_sent_on_at_once() -> None:
    async def story(ada: Visitor) -> None:
        page = await ada.open(f"{ADDRESS}?post_logout_redirect_uri={CALLBACK}")
        assert page.response.headers["location"] == CALLBACK

    visit(FakeEntra(), story)


def test_nobody_is_sent_to_an_address_that_is_not_registered() -> None:
    async def story(ada: Visitor) -> None:
        page = await ada.open(f"{ADDRESS}?post_logout_redirect_uri=https://attacker.example/")
        assert page.response.status_code == 200
        assert "attacker" not in page.text

    visit(FakeEntra(), story)


def test_a_hint_signs_out_one_account_of_several() -> None:
    fake = FakeEntra()

    async def story(visitor: Visitor) -> None:
        await visitor.sign_in(await visitor.authorize(), "ada@example.com")
        await visitor.sign_in(await visitor.authorize(prompt="login"), "bob@example.com")
        await visitor.open(f"{ADDRESS}?logout_hint={opaque_hint(fake.tenant.users[ADA])}")
        again = await visitor.authorize(prompt="none")
        assert "code" in again.arrived
        await visitor.open(f"{ADDRESS}?logout_hint=bob@example.com")
        assert "error" in (await visitor.authorize(prompt="none")).arrived

    visit(fake, story)


def test_it_may_be_posted() -> None:
    async def story(ada: Visitor) -> None:
        answer = await ada.client.post(ADDRESS, data={"post_logout_redirect_uri": CALLBACK})
        assert answer.status_code == 303

    visit(FakeEntra(), story)
