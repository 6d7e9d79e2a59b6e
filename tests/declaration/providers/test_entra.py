from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from doorward.declaration.declared import DeclaredSettings
from doorward.declaration.export import export
from doorward.model.configuration import Configuration
from doorward.model.identity_provider import ClientSecret, Cloud, EntraId
from tests.declaration.certificate import certificate
from tests.declaration.files import declared, merged, said, section

TENANT = "5d9c1a70-3c1f-4f7e-9d40-6b1f0a6f0e01"
OTHER = "00000000-1111-4222-8333-444444444444"
CLIENT = "7b2f4c19-0d5e-4a86-8f33-d1c2a9e4b702"
PERSONAL = "9188040d-6c67-4c5b-b112-36a304b66dad"
KNOWN = f"id: a, type: entra, tenant: {TENANT}, client_id: {CLIENT}"
WHERE = "identity_providers[0]"


@cache
def private_key() -> str:
    key = rsa.generate_private_key(65537, 2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def read(more: str, known: str = KNOWN) -> DeclaredSettings:
    providers = declared(section("identity_providers", f"{{{known}, {more}}}")).identity_providers
    assert providers is not None
    assert isinstance(providers[0].settings, DeclaredSettings)
    return providers[0].settings


def entra(found: DeclaredSettings | Configuration) -> EntraId:
    settings = found.settings if isinstance(found, DeclaredSettings) else found.identity_providers[0].settings
    assert isinstance(settings, EntraId)
    return settings


def file(more: str = "", known: str = KNOWN) -> str:
    return section("identity_providers", f"{{{known}{', ' if more else ''}{more}}}")


def test_a_provider_with_everything_is_read() -> None:
    found = read(
        "client_secrets: [{value: one, expires: 2027-01-31}, {value_file: entra.secret, "
        "expires: '2027-06-30T12:00:00+02:00'}], cloud: us_government, allow_guests: false, "
        "email_claim: mail, email_domains: [Example.com], claims: [ctry, dept], groups: false, "
        "conditional_access: true, context_lifetime: 15m, prompt: select_account, domain_hint: Example.com, "
        "recheck_every: 15m, poll_every: 60s, authority_url: 'http://127.0.0.1:1', "
        "graph_url: 'https://graph.example/'"
    )
    assert entra(found) == EntraId(
        tenant=TENANT,
        client_id=CLIENT,
        client_secrets=(
            ClientSecret(value="one", expires=datetime(2027, 1, 31, tzinfo=UTC)),
            ClientSecret(value="from a file", expires=datetime(2027, 6, 30, 10, tzinfo=UTC)),
        ),
        cloud=Cloud.US_GOVERNMENT,
        allow_guests=False,
        email_claim="mail",
        email_domains=("example.com",),
        claims=("ctry", "dept"),
        groups=False,
        conditional_access=True,
        context_lifetime=timedelta(minutes=15),
        prompt="select_account",
        domain_hint="example.com",
        recheck_every=timedelta(minutes=15),
        poll_every=timedelta(minutes=1),
        authority_url="http://127.0.0.1:1",
        graph_url="https://graph.example",
    )
    assert found.unsaid == frozenset()


def test_one_secret_needs_no_list() -> None:
    assert entra(read("client_secret_env: BOB")).client_secrets == (
        ClientSecret(value="from the environment"),
    )


def test_ids_are_the_same_in_any_case() -> None:
    known = f"id: a, type: entra, tenant: {TENANT.upper()}, client_id: {CLIENT.upper()}"
    found = entra(read("client_secret: x", known))
    assert (found.tenant, found.client_id) == (TENANT, CLIENT)


def test_several_directories_are_listed() -> None:
    known = f"id: a, type: entra, tenant: organizations, client_id: {CLIENT}"
    found = entra(read(f"client_secret: x, allowed_tenants: [{TENANT.upper()}, {OTHER}]", known))
    assert found.allowed_tenants == (TENANT, OTHER)


def told(text: str, *before: Configuration) -> str:
    """Everything that is wrong with a file, in one text."""
    return "\n".join(said(text, *before))


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (
            "client_secret: x, client_secrets: [{value: y}]",
            ".client_secrets: stands beside client_secret: there is one way to prove oneself",
        ),
        (
            "client_secret_file: entra.secret, private_key: x",
            ".private_key: stands beside client_secret_file: there is one way to prove oneself",
        ),
        ("client_secret: x, client_secret_env: BOB", ".client_secret_env: stands beside client_secret"),
        ("client_secret: ''", ".client_secret: is empty"),
        ("client_secrets: []", ".client_secrets: must list one secret, or two"),
        (
            "client_secrets: [{value: a}, {value: b}, {value: c}]",
            ".client_secrets: must list one secret, or two while one takes the other's place",
        ),
        ("client_secrets: [{expires: 2027-01-31}]", ".client_secrets[0].value: is missing: give value"),
        (
            "client_secrets: [{value: a, value_env: BOB}]",
            ".client_secrets[0].value_env: stands beside value",
        ),
        ("client_secrets: [{value: a, expires: soon}]", ".client_secrets[0].expires: 'soon' is not a moment"),
        ("private_key: x", ".private_key: holds no readable private key"),
        ("private_key: x", ".certificate: is missing: private_key is of no use without it"),
        ("client_secret: x, cloud: germany", ".cloud: 'germany' is not a cloud here"),
        ("client_secret: x, prompt: none", ".prompt: 'none' is not a prompt here"),
        ("client_secret: x, domain_hint: consumers", ".domain_hint: 'consumers' is neither a domain nor"),
        ("client_secret: x, email_domains: ['@example.com']", ".email_domains[0]: '@example.com' is not a"),
        ("client_secret: x, context_lifetime: 2d", ".context_lifetime: 2d is out of range: use 1m to 24h"),
        ("client_secret: x, recheck_every: 1s", ".recheck_every: 1s is out of range"),
        ("client_secret: x, authority_url: 'http://a.example'", ".authority_url: 'http://a.example' is not"),
        ("client_secret: x, graph_url: 'https://a.example/v1.0'", ".graph_url: has a path"),
        ("client_secret: x, allowed_tenants: [example.com]", ".allowed_tenants[0]: is not the id of"),
        (f"client_secret: x, allowed_tenants: [{PERSONAL}]", ".allowed_tenants[0]: is not the id of"),
    ],
)
def test_what_is_wrong_is_told_with_its_field(more: str, sentence: str) -> None:
    assert f"{WHERE}{sentence}" in told(file(more))


@pytest.mark.parametrize(
    ("tenant", "sentence"),
    [
        ("organizations", ".allowed_tenants: is needed with tenant organizations"),
        ("common", ".tenant: common would let in personal accounts"),
        ("consumers", ".tenant: consumers would let in personal accounts"),
        ("Contoso Ltd", ".tenant: is neither a directory (tenant) id nor a domain"),
        ("contoso", ".tenant: is neither a directory (tenant) id nor a domain"),
    ],
)
def test_a_tenant_that_is_no_directory_is_told(tenant: str, sentence: str) -> None:
    text = file("client_secret: x", f"id: a, type: entra, tenant: {tenant}, client_id: {CLIENT}")
    assert f"{WHERE}{sentence}" in told(text)


def test_a_secret_id_in_place_of_the_application_id_is_told() -> None:
    text = file("client_secret: x", f"id: a, type: entra, tenant: {TENANT}, client_id: Doorward")
    assert f"{WHERE}.client_id: is not an id: copy the Application (client) ID" in told(text)


def test_a_new_provider_needs_a_way_to_prove_itself() -> None:
    assert (
        f"{WHERE}.client_secret: is missing, and this provider is new: give client_secret, "
        "client_secret_file or client_secret_env; or client_secrets; or certificate and private_key"
    ) in told(file())


def test_secrets_that_the_file_leaves_out_live_on_for_the_same_application() -> None:
    before = merged(file("client_secret: hush"))
    assert entra(merged(file("groups: false"), before)).client_secrets == (ClientSecret(value="hush"),)
    other = f"id: a, type: entra, tenant: {OTHER}, client_id: {CLIENT}"
    sentence = "is missing, and its tenant or client id or cloud or authority url or certificate is another"
    assert sentence in told(file(known=other), before)


def with_certificate(more: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr("tests.declaration.files.FILES", {"own.pem": certificate(), "own.key": private_key()})
    return file(f"certificate_file: own.pem{more}")


def test_a_certificate_takes_the_place_of_secrets_and_the_other_way_round(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    secret = merged(file("client_secret: hush"))
    own = merged(with_certificate(", private_key_file: own.key", monkeypatch), secret)
    assert entra(own).client_secrets == ()
    assert entra(own).private_key == private_key()
    assert entra(merged(with_certificate("", monkeypatch), own)).private_key == private_key()
    back = entra(merged(file("client_secret: hush"), own))
    assert (back.private_key, back.certificate) == ("", "")


def test_a_new_certificate_needs_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = merged(file("client_secret: hush"))
    text = with_certificate("", monkeypatch)
    assert f"{WHERE}.private_key: is missing, and its tenant or client id" in told(text, secret)


@pytest.mark.parametrize("with_secrets", [True, False])
def test_an_export_applies_back_and_changes_nothing(*, with_secrets: bool) -> None:
    before = merged(
        file("client_secrets: [{value: one, expires: 2027-01-31}, {value: two}], conditional_access: true")
    )
    text = export(before, with_secrets=with_secrets)
    assert ("value: two" in text) is with_secrets
    assert merged(text, before) == before


def test_no_message_and_no_value_shows_a_secret() -> None:
    found = read("client_secrets: [{value: hush}]")
    assert "hush" not in repr(found)
    assert "hush" not in told(file("client_secrets: [{value: hush, expires: soon}]"))
