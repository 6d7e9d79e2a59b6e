"""A provider tells that a sign-in is over (OpenID Connect Back-Channel Logout 1.0)."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import pytest

from doorward.identity.oidc.logout_token import EVENT
from doorward.model.errors import Refused
from doorward.model.presets import STANDARD, Quirks
from doorward.ports.identity import BackChannelLogout, LogoutNotice
from tests.fakes.openid import CLIENT_ID, ISSUER, REMOVED, FakeOpenIdProvider, changed, rsa, signed

Change = dict[str, object]


def token(fake: FakeOpenIdProvider, claims: Change | None = None, header: Change | None = None) -> str:
    now = int(fake.clock.now().timestamp())
    honest = {
        "iss": ISSUER,
        "aud": CLIENT_ID,
        "iat": now,
        "exp": now + 120,
        "jti": "notice-1",
        "events": {EVENT: {}},
        "sub": "ada-1",
        "sid": "session-1",
    }
    head = changed({"alg": "RS256", "kid": "one", "typ": "logout+jwt"}, header or {})
    return signed(head, json.dumps(changed(honest, claims or {})).encode(), rsa())


def notice(
    claims: Change | None = None, header: Change | None = None, *, quirks: Quirks = STANDARD, text: str = ""
) -> LogoutNotice:
    fake = FakeOpenIdProvider()

    async def run() -> LogoutNotice:
        async with fake.client() as client:
            provider = fake.provider(client, quirks=quirks)
            assert isinstance(provider, BackChannelLogout)
            return await provider.logged_out(text or token(fake, claims, header))

    return asyncio.run(run())


def test_a_notice_names_itself_the_person_and_the_session() -> None:
    assert notice() == LogoutNotice(notice="notice-1", subject="ada-1", provider_session="session-1")


def test_a_person_or_a_session_alone_is_enough() -> None:
    assert notice({"sid": REMOVED}) == LogoutNotice(notice="notice-1", subject="ada-1")
    assert notice({"sub": REMOVED}) == LogoutNotice(notice="notice-1", provider_session="session-1")


@pytest.mark.parametrize("kind", [REMOVED, "JWT", "logout+jwt", "application/logout+jwt", "Logout+JWT"])
def test_the_kinds_that_providers_write_are_read(kind: object) -> None:
    assert notice(header={"typ": kind}).notice == "notice-1"


def test_a_draft_of_the_standard_had_no_end_of_validity() -> None:
    assert notice({"exp": REMOVED}).notice == "notice-1"


def test_another_spelling_of_the_issuer_counts_where_the_provider_is_known_for_it() -> None:
    assert notice({"iss": "idp.example.com"}, quirks=Quirks(bare_issuer=True)).notice == "notice-1"


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"nonce": "n"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"iss": "https://evil.example.com"}, "issuer"),
        ({"iss": [ISSUER]}, "issuer"),
        ({"iss": "idp.example.com"}, "issuer"),
        ({"iss": REMOVED}, "issuer"),
        ({"aud": "another"}, "another client"),
        ({"aud": [CLIENT_ID, "another"]}, "another client"),
        ({"aud": REMOVED}, "another client"),
        ({"iat": REMOVED}, "iat"),
        ({"iat": "1"}, "iat"),
        ({"iat": 1}, "too long ago"),
        ({"iat": 9_999_999_999}, "future"),
        ({"exp": 1}, "expired"),
        ({"jti": REMOVED}, "no id"),
        ({"jti": ""}, "no id"),
        ({"jti": 7}, "jti"),
        ({"jti": "a" * 256}, "jti"),
        ({"events": REMOVED}, "not a logout token"),
        ({"events": {}}, "not a logout token"),
        ({"events": [EVENT]}, "not a logout token"),
        ({"events": {EVENT: None}}, "not a logout token"),
        (
            {"events": {"https://example.com/another-event": {}}},
            "not a logout",
        ),
        ({"sub": REMOVED, "sid": REMOVED}, "neither"),
        ({"sub": "", "sid": ""}, "neither"),
        ({"sub": 7}, "sub"),
        ({"sid": ["session-1"]}, "sid"),
    ],
)
def test_a_notice_that_does_not_hold_is_refused(claims: Change, said: str) -> None:
    with pytest.raises(Refused, match=said):
        notice(claims)


@pytest.mark.parametrize(
    "header",
    [
        {"typ": "at+jwt"},
        {"typ": "secevent+jwt"},
        {"alg": "none"},
        {"crit": ["x"]},
        {"jwk": {}},
        {"kid": "2"},
    ],
)
def test_a_notice_of_another_kind_or_key_is_refused(header: Change) -> None:
    fake = FakeOpenIdProvider()
    text = token(fake, header={**header, "alg": "RS256"})
    if header.get("alg") == "none":
        text = signed_with_none(text)
    with pytest.raises(Refused):
        notice(text=text)


def signed_with_none(text: str) -> str:
    return f"eyJhbGciOiJub25lIn0.{text.split('.')[1]}."


def test_a_changed_notice_is_refused() -> None:
    head, _, signature = token(FakeOpenIdProvider()).split(".")
    other = token(FakeOpenIdProvider(), {"sub": "eve-3"}).split(".")[1]
    with pytest.raises(Refused, match="signature"):
        notice(text=f"{head}.{other}.{signature}")


def test_an_id_token_is_no_notice_and_a_notice_is_no_id_token() -> None:
    fake = FakeOpenIdProvider()
    with pytest.raises(Refused, match="not a logout token"):
        notice(text=fake.id_token())
    fake.tokens["id_token"] = token(fake, header={"typ": "JWT"})

    async def run() -> None:
        async with fake.client() as client:
            await fake.sign_in(fake.provider(client))

    with pytest.raises(Refused, match="another kind"):
        asyncio.run(run())


@pytest.mark.parametrize("text", ["", "a", "a.b", "a.b.c", "a.b.c.d", "." * 1_000_000, "ü.b.c"])
def test_what_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        notice(text=text or " ")


def test_an_old_notice_is_refused_though_it_says_that_it_has_not_expired() -> None:
    fake = FakeOpenIdProvider()
    old = fake.clock.now() - timedelta(minutes=30)
    with pytest.raises(Refused, match="too long ago"):
        notice({"iat": int(old.timestamp()), "exp": 9_999_999_999})
