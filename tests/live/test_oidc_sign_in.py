"""Signing in through a certified OpenID provider, from the application's address back to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.live.oidc_provider import ADA, BOB, EVE, OidcProviderProcess, Person
from tests.live.system import System
from tests.live.visitor import SCRIPT, Visitor
from tests.serving import serving

GROUP = {"group": "engineers", "identity_provider": "work"}


@pytest.fixture(scope="module")
def provider(system: System, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OidcProviderProcess]:
    callback = f"{system.team_url}/cdn-cgi/access/callback"
    scratch = tmp_path_factory.mktemp("provider")
    with OidcProviderProcess(scratch=scratch, redirect_uris=[callback]) as process:
        yield process


def work(provider: OidcProviderProcess) -> dict[str, Any]:
    """The provider as an access file names it."""
    return {
        "id": "work",
        "name": "Work",
        "type": "oidc",
        "issuer": provider.issuer,
        "client_id": provider.client_id,
        "client_secret": provider.client_secret,
        "scopes": ["openid", "email", "profile", "groups"],
    }


def configure(system: System, provider: OidcProviderProcess, *, alone: bool, rule: object) -> None:
    """Bring the provider into force, alone or beside the local accounts."""
    present = yaml.safe_load(system.cli("export").out)
    others = [] if alone else [p for p in present["identity_providers"] if p["id"] == "staff"]
    [hello] = [a for a in present["applications"] if a["id"] == "hello"]
    hello["policies"] = [{"id": "engineers", "name": "Engineers", "action": "allow", "include": [rule]}]
    applied = system.apply({"identity_providers": [*others, work(provider)], "applications": [hello]})
    assert applied.code == 0, applied
    assert "Live on every edge." in applied.out  # people who are signed out by it change nothing about that


def come_back(
    visitor: Visitor, provider: OidcProviderProcess, asked: str, person: Person = ADA, *, agree: bool = True
) -> httpx.Response:
    """From the authorization request through the provider's forms, and on to the end."""
    assert asked.startswith(provider.issuer)
    return visitor.open(str(provider.sign_in(asked, person, agree=agree)))


def asked_at(visitor: Visitor, url: str) -> str:
    """Follow redirects from ``url`` up to the one that leads out of Doorward."""
    for _ in range(5):
        answer = visitor.get(url)
        assert answer.is_redirect, (answer.status_code, answer.text[:500])
        url = str(answer.next_request.url) if answer.next_request else ""
        if not httpx.URL(url).host.endswith(".localhost"):
            return url
    raise AssertionError("nothing leads to the provider")


def to_work(system: System, visitor: Visitor, path: str = "/headers?x=1") -> str:
    """Choose the provider in the chooser; the authorization request."""
    chooser = visitor.open(f"{system.app_url}{path}")
    assert "Choose how to sign in" in chooser.text
    assert "Staff accounts" in chooser.text
    link = next(link for link in _links(chooser) if "provider=work" in link)
    return asked_at(visitor, link)


def _links(page: httpx.Response) -> list[str]:
    hrefs = [part.split('"')[0] for part in page.text.split('href="')[1:]]
    return [str(page.url.join(href.replace("&amp;", "&"))) for href in hrefs]


def test_the_second_provider_is_offered_and_leads_to_the_page_that_was_asked_for(
    system: System, provider: OidcProviderProcess
) -> None:
    configure(system, provider, alone=False, rule=GROUP)
    with system.visitor() as visitor:
        page = come_back(visitor, provider, to_work(system, visitor))
        assert (page.status_code, str(page.url)) == (200, f"{system.app_url}/headers?x=1")
        headers = dict(page.json()["headers"])
        assert headers["cf-access-authenticated-user-email"] == ADA.email
        found = visitor.get(f"{system.app_url}/cdn-cgi/access/get-identity", SCRIPT).json()
        assert found["idp"] == {"id": "work", "type": "oidc", "name": "Work"}
        assert found["groups"] == sorted(ADA.groups)


def test_a_group_of_the_same_name_at_another_provider_does_not_count(
    system: System, provider: OidcProviderProcess
) -> None:
    configure(system, provider, alone=False, rule=GROUP)
    with system.visitor() as visitor:
        chooser = visitor.open(f"{system.app_url}/")
        link = next(link for link in _links(chooser) if "provider=staff" in link)
        page = visitor.sign_in(link, ADA.email, system.password(ADA.email))
    assert page.status_code == 403


def test_who_is_not_in_the_group_reads_why(system: System, provider: OidcProviderProcess) -> None:
    configure(system, provider, alone=False, rule=GROUP)
    with system.visitor() as visitor:
        page = come_back(visitor, provider, to_work(system, visitor), BOB)
    assert page.status_code == 403
    assert "You may not open Hello" in page.text


def test_an_email_rule_lets_in_who_has_it(system: System, provider: OidcProviderProcess) -> None:
    configure(system, provider, alone=False, rule={"email": BOB.email})
    with system.visitor() as visitor:
        page = come_back(visitor, provider, to_work(system, visitor), BOB)
        assert (page.status_code, str(page.url)) == (200, f"{system.app_url}/headers?x=1")


@pytest.mark.parametrize(("person", "agree"), [(EVE, True), (ADA, False)], ids=["unverified", "cancelled"])
def test_what_the_provider_says_no_to_is_told_in_words(
    system: System, provider: OidcProviderProcess, person: Person, agree: object
) -> None:
    configure(system, provider, alone=False, rule=GROUP)
    with system.visitor() as visitor:
        page = come_back(visitor, provider, to_work(system, visitor), person, agree=bool(agree))
        assert page.status_code == 403
        assert ("email_verified" if agree else "changed their mind") in page.text
        assert "__Host-doorward-session" not in visitor.cookies(system.team_url)


def test_an_answer_counts_once_and_in_the_browser_that_asked(
    system: System, provider: OidcProviderProcess
) -> None:
    configure(system, provider, alone=False, rule=GROUP)
    with system.visitor() as victim, system.visitor() as attacker:
        answer = str(provider.sign_in(to_work(system, attacker), ADA))
        assert victim.open(answer).status_code == 403
        assert "__Host-doorward-session" not in victim.cookies(system.team_url)
        assert attacker.open(answer).status_code == 200
        again = attacker.get(answer)
        assert again.status_code == 403
        changed = str(httpx.URL(answer).copy_set_param("state", "x"))
        assert attacker.get(changed).status_code == 403


def test_the_only_provider_is_gone_to_at_once(system: System, provider: OidcProviderProcess) -> None:
    configure(system, provider, alone=True, rule=GROUP)
    with system.visitor() as visitor:
        page = come_back(visitor, provider, asked_at(visitor, f"{system.app_url}/headers?deep=link"))
        assert (page.status_code, str(page.url)) == (200, f"{system.app_url}/headers?deep=link")


def test_a_provider_that_is_away_is_told_in_words_and_who_is_in_stays_in(
    system: System, provider: OidcProviderProcess
) -> None:
    configure(system, provider, alone=True, rule=GROUP)
    with system.visitor() as ada, system.visitor() as stranger:
        come_back(ada, provider, asked_at(ada, f"{system.app_url}/headers"))
        asked = asked_at(stranger, f"{system.app_url}/headers")
        answer = str(provider.sign_in(asked, ADA))
        provider.stop()
        try:
            page = stranger.open(answer)
            assert page.status_code in (403, 503)
            assert "Work" in page.text or "identity provider" in page.text
            assert ada.get(f"{system.app_url}/headers").status_code == 200
        finally:
            provider.start()


def test_a_sign_out_there_ends_the_session_here_at_once(
    system: System, provider: OidcProviderProcess, tmp_path: Path
) -> None:
    tokens: list[str] = []

    async def take(request: Request) -> Response:
        tokens.append(str((await request.form())["logout_token"]))
        return Response()

    callback = f"{system.team_url}/cdn-cgi/access/callback"
    with serving(Starlette(routes=[Route("/", take, methods=["POST"])])) as port:
        telling = OidcProviderProcess(
            scratch=tmp_path, redirect_uris=[callback], logout_uri=f"http://127.0.0.1:{port}/"
        )
        with telling, httpx.Client(trust_env=False) as browser, system.visitor() as ada:
            configure(system, telling, alone=True, rule=GROUP)
            asked = asked_at(ada, f"{system.app_url}/headers")
            assert ada.open(str(telling.sign_in(asked, ADA, browser=browser))).status_code == 200
            telling.sign_out(browser)
            address = f"{system.team_url}/cdn-cgi/access/logout/backchannel/work"
            forged = tokens[0][:-4] + "AAAA"
            assert ada.http.post(address, data={"logout_token": forged}).status_code == 400
            assert ada.get(f"{system.app_url}/headers", SCRIPT).status_code == 200
            told = ada.http.post(address, data={"logout_token": tokens[0]})
            assert (told.status_code, told.headers["cache-control"]) == (200, "no-store")
            assert ada.get(f"{system.app_url}/headers", SCRIPT).status_code != 200
            assert ada.http.post(address, data={"logout_token": tokens[0]}).status_code == 400
