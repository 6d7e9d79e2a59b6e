from __future__ import annotations

from doorward.sample.entra.sign_in_pages import SignInPages
from tests.fakes.entra import CALLBACK, FakeEntra
from tests.fakes.entra_visitor import Visitor
from tests.sample.entra.stories import visit


def test_each_kind_of_answer_has_a_method() -> None:
    kinds = {name for name in vars(SignInPages) if not name.startswith("_")}
    assert kinds == {"answer", "failure", "refuse_or_return", "refuse", "sign_in", "picker", "person"}


def test_what_people_typed_is_shown_as_text() -> None:
    async def story(visitor: Visitor) -> None:
        page = await visitor.sign_in(await visitor.authorize(), '"><script>alert(1)</script>')
        assert "<script>" not in page.response.text
        page = await visitor.authorize(redirect_uri="<script>")
        assert "<script>" not in page.response.text

    visit(FakeEntra(), story)


def test_refusals_return_by_form_where_that_was_asked_for() -> None:
    fake = FakeEntra()
    fake.require_assignment()
    fake.faults.refusals_return = True

    async def story(visitor: Visitor) -> None:
        page = await visitor.sign_in(await visitor.authorize(response_mode="form_post"), "ada@example.com")
        assert page.forms[0].action == CALLBACK
        assert page.arrived["error_description"].startswith("AADSTS50105")
        assert page.arrived["state"] == "the-state"

    visit(fake, story)


def test_a_form_that_sends_itself_loads_its_script_from_here() -> None:
    async def story(visitor: Visitor) -> None:
        page = await visitor.sign_in(await visitor.authorize(response_mode="form_post"), "ada@example.com")
        assert "script-src 'self'" in page.response.headers["content-security-policy"]
        assert '<script src="/_static/form_post.js" defer></script>' in page.response.text
        assert "Continue" in page.text

    visit(FakeEntra(), story)


def test_who_used_the_browser_before_types_only_the_password() -> None:
    fake = FakeEntra()

    async def story(visitor: Visitor) -> None:
        await visitor.sign_in(await visitor.authorize(), "ada@example.com")
        for id in next(iter(fake.entra.browsers.values())).accounts:
            fake.revoke_sessions(id)
        page = await visitor.press(await visitor.authorize(prompt="select_account"), "Ada Adams")
        assert 'value="ada@example.com"' in page.response.text

    visit(fake, story)
