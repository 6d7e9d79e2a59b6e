"""The whole of it, against the stand-in for Entra and Graph."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from doorward.identity.entra.refusals import NotAccepted
from doorward.model.errors import Invalid, Refused, SignInRefused, Unavailable
from doorward.model.identity_provider import ClientSecret
from doorward.ports.identity import Checked, GroupDirectory, Polled, Rechecking, RedirectProvider
from doorward.sample.entra.faults import IdTokenFault, Jwks
from doorward.sample.entra.seed import ADA, CLIENT_SECRET, ENGINEERING, TENANT_ID
from tests.fakes.clock import START
from tests.fakes.entra import CALLBACK, FakeEntra
from tests.identity.entra import own_certificate
from tests.identity.entra.visiting import SETTINGS, Visiting, run

MAGDA = "magda@example.com"
MALLORY = "mallory@partner.example"
OTHER = "00000000-1111-4222-8333-444444444444"


def test_a_sign_in_asks_for_no_more_than_it_needs() -> None:
    async def test(visiting: Visiting) -> None:
        provider = visiting.provider()
        arrival = await visiting.sign_in(provider)
        identity = arrival.identity
        assert identity.subject == f"{TENANT_ID}:{ADA}"
        assert (identity.email, identity.upn, identity.name) == (
            "ada@example.com", "ada@example.com", "Ada Adams",
        )  # fmt: skip
        assert identity.groups == {ENGINEERING}
        assert identity.contexts == frozenset()
        assert arrival.authenticated == START
        assert arrival.provider_session
        assert arrival.refresh_token not in repr(arrival)
        await visiting.sign_in(provider)

    visiting = run(test)
    assert [request.url.path.rpartition("/")[2] for request in visiting.asked] == [
        "openid-configuration", "token", "keys", "getMemberObjects", "token", "getMemberObjects",
    ]  # fmt: skip


def test_the_provider_can_do_all_that_services_may_ask_for() -> None:
    async def test(visiting: Visiting) -> None:
        provider = visiting.provider()
        for protocol in (RedirectProvider, Rechecking, Polled, Checked, GroupDirectory):
            assert isinstance(provider, protocol)

    run(test)


@pytest.mark.parametrize("tenant", ["example.com", "Example.COM", TENANT_ID.upper(), "organizations"])
def test_a_directory_may_be_named_in_several_ways(tenant: str) -> None:
    fake = FakeEntra()
    fake.registration.multi_tenant = True

    async def test(visiting: Visiting) -> None:
        settings = replace(SETTINGS, tenant=tenant, allowed_tenants=(TENANT_ID,))
        arrival = await visiting.sign_in(visiting.provider(settings))
        assert arrival.identity.subject == f"{TENANT_ID}:{ADA}"

    run(test, fake)


def test_a_directory_that_is_not_on_the_list_may_not_sign_in() -> None:
    fake = FakeEntra()
    fake.registration.multi_tenant = True

    async def test(visiting: Visiting) -> None:
        settings = replace(SETTINGS, tenant="organizations", allowed_tenants=(OTHER,))
        with pytest.raises(SignInRefused, match="not one of those"):
            await visiting.sign_in(visiting.provider(settings))

    assert run(test, fake).count("getMemberObjects") == 0


def test_an_email_that_changes_and_a_name_that_does_too_leave_it_the_same_person() -> None:
    async def test(visiting: Visiting) -> None:
        provider = visiting.provider()
        before = await visiting.sign_in(provider)
        ada = visiting.fake.tenant.users[ADA]
        ada.mail = ada.user_principal_name = "lovelace@example.com"
        ada.verified_primary_email = [ada.mail]
        after = await visiting.sign_in(provider, "lovelace@example.com")
        assert after.identity.subject == before.identity.subject
        assert after.identity.email == "lovelace@example.com"

    run(test)


@pytest.mark.parametrize("fault", [fault for fault in IdTokenFault if fault is not IdTokenFault.HAS_GROUPS])
def test_a_token_with_one_fault_signs_nobody_in(fault: IdTokenFault) -> None:
    fake = FakeEntra()
    fake.faults.id_token = fault

    async def test(visiting: Visiting) -> None:
        with pytest.raises((Refused, Unavailable), match=r"(does not hold|does not publish|of more than)"):
            await visiting.sign_in(visiting.provider())

    assert run(test, fake).count("getMemberObjects") == 0


def test_an_authority_that_contradicts_itself_is_refused_before_anybody_is_sent_there() -> None:
    fake = FakeEntra()
    fake.faults.metadata = {"token_endpoint": "https://evil.example/token"}

    async def test(visiting: Visiting) -> None:
        with pytest.raises(Unavailable, match=r"evil\.example"):
            await visiting.provider().depart(callback=CALLBACK)

    run(test, fake)


def test_a_directory_that_does_not_exist_is_told_with_its_code() -> None:
    async def test(visiting: Visiting) -> None:
        with pytest.raises(NotAccepted, match="AADSTS90002"):
            await visiting.provider(replace(SETTINGS, tenant=OTHER)).depart(callback=CALLBACK)

    run(test)


def test_keys_that_cannot_be_had_fail_a_first_sign_in_and_do_not_disturb_a_later_one() -> None:
    async def test(visiting: Visiting) -> None:
        visiting.fake.faults.jwks = Jwks.DOWN
        with pytest.raises(Unavailable):
            await visiting.sign_in(visiting.provider())
        visiting.fake.faults.jwks = Jwks.WELL
        provider = visiting.provider()
        await visiting.sign_in(provider)
        visiting.fake.faults.jwks = Jwks.HTML
        visiting.fake.clock.advance(timedelta(hours=20))
        await visiting.sign_in(provider)

    run(test)


def test_new_keys_work_at_once() -> None:
    async def test(visiting: Visiting) -> None:
        provider = visiting.provider()
        await visiting.sign_in(provider)
        visiting.fake.rotate_keys()
        await visiting.sign_in(provider)

    run(test)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"state": "another", "code": "c"}, "not begun here"),
        ({"code": "c"}, "not begun here"),
        ({}, "no usable code"),
        ({"code": "c" * 5000}, "no usable code"),
        ({"error": "access_denied", "error_description": "AADSTS65004: x"}, "You declined"),
        ({"error": "server_error"}, "a fault at this moment"),
    ],
)
def test_an_answer_that_does_not_hold_costs_no_token_request(answer: dict[str, str], said: str) -> None:
    async def test(visiting: Visiting) -> None:
        provider = visiting.provider()
        departure = await provider.depart(callback=CALLBACK)
        whole = ({} if "code" in answer and "state" not in answer else {"state": departure.state}) | answer
        with pytest.raises(Refused, match=said):
            await provider.arrive(
                callback=CALLBACK,
                transaction=departure.transaction,
                answer=whole if said == "not begun here" else {"state": departure.state} | answer,
            )

    assert run(test).count("token") == 0


def test_an_answer_for_another_directorys_provider_is_not_taken() -> None:
    async def test(visiting: Visiting) -> None:
        provider = visiting.provider()
        departure = await provider.depart(callback=CALLBACK)
        answer = await visiting.browse(departure)
        other = visiting.provider(replace(SETTINGS, tenant="example.com"))
        with pytest.raises(Refused, match="not begun here"):
            await other.arrive(callback=CALLBACK, transaction=departure.transaction, answer=answer)

    run(test)


def test_a_code_works_once() -> None:
    async def test(visiting: Visiting) -> None:
        provider = visiting.provider()
        departure = await provider.depart(callback=CALLBACK)
        answer = await visiting.browse(departure)
        await provider.arrive(callback=CALLBACK, transaction=departure.transaction, answer=answer)
        with pytest.raises(SignInRefused) as caught:
            await provider.arrive(callback=CALLBACK, transaction=departure.transaction, answer=answer)
        assert caught.value.code == "AADSTS54005"
        assert caught.value.correlation

    run(test)


def test_an_expired_secret_is_told_to_the_administrator_with_its_code() -> None:
    async def test(visiting: Visiting) -> None:
        provider = visiting.provider()
        departure = await provider.depart(callback=CALLBACK)
        answer = await visiting.browse(departure)
        visiting.fake.expire_secret()
        with pytest.raises(SignInRefused) as caught:
            await provider.arrive(callback=CALLBACK, transaction=departure.transaction, answer=answer)
        assert caught.value.code == "AADSTS7000222"
        assert "expired" in caught.value.administrator
        assert "expired" not in caught.value.sentence

    run(test)


def test_while_a_secret_is_exchanged_nobody_notices() -> None:
    async def test(visiting: Visiting) -> None:
        settings = replace(
            SETTINGS, client_secrets=(ClientSecret(value="not yet"), ClientSecret(value=CLIENT_SECRET))
        )
        assert (await visiting.sign_in(visiting.provider(settings))).identity.email == "ada@example.com"

    run(test)


def test_a_certificate_signs_people_in() -> None:
    fake = FakeEntra()
    fake.registration.certificates.append(own_certificate.certificate())
    fake.registration.secrets.clear()

    async def test(visiting: Visiting) -> None:
        settings = replace(
            SETTINGS,
            client_secrets=(),
            certificate=own_certificate.certificate(),
            private_key=own_certificate.pem(own_certificate.key()),
        )
        provider = visiting.provider(settings)
        arrival = await visiting.sign_in(provider)
        again = await provider.recheck(arrival.identity, refresh_token=arrival.refresh_token)
        assert again.identity == arrival.identity

    run(test, fake)


def test_without_any_credential_the_settings_are_invalid() -> None:
    async def test(visiting: Visiting) -> None:
        with pytest.raises(Invalid, match="client_secrets"):
            visiting.provider(replace(SETTINGS, client_secrets=()))

    run(test)


def test_a_guest_is_welcome_only_where_guests_are() -> None:
    async def test(visiting: Visiting) -> None:
        settings = replace(SETTINGS, email_domains=("partner.example",))
        arrival = await visiting.sign_in(visiting.provider(settings), MALLORY)
        assert arrival.identity.email == MALLORY
        assert "#ext#" in arrival.identity.upn
        with pytest.raises(SignInRefused, match="guest"):
            await visiting.sign_in(visiting.provider(replace(settings, allow_guests=False)), MALLORY)

    run(test)


def test_a_guests_address_is_not_believed_by_itself() -> None:
    async def test(visiting: Visiting) -> None:
        with pytest.raises(SignInRefused, match="does not vouch"):
            await visiting.sign_in(visiting.provider(), MALLORY)

    assert run(test).count("organization") == 1


def test_a_directorys_own_domains_vouch_and_are_asked_for_once() -> None:
    fake = FakeEntra()
    fake.registration.optional_claims.clear()

    async def test(visiting: Visiting) -> None:
        provider = visiting.provider()
        for _ in range(2):
            arrival = await visiting.sign_in(provider)
            assert arrival.raw["email_from"] == "email"

    assert run(test, fake).count("organization") == 1


def test_nothing_secret_is_in_what_was_kept_for_the_test_page() -> None:
    async def test(visiting: Visiting) -> None:
        arrival = await visiting.sign_in(visiting.provider())
        for secret in (CLIENT_SECRET, arrival.refresh_token, arrival.provider_session):
            assert secret not in str(arrival.raw)

    run(test)


# --- contexts -----------------------------------------------------------------------------------


def test_a_context_that_was_asked_for_comes_back() -> None:
    async def test(visiting: Visiting) -> None:
        provider = visiting.provider(replace(SETTINGS, conditional_access=True))
        visiting.fake.registration.optional_claims.discard("acrs")
        assert (await visiting.sign_in(provider)).identity.contexts == frozenset()
        assert (await visiting.sign_in(provider, contexts=["c1"])).identity.contexts == {"c1"}

    run(test)
