"""Signing in through well-known services, each a fake on this machine, from the application's address back
to it: their groups let people in."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urljoin

import httpx
import pytest
import yaml

from tests.fakes.github import FakeGitHub
from tests.fakes.google import ADMINISTRATOR, FakeGoogle
from tests.fakes.oauth2_app import CLIENT_ID, CLIENT_SECRET
from tests.fakes.okta import API_TOKEN, FakeOkta
from tests.live.system import System
from tests.live.test_oidc_provider import SystemClock
from tests.live.test_oidc_sign_in import asked_at
from tests.live.visitor import SCRIPT
from tests.serving import serving

CLIENT = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
ADA = "ada@example.com"


@contextmanager
def github() -> Iterator[Mapping[str, object]]:
    with serving(FakeGitHub().app()) as port:
        local = f"http://127.0.0.1:{port}"
        yield {"type": "github", **CLIENT, "base_url": local, "api_url": local}


@contextmanager
def google() -> Iterator[Mapping[str, object]]:
    fake = FakeGoogle(clock=SystemClock())
    with serving(fake.app()) as port:
        fake.issuer = f"http://127.0.0.1:{port}"
        yield {
            "type": "google",
            **CLIENT,
            "issuer": fake.issuer,
            "api_url": fake.issuer,
            "hosted_domain": "example.com",
            "groups_token": fake.service_account(),
            "groups_administrator": ADMINISTRATOR,
        }


@contextmanager
def okta() -> Iterator[Mapping[str, object]]:
    fake = FakeOkta(clock=SystemClock())
    with serving(fake.app()) as port:
        fake.issuer = f"http://127.0.0.1:{port}"
        yield {"type": "okta", **CLIENT, "issuer": fake.issuer, "groups_token": API_TOKEN}


def configure(system: System, provider: Mapping[str, object], group: str) -> None:
    present = yaml.safe_load(system.cli("export").out)
    [hello] = [a for a in present["applications"] if a["id"] == "hello"]
    rule = {"group": group, "identity_provider": "work"}
    hello["policies"] = [{"id": "group", "action": "allow", "include": [rule]}]
    work: dict[str, Any] = {"id": "work", "name": "Work", **provider}
    applied = system.apply({"identity_providers": [work], "applications": [hello]})
    assert applied.code == 0, applied


def walk(asked: str, email: str) -> str:
    """Where the service sends whoever chooses this account there."""
    page = httpx.get(asked, trust_env=False)
    if not page.is_redirect:
        links = dict(re.findall(r'<a href="([^"]+)">([^<]+)</a>', page.text))
        link = next(link for link, name in links.items() if name == email)
        page = httpx.get(urljoin(asked, html.unescape(link)), trust_env=False)
    assert page.is_redirect, page.text
    return page.headers["location"]


@pytest.mark.parametrize(
    ("service", "group", "others"),
    [
        (github, "acme/sre", "acme/other"),
        (google, "sre@example.com", "x@example.com"),
        (okta, "group-249", "x"),
    ],
    ids=["github", "google", "okta"],
)
def test_groups_of_a_service_let_people_in(system: System, service: Any, group: str, others: str) -> None:
    with service() as provider:
        configure(system, provider, group)
        with system.visitor() as visitor:
            asked = asked_at(visitor, f"{system.app_url}/headers?x=1")
            page = visitor.open(walk(asked, ADA))
            assert (page.status_code, str(page.url)) == (200, f"{system.app_url}/headers?x=1")
            found = visitor.get(f"{system.app_url}/cdn-cgi/access/get-identity", SCRIPT).json()
            assert found["idp"]["type"] == provider["type"]
            assert group in found["groups"]
        configure(system, provider, others)
        with system.visitor() as visitor:
            page = visitor.open(walk(asked_at(visitor, f"{system.app_url}/"), ADA))
            assert page.status_code == 403


def test_a_service_that_does_not_tell_groups_is_told_in_words(system: System) -> None:
    with okta() as provider:
        configure(system, {**provider, "groups_token": "expired"}, "group-249")
        with system.visitor() as visitor:
            page = visitor.open(walk(asked_at(visitor, f"{system.app_url}/"), ADA))
            assert page.status_code == 403
            assert "Failed to fetch group information" in page.text


def test_an_export_of_a_service_changes_nothing(system: System) -> None:
    with google() as provider:
        configure(system, provider, "sre@example.com")
        exported = yaml.safe_load(system.cli("export").out)
        assert "groups_token" not in str(exported)
        applied = system.apply({"identity_providers": exported["identity_providers"]})
        assert applied.code == 0
        assert "Nothing" in applied.out or "nothing" in applied.out
