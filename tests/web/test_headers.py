from __future__ import annotations

import pytest

from doorward.model.errors import Invalid
from doorward.web.headers import ANYWHERE, STATIC_HEADERS, security_headers


def directives(policy: str) -> dict[str, str]:
    return {name: value for name, _, value in (part.strip().partition(" ") for part in policy.split(";"))}


def test_a_page_may_load_its_own_style_and_pictures_and_nothing_else() -> None:
    assert directives(security_headers()["Content-Security-Policy"]) == {
        "default-src": "'none'",
        "style-src": "'self'",
        "img-src": "'self'",
        "font-src": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
    }


def test_a_page_that_asks_for_it_may_load_a_script_of_its_own_host() -> None:
    policy = directives(security_headers(script=True)["Content-Security-Policy"])
    assert policy.pop("script-src") == "'self'"
    assert policy == directives(security_headers()["Content-Security-Policy"])


def test_a_page_is_not_kept_framed_guessed_at_or_told_of_elsewhere() -> None:
    headers = security_headers()
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


def test_a_form_may_end_at_the_application_it_signs_in_for() -> None:
    policy = security_headers(["https://hello.localhost:8443", "https://hello.localhost:8443"])
    assert (
        directives(policy["Content-Security-Policy"])["form-action"] == "'self' https://hello.localhost:8443"
    )


def test_the_sign_in_form_may_end_anywhere_but_over_tls() -> None:
    policy = directives(security_headers([ANYWHERE])["Content-Security-Policy"])
    assert policy["form-action"] == "'self' https:"


@pytest.mark.parametrize(
    "target",
    [
        "*",
        "http:",
        "https: *",
        "https://a.example.com/path",
        "https://a.example.com; script-src *",
        "https://a.example.com\r\nX: y",
        "https://a.example.com\n",
        "https://*.example.com",
        "https://ada@a.example.com",
        "javascript://a",
        "",
    ],
)
def test_a_form_target_that_is_not_an_origin_is_refused(target: str) -> None:
    with pytest.raises(Invalid, match="form_targets"):
        security_headers([target])


def test_static_files_are_kept_for_a_year_and_do_nothing_when_opened_alone() -> None:
    assert STATIC_HEADERS["Cache-Control"] == "public, max-age=31536000, immutable"
    assert STATIC_HEADERS["Content-Security-Policy"].startswith("default-src 'none'")
    assert STATIC_HEADERS["X-Content-Type-Options"] == "nosniff"
