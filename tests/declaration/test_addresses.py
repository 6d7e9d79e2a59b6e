from __future__ import annotations

import pytest

from doorward.declaration.declared import DeclaredSettings
from doorward.model.identity_provider import OpenIdConnect
from tests.declaration.files import application, declared, problem, section

HOSTNAMES = [
    ("Foo bar", "use labels of 1-63 letters, digits and inner hyphens, joined by dots"),
    ("Wiki.Example.com", "write it in lower case, wiki.example.com"),
    ("wiki.example.com.", "leave out the closing dot"),
    ("wiki.example.com:8443", "leave out the port"),
    ("https://wiki.example.com", "without scheme and path"),
    ("wiki.example.com/path", "without scheme and path"),
    ("*.example.com", "a * may only stand at the beginning, as in *.example.com, and in destinations"),
    ("192.0.2.1", "use a name, not an IP address"),
    ("[2001:db8::1]", "use a name, not an IP address"),
    ("2001:db8::1", "use a name, not an IP address"),
    ("wiki.example.1", "use labels"),
    ("bücher.example.com", "write international names in their xn-- spelling"),
    ("wi_ki.example.com", "use labels"),
    ("-wiki.example.com", "use labels"),
    ("wiki..example.com", "use labels"),
    ("wiki.example.com,evil.com", "use labels"),
    ("a@b.example.com", "use labels"),
    ("a" * 64, "use labels"),
    (".".join(["a" * 50] * 5), "use labels"),
]


def at_hostname(hostname: str) -> str:
    return section("applications", f"{{id: wiki, url: 'http://h', hostname: {hostname!r}}}")


@pytest.mark.parametrize(("text", "fix"), HOSTNAMES)
def test_what_is_no_hostname_is_told_how_to_write_it(text: str, fix: str) -> None:
    found = problem(at_hostname(text))
    assert (found.line, found.field) == (3, "applications[0].hostname")
    assert found.problem.startswith(f"{text!r} is not a hostname: ")
    assert fix in found.problem


@pytest.mark.parametrize("text", ["wiki", "app.localhost", "a-1.example.com", "xn--bcher-kva.example.com"])
def test_a_hostname_is_kept_as_it_is(text: str) -> None:
    applications = declared(at_hostname(text)).applications
    assert applications is not None
    assert applications[0].destinations[0].hostname == text


URLS = [
    ("127.0.0.1:8080", "has no http:// or https:// at its beginning"),
    ("ftp://h", "has no http:// or https:// at its beginning"),
    ("HTTP://h", "has no http:// or https:// at its beginning"),
    ("http:/h", "has no http:// or https:// at its beginning"),
    ("http://h/path", "has a path or query: write http://h,"),
    ("http://h/?q", "has a path or query: write http://h,"),
    ("http://h#f", "has a path or query: write http://h,"),
    ("http://h?", "has a path or query: write http://h,"),
    ("http://user:secret@h", "holds a user or password, which is not sent"),
    ("http://h:0", "has no usable port: use 1 to 65535"),
    ("http://h:", "has no usable port"),
    ("http://h:70000", "its host or port cannot be read"),
    ("http://h:x", "its host or port cannot be read"),
    ("http://[::1", "its host or port cannot be read"),
    ("http://", "has no usable host"),
    ("http://a_b", "has no usable host"),
    ("http://1.2.3", "has no usable host"),
    ("http://[fe80::1%25eth0]", "has no usable host"),
    ("http://a b", "holds a character that a URL may not have"),
    ("http://h\\x", "holds a character that a URL may not have"),
    ("http://bücher.example", "holds a character that a URL may not have"),
]


def at_url(url: str) -> str:
    return section("applications", f"{{id: wiki, hostname: wiki.example.com, url: '{url}'}}")


@pytest.mark.parametrize(("text", "fix"), URLS)
def test_what_is_no_origins_url_is_told_how_to_write_it(text: str, fix: str) -> None:
    found = problem(at_url(text))
    assert (found.line, found.field) == (3, "applications[0].url")
    assert fix in found.problem
    assert "secret" not in found.problem


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("https://Wiki.Internal/", "https://wiki.internal"),
        ("http://[::1]:80", "http://[::1]:80"),
    ],
)
def test_an_origins_url_has_one_spelling(text: str, kept: str) -> None:
    applications = declared(at_url(text)).applications
    assert applications is not None
    assert applications[0].origin.url == kept


def at_issuer(issuer: str) -> str:
    provider = f"{{id: entra, type: oidc, client_id: abc, issuer: '{issuer}'}}"
    return section("identity_providers", provider)


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("http://login.example.com", "is not safe: use https; http is for loopback only"),
        ("https://login.example.com/?a=b", "leave out what follows the ? or #"),
        ("https://login.example.com#", "leave out what follows the ? or #"),
        ("login.example.com", "has no http:// or https:// at its beginning"),
    ],
)
def test_what_is_no_issuer_is_told_how_to_write_it(text: str, fix: str) -> None:
    found = problem(at_issuer(text))
    assert (found.line, found.field) == (3, "identity_providers[0].issuer")
    assert fix in found.problem


@pytest.mark.parametrize(
    "text", ["https://login.example.com/", "https://Login.example.com/a/v2.0", "http://127.0.0.1:9000"]
)
def test_an_issuer_is_kept_letter_for_letter(text: str) -> None:
    providers = declared(at_issuer(text)).identity_providers
    assert providers is not None
    declared_settings = providers[0].settings
    assert isinstance(declared_settings, DeclaredSettings)
    assert isinstance(declared_settings.settings, OpenIdConnect)
    assert declared_settings.settings.issuer == text


@pytest.mark.parametrize("text", ["wiki internal", "wiki/x", "wiki:port", "a,b", "x" * 300])
def test_what_is_no_host_is_not_sent_as_one(text: str) -> None:
    found = problem(application(f"origin: {{host_header: {text!r}}}"))
    assert (found.line, found.field) == (3, "applications[0].origin.host_header")
    assert "is not a host: use wiki.internal or wiki.internal:8080" in found.problem


@pytest.mark.parametrize("text", ["wiki.internal", "Wiki:8080", "[::1]:8080", "192.0.2.1"])
def test_a_host_header_is_sent_as_it_is(text: str) -> None:
    applications = declared(application(f"origin: {{host_header: {text!r}}}")).applications
    assert applications is not None
    assert applications[0].origin.host_header == text
