from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace

import httpx
import pytest

from doorward.identity.entra.provider import EntraProvider
from doorward.identity.local import LocalProvider
from doorward.identity.oidc.provider import OidcProvider
from doorward.identity.passwords import Passwords
from doorward.identity.providers import Providers
from doorward.identity.saml.provider import SamlProvider
from doorward.model.errors import Invalid
from doorward.model.identity_provider import Account, IdentityProvider, LocalAccounts, OpenIdConnect, Saml
from doorward.model.ids import IdentityProviderId
from doorward.ports.identity import PasswordProvider, RedirectProvider
from tests.fakes.clock import FakeClock, FakeRandomness
from tests.fakes.openid import CALLBACK, FakeOpenIdProvider
from tests.identity.entra.visiting import SETTINGS as ENTRA
from tests.identity.test_passwords import CHEAP


@dataclass
class Opened:
    """The clients that were opened, each by its CA."""

    fake: FakeOpenIdProvider = field(default_factory=FakeOpenIdProvider)
    clients: dict[str, httpx.AsyncClient] = field(default_factory=dict)

    def open(self, ca: str) -> httpx.AsyncClient:
        assert ca not in self.clients
        self.clients[ca] = self.fake.client()
        return self.clients[ca]

    def providers(self) -> Providers:
        return Providers(
            passwords=Passwords(parameters=CHEAP, threads=1),
            clock=FakeClock(),
            randomness=FakeRandomness(),
            open_client=self.open,
        )


WORK = IdentityProvider(
    id=IdentityProviderId("work"),
    settings=OpenIdConnect(issuer="https://idp.example.com", client_id="doorward"),
)
LOCAL = IdentityProvider(id=IdentityProviderId("local"), settings=LocalAccounts())


def oidc(provider: IdentityProvider) -> OpenIdConnect:
    assert isinstance(provider.settings, OpenIdConnect)
    return provider.settings


def test_each_kind_of_settings_gets_its_kind_of_provider() -> None:
    providers = Opened().providers()
    work, local = providers.adapter(WORK), providers.adapter(LOCAL)
    assert isinstance(work, OidcProvider)
    assert isinstance(work, RedirectProvider)
    assert isinstance(local, LocalProvider)
    assert isinstance(local, PasswordProvider)
    saml = providers.adapter(IdentityProvider(id=IdentityProviderId("saml"), settings=Saml()))
    assert isinstance(saml, SamlProvider)


def test_entra_has_an_adapter_of_its_own() -> None:
    entra = IdentityProvider(id=IdentityProviderId("entra"), settings=ENTRA)
    assert isinstance(Opened().providers().adapter(entra), EntraProvider)


def test_an_adapter_and_what_it_fetched_outlive_changes_that_do_not_concern_it() -> None:
    opened = Opened()
    providers = opened.providers()

    async def depart(provider: IdentityProvider) -> None:
        adapter = providers.adapter(provider)
        assert isinstance(adapter, RedirectProvider)
        await adapter.depart(callback=CALLBACK)

    async def run() -> None:
        await depart(WORK)
        await depart(replace(WORK, name="Another name for the chooser"))
        await depart(replace(WORK, settings=replace(oidc(WORK))))
        assert len(opened.fake.asked) == 1
        await depart(replace(WORK, settings=replace(oidc(WORK), client_secret="rotated")))
        assert len(opened.fake.asked) == 2
        await providers.aclose()

    asyncio.run(run())


def test_changed_accounts_count_at_once() -> None:
    providers = Opened().providers()
    before = providers.adapter(LOCAL)
    account = Account(email="ada@example.com")
    after = providers.adapter(replace(LOCAL, settings=LocalAccounts(accounts=(account,))))
    assert after is not before


def test_a_removed_provider_is_forgotten() -> None:
    providers = Opened().providers()
    work, local = providers.adapter(WORK), providers.adapter(LOCAL)
    providers.keep_only((LOCAL,))
    assert providers.adapter(LOCAL) is local
    assert providers.adapter(WORK) is not work


def test_each_ca_has_one_client_and_the_end_closes_them() -> None:
    opened = Opened()
    providers = opened.providers()

    async def run() -> None:
        providers.adapter(WORK)
        providers.adapter(replace(WORK, id=IdentityProviderId("other")))
        providers.adapter(
            replace(WORK, id=IdentityProviderId("inner"), settings=replace(oidc(WORK), ca="CA"))
        )
        assert list(opened.clients) == ["", "CA"]
        await providers.aclose()
        assert all(client.is_closed for client in opened.clients.values())

    asyncio.run(run())


@pytest.mark.parametrize(
    "issuer", ["http://idp.example.com", "idp.example.com", "https://idp.example.com?x=1"]
)
def test_an_issuer_that_may_not_be_called_is_invalid(issuer: str) -> None:
    broken = replace(WORK, settings=replace(oidc(WORK), issuer=issuer))
    with pytest.raises(Invalid, match="issuer"):
        Opened().providers().adapter(broken)


def test_a_ca_without_a_certificate_is_invalid() -> None:
    providers = Providers(
        passwords=Passwords(parameters=CHEAP, threads=1), clock=FakeClock(), randomness=FakeRandomness()
    )
    with pytest.raises(Invalid, match="ca"):
        providers.adapter(replace(WORK, settings=replace(oidc(WORK), ca="not a certificate")))
