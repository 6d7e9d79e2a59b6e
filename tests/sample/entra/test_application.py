from __future__ import annotations

import os
from datetime import timedelta

import pytest

from doorward.sample.entra.application import entra_application
from doorward.sample.entra.entra import Entra
from doorward.sample.entra.faults import Faults
from doorward.sample.entra.pages import Pages
from doorward.sample.entra.seed import TENANT_ID, demo_directory
from tests.fakes.clock import FakeClock
from tests.fakes.entra import CALLBACK, FakeEntra
from tests.fakes.entra_visitor import Visitor
from tests.sample.entra.stories import visit


def test_the_application_is_made_from_values_and_shows_its_world() -> None:
    clock, faults = FakeClock(), Faults(clock_skew=5)
    application = entra_application(
        demo_directory(redirect_uri=CALLBACK),
        base_url="https://entra.example/",
        clock=clock.now,
        randomness=os.urandom,
        faults=faults,
    )
    world = application.state.entra
    assert isinstance(world, Entra)
    assert world.base_url == "https://entra.example"
    assert world.now() == clock.now() + timedelta(seconds=5)
    assert world.issuer(world.directory.tenants[TENANT_ID]) == f"https://entra.example/{TENANT_ID}/v2.0"
    assert world.host() == "entra.example"
    assert world.guid() != world.guid()


@pytest.mark.parametrize("name", ["entra.css", "entra.svg", "form_post.js"])
def test_what_pages_refer_to_is_there(name: str) -> None:
    async def story(visitor: Visitor) -> None:
        assert (await visitor.open(f"/_static/{name}")).response.status_code == 200

    visit(FakeEntra(), story)


def test_pages_allow_no_scripts_and_no_frames_around_them() -> None:
    response = Pages().render("refused.html", code=1, name="", parts={
        "sentence": "<b>", "trace_id": "", "correlation_id": "", "timestamp": "",
    })  # fmt: skip
    assert b"<b>" not in bytes(response.body)
    policy = response.headers["content-security-policy"]
    assert "script-src" not in policy
    assert "frame-ancestors 'none'" in policy


def test_the_session_cookie_is_hidden_from_scripts() -> None:
    fake = FakeEntra()

    async def story(visitor: Visitor) -> None:
        page = await visitor.authorize()
        cookie = page.response.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie

    visit(fake, story)
