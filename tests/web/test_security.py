from __future__ import annotations

import asyncio
import re
from datetime import timedelta

import pytest

from doorward.envoy import names
from doorward.model.ids import SessionId
from doorward.model.session import Session
from doorward.services.secrets import hashed
from doorward.web.second_factor import NO_CODE, NO_PASSKEY
from doorward.web.security import (
    APP,
    CODES,
    CONFIRM,
    NEXT_COOKIE,
    PASSKEY,
    REMOVE_APP,
    REMOVE_PASSKEY,
    RENAME_PASSKEY,
    SECURITY,
)
from doorward.web.visits import CSRF_FIELD
from doorward.web.ways import LOGIN
from tests.services.sample import COMPANY, person
from tests.services.test_enrolment import code_now
from tests.services.test_passkeys import ADA
from tests.web.site import cookies_set_by, hidden_fields
from tests.web.test_second_factor import FactorSite

CHANGES = [APP, REMOVE_APP, PASSKEY, RENAME_PASSKEY, REMOVE_PASSKEY, CODES]


def passkey_ids(site: FactorSite) -> list[str]:
    held = asyncio.run(site.world.stores.credentials.held(ADA))
    return [passkey.id for passkey in held.passkeys]


def test_the_launcher_leads_to_it() -> None:
    site = FactorSite()
    assert f'href="{SECURITY}"' in site.get("/", cookies=site.session_cookies()).text


def test_somebody_who_has_nothing_yet_is_offered_to_set_something_up() -> None:
    site = FactorSite()
    page = site.get(SECURITY, cookies=site.session_cookies())
    assert page.status_code == 200
    assert "ada@example.com" in page.text
    assert f'href="{PASSKEY}"' in page.text
    assert f'href="{APP}"' in page.text
    assert "script-src" not in page.headers["content-security-policy"]


@pytest.mark.parametrize("target", [SECURITY, CONFIRM, APP, PASSKEY])
def test_nobody_is_sent_to_sign_in_and_back_here(target: str) -> None:
    site = FactorSite()
    away = site.get(target)
    assert (away.status_code, away.headers["location"]) == (303, LOGIN)
    assert cookies_set_by(away)[NEXT_COOKIE]
    session = site.session_cookies()
    back = site.get("/", cookies={**session, NEXT_COOKIE: "security"})
    assert back.headers["location"] == SECURITY
    assert cookies_set_by(site.get(SECURITY, cookies=session))[NEXT_COOKIE] == ""


def test_an_app_is_set_up_with_its_qr_code_and_brings_recovery_codes() -> None:
    site = FactorSite()
    session = site.session_cookies()
    page = site.shown(APP, session)
    assert '<svg aria-hidden="true"' in page.text
    [secret] = re.findall(r"<code>([A-Z2-7]{32})</code>", page.text)
    fields = hidden_fields(page.text)
    wrong = site.send(APP, {**fields, "code": "000000"}, session)
    assert wrong.status_code == 403
    assert NO_CODE in wrong.text
    assert secret in wrong.text
    done = site.send(APP, {**fields, "code": code_now(site.world, secret)}, session)
    assert len(re.findall(r"<code>[A-Z2-7-]{19}</code>", done.text)) == 10
    after = site.get(SECURITY, cookies=session).text
    assert "10 left" in after
    assert f'action="{REMOVE_APP}"' in after
    assert secret not in after


def test_a_passkey_is_added_named_renamed_and_removed() -> None:
    site = FactorSite()
    session = site.session_cookies()
    page = site.shown(PASSKEY, session)
    assert "script-src 'self'" in page.headers["content-security-policy"]
    wrong = site.send(PASSKEY, {"credential": "{}", "challenge": "x"}, session)
    assert NO_PASSKEY in wrong.text
    added = site.send(PASSKEY, {**site.answered(page.text, "create"), "name": "My <phone>"}, session)
    assert "Your recovery codes" in added.text
    [passkey] = passkey_ids(site)
    assert "My &lt;phone&gt;" in site.get(SECURITY, cookies=session).text
    renamed = site.send(RENAME_PASSKEY, {"passkey": passkey, "name": "Old phone"}, session)
    assert renamed.headers["location"] == f"{SECURITY}?done=renamed"
    assert "Old phone" in site.get(renamed.headers["location"], cookies=session).text
    removed = site.send(REMOVE_PASSKEY, {"passkey": passkey}, session)
    assert "was removed" in site.get(removed.headers["location"], cookies=session).text
    assert passkey_ids(site) == []


def test_an_app_is_removed_and_new_recovery_codes_are_made() -> None:
    site = FactorSite()
    session = site.session_cookies()
    _, codes = site.with_app()
    fresh = site.send(CODES, {}, session)
    shown = re.findall(r"<code>([A-Z2-7-]{19})</code>", fresh.text)
    assert len(shown) == 10
    assert not set(shown) & set(codes)
    site.send(REMOVE_APP, {}, session)
    assert not asyncio.run(site.world.stores.credentials.held(ADA)).any


@pytest.mark.parametrize("target", CHANGES)
def test_a_change_asks_for_a_sign_in_of_the_last_ten_minutes(target: str) -> None:
    site = FactorSite()
    session = site.session_cookies()
    site.with_app()
    site.with_passkey()
    before = asyncio.run(site.world.stores.credentials.held(ADA))
    site.world.clock.advance(timedelta(minutes=10))
    fields = {"passkey": passkey_ids(site)[0], "name": "x"}
    away = site.send(target, fields, session)
    assert away.headers["location"] == f"{LOGIN}?provider=staff&again=1"
    assert asyncio.run(site.world.stores.credentials.held(ADA)) == before
    page = site.get(SECURITY, cookies=session).text
    assert f'href="{CONFIRM}"' in page
    assert "<form" not in page


def test_signing_in_again_leads_back_and_ends_the_session_before() -> None:
    site = FactorSite()
    session = site.session_cookies()
    site.world.clock.advance(timedelta(minutes=10))
    away = site.get(CONFIRM, cookies=session)
    form = site.get(away.headers["location"], cookies=session)
    assert 'type="password"' in form.text
    fields = {**hidden_fields(form.text[: form.text.index("</form>")])}
    done = site.send(
        LOGIN,
        {**fields, CSRF_FIELD: "c" * 43, "email": "ada@example.com", "password": "ada's"},
        session,
    )
    fresh = cookies_set_by(done)[names.SESSION_COOKIE]
    assert f'href="{PASSKEY}"' in site.get(SECURITY, cookies={names.SESSION_COOKIE: fresh}).text
    assert site.get(SECURITY, cookies=session).headers["location"] == LOGIN


def test_people_of_other_providers_have_nothing_here() -> None:
    site = FactorSite()
    now = site.world.clock.now()
    eve = Session(
        id=SessionId("eves"),
        identity=person("eve", provider=COMPANY),
        created=now,
        expires=now + timedelta(hours=1),
    )
    asyncio.run(site.world.stores.sessions.create(eve, secret_hash=hashed("secret")))
    session = {names.SESSION_COOKIE: "secret"}
    page = site.get(SECURITY, cookies=session)
    assert page.status_code == 404
    assert "Company" in page.text
    assert SECURITY not in site.get("/", cookies=session).text


@pytest.mark.parametrize("target", CHANGES)
def test_a_form_that_is_not_ours_changes_nothing(target: str) -> None:
    site = FactorSite()
    session = site.session_cookies()
    site.with_app()
    site.with_passkey()
    before = asyncio.run(site.world.stores.credentials.held(ADA))
    fields = {CSRF_FIELD: "d" * 43, "passkey": passkey_ids(site)[0], "name": "x"}
    assert site.send(target, fields, session).status_code == 403
    assert asyncio.run(site.world.stores.credentials.held(ADA)) == before


def test_bob_cannot_touch_adas_passkeys() -> None:
    site = FactorSite()
    site.with_passkey()
    [passkey] = passkey_ids(site)
    bob = site.session_cookies("bob")
    for target in (RENAME_PASSKEY, REMOVE_PASSKEY):
        assert site.send(target, {"passkey": passkey, "name": "Mine"}, bob).status_code == 404
    assert passkey_ids(site) == [passkey]
