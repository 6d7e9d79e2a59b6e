from __future__ import annotations

from datetime import timedelta

import pytest

from doorward.declaration.declared import DeclaredApplication
from doorward.model.application_options import Cors, DenyPage, SameSite, WithoutSignIn
from tests.declaration.files import application, declared, said


def read(rest: str) -> DeclaredApplication:
    applications = declared(application(rest)).applications
    assert applications is not None
    return applications[0]


def test_cors_is_answered_by_a_list_or_left_to_the_origin() -> None:
    found = read(
        "cors: {allow_origins: ['https://a.example.com', 'http://localhost:3000'], allow_methods: [PUT], "
        "allow_headers: [X-A], expose_headers: [ETag], max_age: 10m, allow_credentials: true}"
    )
    assert found.cors == Cors(
        allow_origins=("https://a.example.com", "http://localhost:3000"),
        allow_methods=("PUT",),
        allow_headers=("X-A",),
        expose_headers=("ETag",),
        max_age=timedelta(minutes=10),
        allow_credentials=True,
    )
    assert read("cors: {allow_origins: ['*']}").cors == Cors(allow_origins=("*",))
    assert read("cors: {pass_preflight: true}").cors == Cors(pass_preflight=True)
    assert read("").cors is None


def test_the_other_options_are_read() -> None:
    assert read("cookie: {same_site: strict}").same_site is SameSite.STRICT
    assert read("sign_in: unauthorized").sign_in is WithoutSignIn.UNAUTHORIZED
    assert read("sign_in_with: staff").sign_in_with == "staff"
    page = "deny_page: {text: \"Ask Grace.\\nOr wait.\", link: {text: How, url: 'https://h/x?y'}}"
    assert read(page).deny_page == DenyPage(
        text="Ask Grace.\nOr wait.", link_text="How", link_url="https://h/x?y"
    )
    assert read("deny_page: {redirect: 'https://h/no'}").deny_page == DenyPage(redirect="https://h/no")


WRONG = [
    ("cors: {}", "cors: says neither allow_origins nor 'pass_preflight: true'"),
    ("cors: {allow_methods: [GET]}", "cors: says neither allow_origins nor"),
    (
        "cors: {allow_origins: ['*'], allow_credentials: true}",
        "cors.allow_origins: holds *, which goes with no allow_credentials",
    ),
    (
        "cors: {allow_origins: ['https://a'], allow_headers: ['*'], allow_credentials: true}",
        "cors.allow_headers: holds *, which goes with no allow_credentials",
    ),
    ("cors: {allow_origins: ['*', 'https://a']}", "cors.allow_origins: holds * and others"),
    (
        "cors: {pass_preflight: true, allow_origins: ['https://a']}",
        "cors.allow_origins: with pass_preflight the origin answers",
    ),
    ("cors: {allow_origins: []}", "cors.allow_origins: is empty"),
    ("cors: {allow_origins: ['https://a/']}", "cors.allow_origins[0]: 'https://a/' is not an origin"),
    ("cors: {allow_origins: ['https://a:443']}", "cors.allow_origins[0]: 'https://a:443' is not an origin"),
    ("cors: {allow_origins: ['https://A']}", "cors.allow_origins[0]: 'https://A' is not an origin"),
    ("cors: {allow_origins: ['null']}", "cors.allow_origins[0]: 'null' has no http:// or https://"),
    ("cors: {allow_origins: ['https://*.a']}", "cors.allow_origins[0]: 'https://*.a' has no usable host"),
    (
        "cors: {allow_origins: ['https://a'], allow_headers: ['x: y']}",
        "cors.allow_headers[0]: 'x: y' is not the name",
    ),
    ("cors: {allow_origins: ['https://a'], max_age: 2d}", "cors.max_age: 2d is out of range: use 1s to 24h"),
    ("cookie: {}", "cookie.same_site: is missing"),
    (
        "cookie: {same_site: Lax}",
        "cookie.same_site: 'Lax' is not a value of SameSite here: did you mean 'lax'",
    ),
    ("cookie: {http_only: false}", "cookie.http_only: 'http_only' is not a field here"),
    ("sign_in: '401'", "sign_in: '401' is not an answer here"),
    ("passes: {}", "passes.presented: is missing"),
    ("passes: {presented: []}", "passes.presented: names no way to show a pass: use header, basic, query"),
    ("passes: {presented: [smoke]}", "passes.presented[0]: 'smoke'"),
    ("passes: {presented: [header], longest: 10m}", "passes.longest: 10m is out of range: use 1h to 366d"),
    ("passes: {presented: [header], longest: 400d}", "passes.longest: 400d is out of range"),
    ("deny_page: {}", "deny_page.text: is missing"),
    ("deny_page: {text: ' '}", "deny_page.text: must be 1 to 1000 printable characters"),
    ('deny_page: {text: "a\\tb"}', "deny_page.text: must be 1 to 1000 printable characters"),
    (f"deny_page: {{text: {'a' * 1001}}}", "deny_page.text: must be 1 to 1000 printable characters"),
    ("deny_page: {text: a, redirect: 'https://h'}", "deny_page.redirect: leads elsewhere"),
    (
        "deny_page: {redirect: 'javascript:x'}",
        "deny_page.redirect: 'javascript:x' has no http:// or https://",
    ),
    ("deny_page: {redirect: 'http://h'}", "deny_page.redirect: 'http://h' is not safe"),
    ('deny_page: {redirect: "https://h\\r\\nx: y"}', "deny_page.redirect: is not a URL"),
    ("deny_page: {text: a, link: {text: b}}", "deny_page.link.url: is missing"),
    ("deny_page: {text: a, link: {text: b, url: '//evil'}}", "deny_page.link.url: '//evil' has no http://"),
]


@pytest.mark.parametrize(("rest", "sentence"), WRONG)
def test_a_wrong_option_is_told(rest: str, sentence: str) -> None:
    assert any(
        line.startswith(f"access.yaml:3: applications[0].{sentence}") for line in said(application(rest))
    )
