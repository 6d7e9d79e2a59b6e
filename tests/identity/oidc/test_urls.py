from __future__ import annotations

import pytest

from doorward.identity.oidc.urls import check_endpoint, check_issuer, discovery_url
from doorward.model.errors import Invalid

HERE = "http://127.0.0.1:4000"


@pytest.mark.parametrize(
    ("issuer", "url"),
    [
        ("https://idp.example.com", "https://idp.example.com/.well-known/openid-configuration"),
        ("https://idp.example.com/", "https://idp.example.com/.well-known/openid-configuration"),
        ("https://idp.example.com/t/1", "https://idp.example.com/t/1/.well-known/openid-configuration"),
        ("https://idp.example.com/t/1/", "https://idp.example.com/t/1/.well-known/openid-configuration"),
    ],
)
def test_metadata_is_below_the_issuer_without_its_last_slash(issuer: str, url: str) -> None:
    assert discovery_url(issuer) == url


@pytest.mark.parametrize(
    "issuer",
    [
        "https://idp.example.com",
        "https://idp.example.com:8443/realms/a",
        "https://[2001:db8::1]/",
        HERE,
        "http://localhost:4000",
        "http://[::1]:4000",
    ],
)
def test_https_and_plain_http_on_this_machine_are_issuers(issuer: str) -> None:
    assert check_issuer(issuer) == issuer


@pytest.mark.parametrize(
    "issuer",
    [
        "",
        "idp.example.com",
        "//idp.example.com",
        "http://idp.example.com",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
        "http://127.0.0.2",
        "ftp://idp.example.com",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://",
        "https:///path",
        "https://idp.example.com?tenant=1",
        "https://idp.example.com?",
        "https://idp.example.com#",
        "https://idp.example.com/#fragment",
        "https://ada@idp.example.com",
        "https://idp.example.com:port",
        "https://idp.example.com:99999",
        "https://idp.exam\tple.com",
        "https://idp.example.com\n",
        " https://idp.example.com",
        "https:\\\\idp.example.com",
        "https://idp.example.com\\@evil.example.com",
        "https://[::1",
        "https://ïdp.example.com",
        "https://idp.example.com/" + "a" * 3000,
    ],
)
def test_anything_else_is_no_issuer(issuer: str) -> None:
    with pytest.raises(Invalid, match="issuer"):
        check_issuer(issuer)


def test_an_endpoint_may_be_on_another_host_and_have_a_query() -> None:
    url = "https://other.example.net/authorize?tenant=1"
    assert check_endpoint(url, issuer="https://idp.example.com", field="x") == url


@pytest.mark.parametrize(
    ("endpoint", "issuer"),
    [
        ("http://idp.example.com/token", "https://idp.example.com"),
        ("http://127.0.0.1:4000/token", "https://idp.example.com"),
        ("http://idp.example.com/token", HERE),
        ("https://idp.example.com/token#x", "https://idp.example.com"),
        ("/token", "https://idp.example.com"),
        ("https://ada:secret@idp.example.com/token", "https://idp.example.com"),
    ],
)
def test_an_endpoint_is_https_unless_everything_is_on_this_machine(endpoint: str, issuer: str) -> None:
    with pytest.raises(Invalid, match="token_endpoint"):
        check_endpoint(endpoint, issuer=issuer, field="token_endpoint")


def test_plain_http_is_for_development_on_this_machine() -> None:
    url = "http://localhost:4001/token"
    assert check_endpoint(url, issuer=HERE, field="token_endpoint") == url
