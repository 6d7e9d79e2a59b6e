"""Signing in with Keycloak, by OpenID Connect and by SAML: from departure to identity, and in a browser from
the application's address back to it.

One Keycloak and one system serve the whole file: a start of either takes seconds.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import yaml
from playwright.sync_api import Browser, Page, expect

from doorward.identity.oidc.fetching import open_client
from doorward.identity.oidc.provider import OidcProvider
from doorward.identity.saml.provider import SamlProvider
from doorward.model.errors import SignInRefused
from doorward.model.identity_provider import OpenIdConnect, Saml
from doorward.model.ids import IdentityProviderId
from doorward.ports.identity import Arrival, CheckState
from tests.fakes.clock import FakeRandomness
from tests.fakes.saml_keys import key_pair
from tests.live.browser import person
from tests.live.keycloak import KeycloakProcess
from tests.live.keycloak_realm import ADA, BOB, CLIENT_ID, CLIENT_SECRET, PASSWORD, Person, SamlClient, realm
from tests.live.system import System

WORK = IdentityProviderId("work")
OWN = key_pair("own")


def callback(name: str) -> str:
    return f"https://{name}.localhost:8443/cdn-cgi/access/callback"


CLIENTS: Mapping[str, SamlClient] = {
    "assertion": SamlClient(callback("assertion")),
    "response": SamlClient(callback("response"), signs=("response",)),
    "both": SamlClient(callback("both"), signs=("assertion", "response"), algorithm="RSA_SHA512"),
    "guarded": SamlClient(callback("guarded"), signs=("assertion", "response"), keys=OWN),
    "encrypted": SamlClient(callback("encrypted"), signs=("assertion",), keys=OWN),
    "email": SamlClient(callback("email"), name_id="email"),
    "transient": SamlClient(callback("transient"), name_id="transient"),
    "unsigned": SamlClient(callback("unsigned"), signs=()),
    "weak": SamlClient(callback("weak"), algorithm="RSA_SHA1"),
}


class SystemClock:
    """The provider's answers carry real times."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@pytest.fixture(scope="module")
def keycloak(system: System, tmp_path_factory: pytest.TempPathFactory) -> Iterator[KeycloakProcess]:
    whole = f"{system.team_url}/cdn-cgi/access/callback"
    clients = [*CLIENTS.values(), SamlClient(whole, signs=("response", "assertion"))]
    scratch = tmp_path_factory.mktemp("keycloak")
    with KeycloakProcess(scratch, realm([callback("openid"), whole], clients)) as process:
        yield process


def saml(keycloak: KeycloakProcess, name: str) -> Saml:
    settings = Saml(metadata=keycloak.saml_metadata(), roles_attribute="Role")
    if CLIENTS[name].keys is None:
        return settings
    return replace(settings, sign_requests=True, private_key=OWN.key, certificate=OWN.certificate)


def saml_sign_in(
    keycloak: KeycloakProcess, name: str, who: Person = ADA, *, settings: Saml | None = None
) -> Arrival:
    provider = SamlProvider(
        id=WORK,
        settings=settings or saml(keycloak, name),
        clock=SystemClock(),
        randomness=FakeRandomness(str(datetime.now(UTC))),
    )

    async def run() -> Arrival:
        departure = await provider.depart(callback=callback(name))
        back = await asyncio.to_thread(keycloak.sign_in, departure.url, who)
        assert back.address == callback(name)
        assert back.answer["RelayState"] == departure.state
        return await provider.arrive(
            callback=callback(name), transaction=departure.transaction, answer=back.answer
        )

    return asyncio.run(run())


@pytest.mark.parametrize("name", ["assertion", "response", "both", "guarded", "encrypted"])
def test_a_person_signs_in_by_saml(keycloak: KeycloakProcess, name: str) -> None:
    arrival = saml_sign_in(keycloak, name)
    identity = arrival.identity
    assert (identity.email, identity.name) == ("ada@example.com", "Ada")
    assert identity.groups == {"engineers", "everyone"}
    assert "auditor" in identity.roles
    assert identity.subject.startswith("persistent!")
    assert arrival.provider_session
    assert arrival.authenticated is not None
    assert abs((datetime.now(UTC) - arrival.authenticated).total_seconds()) < 60


def test_a_persistent_name_is_the_same_next_time_and_another_persons_is_not(
    keycloak: KeycloakProcess,
) -> None:
    first, again = saml_sign_in(keycloak, "assertion"), saml_sign_in(keycloak, "assertion")
    assert first.identity == again.identity
    assert first.provider_session != again.provider_session
    bob = saml_sign_in(keycloak, "assertion", BOB).identity
    assert bob.subject != first.identity.subject
    assert (bob.email, bob.groups) == ("bob@example.com", frozenset({"everyone"}))


def test_an_address_as_name_id_works(keycloak: KeycloakProcess) -> None:
    assert saml_sign_in(keycloak, "email").identity.subject == "emailAddress!ada@example.com"


@pytest.mark.parametrize(
    ("name", "said"),
    [("transient", "another name at every sign-in"), ("unsigned", "not signed"), ("weak", "SHA-1")],
)
def test_what_keycloak_can_be_set_to_and_should_not_is_refused(
    keycloak: KeycloakProcess, name: str, said: str
) -> None:
    with pytest.raises(SignInRefused, match=said):
        saml_sign_in(keycloak, name)


def test_a_request_that_should_be_signed_and_is_not_gets_no_sign_in_form(keycloak: KeycloakProcess) -> None:
    unsigned = replace(saml(keycloak, "guarded"), sign_requests=False)
    with pytest.raises(AssertionError, match="no form"):
        saml_sign_in(keycloak, "guarded", settings=unsigned)


def test_a_fresh_sign_in_can_be_demanded(keycloak: KeycloakProcess) -> None:
    forcing = replace(saml(keycloak, "assertion"), force_authentication=True)
    assert saml_sign_in(keycloak, "assertion", settings=forcing).authenticated is not None


def test_the_checklist_and_a_test_sign_in_find_nothing_wrong(keycloak: KeycloakProcess) -> None:
    provider = SamlProvider(
        id=WORK, settings=saml(keycloak, "guarded"), clock=SystemClock(), randomness=FakeRandomness()
    )

    async def run() -> None:
        found = [check async for check in provider.checklist(callback=callback("guarded"))]
        states = {check.name: check.state for check in found}
        assert states.pop("sign-in-url") is CheckState.WARNING, "loopback is without TLS"
        assert set(states.values()) == {CheckState.PASSED, CheckState.NOT_CHECKED}

    asyncio.run(run())
    checks = provider.arrival_checks(saml_sign_in(keycloak, "guarded"))
    assert {check.state for check in checks} == {CheckState.PASSED}


def test_a_person_signs_in_by_openid_connect(keycloak: KeycloakProcess) -> None:
    settings = OpenIdConnect(issuer=keycloak.issuer, client_id=CLIENT_ID, client_secret=CLIENT_SECRET)

    async def run() -> None:
        async with open_client("") as client:
            provider = OidcProvider(
                id=WORK,
                settings=settings,
                client=client,
                clock=SystemClock(),
                randomness=FakeRandomness(str(datetime.now(UTC))),
            )
            for who in (ADA, BOB):
                departure = await provider.depart(callback=callback("openid"))
                back = await asyncio.to_thread(keycloak.sign_in, departure.url, who)
                arrival = await provider.arrive(
                    callback=callback("openid"), transaction=departure.transaction, answer=back.answer
                )
                assert arrival.identity.email == who.email
                assert arrival.identity.groups == set(who.groups)

    asyncio.run(run())


def configure(system: System, keycloak: KeycloakProcess, kind: str) -> None:
    """Bring Keycloak into force as the only provider; its engineers may open the application."""
    provider: dict[str, object] = {"id": "work", "name": "Work", "type": kind}
    if kind == "saml":
        provider |= {"metadata": keycloak.saml_metadata()}
    else:
        provider |= {"issuer": keycloak.issuer, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    present = yaml.safe_load(system.cli("export").out)
    [hello] = [each for each in present["applications"] if each["id"] == "hello"]
    rule = {"group": "engineers", "identity_provider": "work"}
    hello["policies"] = [{"id": "engineers", "action": "allow", "include": [rule]}]
    applied = system.apply({"identity_providers": [provider], "applications": [hello]})
    assert applied.code == 0, applied


def fill_in(page: Page, who: Person) -> None:
    """Keycloak's form."""
    expect(page).to_have_url(re.compile("^http://127.0.0.1"))
    page.locator("#username").fill(who.username)
    page.locator("#password").fill(PASSWORD)
    page.locator("#kc-login").click()


@pytest.mark.parametrize("kind", ["saml", "oidc"])
def test_the_group_admits_ada_and_refuses_bob_in_a_browser(
    system: System, keycloak: KeycloakProcess, chromium: Browser, kind: str
) -> None:
    configure(system, keycloak, kind)
    with person(chromium) as (page, _):
        page.goto(f"{system.app_url}/headers?deep=link")
        fill_in(page, ADA)
        expect(page).to_have_url(f"{system.app_url}/headers?deep=link")
        expect(page.locator("body")).to_contain_text(ADA.email)
    with person(chromium) as (page, _):
        page.goto(f"{system.app_url}/")
        fill_in(page, BOB)
        expect(page.get_by_role("heading", level=1)).to_have_text("You may not open Hello")
