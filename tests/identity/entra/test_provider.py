"""The whole of it, against the stand-in for Entra and Graph."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from doorward.identity.entra.provider import EntraProvider
from doorward.identity.entra.refusals import NotAccepted
from doorward.identity.oidc.fetching import Unanswered
from doorward.model.errors import Invalid, Refused, SignInRefused, Unavailable
from doorward.model.identity_provider import ClientSecret, EntraId
from doorward.ports.identity import Checked, GroupDirectory, Polled, Rechecking, RedirectProvider
from doorward.sample.entra.faults import IdTokenFault, Jwks
from doorward.sample.entra.seed import ADA, CLIENT_SECRET, ENGINEERING, GRACE, TENANT_ID
from tests.fakes.clock import START
from tests.fakes.entra import BASE_URL, CALLBACK, FakeEntra
from tests.identity.entra import own_certificate
from tests.identity.entra.visiting import ENTRA, SETTINGS, Visiting, run

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


def test_five_thousand_memberships_cost_one_question_and_the_tokens_overage_is_not_followed() -> None:
    async def test(visiting: Visiting) -> None:
        arrival = await visiting.sign_in(visiting.provider(), MAGDA)
        assert len(arrival.identity.groups) == 5000
        assert arrival.raw["overage"] is True

    visiting = run(test)
    assert visiting.count("getMemberObjects") == 1
    assert {request.url.host for request in visiting.asked} == {"entra.example"}


def test_nested_groups_count() -> None:
    async def test(visiting: Visiting) -> None:
        arrival = await visiting.sign_in(visiting.provider(), "grace@example.com")
        assert ENGINEERING in arrival.identity.groups

    run(test)


def test_without_groups_graph_is_not_asked_and_no_group_counts() -> None:
    async def test(visiting: Visiting) -> None:
        arrival = await visiting.sign_in(visiting.provider(replace(SETTINGS, groups=False)))
        assert arrival.identity.groups == frozenset()

    assert run(test).count("getMemberObjects") == 0


def test_groups_that_cannot_be_read_refuse_the_sign_in() -> None:
    fake = FakeEntra()
    fake.throttle(10, path="/v1.0/me/getMemberObjects")

    async def test(visiting: Visiting) -> None:
        with pytest.raises(Unavailable, match="too much to do"):
            await visiting.sign_in(visiting.provider(), MAGDA)

    run(test, fake)


def test_a_throttled_graph_is_waited_for_as_it_asks() -> None:
    fake = FakeEntra()
    fake.throttle(1, retry_after=2, path="/v1.0/me/getMemberObjects")

    async def test(visiting: Visiting) -> None:
        arrival = await visiting.sign_in(visiting.provider())
        assert arrival.raw["groups_from"] == "graph"
        assert visiting.slept == [2.0]

    run(test, fake)


def test_while_graph_is_throttled_the_tokens_groups_do() -> None:
    fake = FakeEntra()
    fake.throttle(10, retry_after=60, path="/v1.0/me/getMemberObjects")

    async def test(visiting: Visiting) -> None:
        arrival = await visiting.sign_in(visiting.provider())
        assert arrival.identity.groups == {ENGINEERING}
        assert arrival.raw["groups_from"] == "token"
        assert visiting.slept == []

    run(test, fake)


def test_a_missing_permission_for_groups_is_told_to_the_administrator() -> None:
    async def test(visiting: Visiting) -> None:
        provider = visiting.provider()
        departure = await provider.depart(callback=CALLBACK)
        answer = await visiting.browse(departure)
        for name in ("Directory.Read.All", "GroupMember.Read.All"):
            visiting.fake.take_permission(name)
        with pytest.raises(SignInRefused) as caught:
            await provider.arrive(callback=CALLBACK, transaction=departure.transaction, answer=answer)
        assert "GroupMember.Read.All" in caught.value.administrator
        assert caught.value.code == "Authorization_RequestDenied"
        assert caught.value.correlation

    run(test)


@pytest.mark.parametrize("fault", [fault for fault in IdTokenFault if fault is not IdTokenFault.HAS_GROUPS])
def test_a_token_with_one_fault_signs_nobody_in(fault: IdTokenFault) -> None:
    fake = FakeEntra()
    fake.faults.id_token = fault

    async def test(visiting: Visiting) -> None:
        with pytest.raises((Refused, Unavailable), match=r"(does not hold|does not publish|of more than)"):
            await visiting.sign_in(visiting.provider())

    assert run(test, fake).count("getMemberObjects") == 0


def test_a_token_that_says_it_left_groups_out_is_no_reason_to_ask_anybody_else() -> None:
    fake = FakeEntra()
    fake.faults.id_token = IdTokenFault.HAS_GROUPS

    async def test(visiting: Visiting) -> None:
        arrival = await visiting.sign_in(visiting.provider())
        assert arrival.identity.groups == {ENGINEERING}

    run(test, fake)


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


# --- rechecking ---------------------------------------------------------------------------------


def test_a_recheck_reads_groups_again_and_proves_no_context() -> None:
    async def test(visiting: Visiting) -> None:
        provider = visiting.provider(replace(SETTINGS, conditional_access=True))
        arrival = await visiting.sign_in(provider)
        assert arrival.identity.contexts
        visiting.fake.leave(ENGINEERING, ADA)
        again = await provider.recheck(arrival.identity, refresh_token=arrival.refresh_token)
        assert again.identity == replace(arrival.identity, groups=frozenset(), contexts=frozenset())
        assert again.refresh_token
        assert again.refresh_token != arrival.refresh_token

    run(test)


@pytest.mark.parametrize(
    ("what", "code"),
    [("disable", "AADSTS50057"), ("revoke_sessions", "AADSTS50173"), ("delete", "AADSTS50034")],
)
def test_a_word_taken_back_ends_the_session_with_its_reason(what: str, code: str) -> None:
    async def test(visiting: Visiting) -> None:
        provider = visiting.provider()
        arrival = await visiting.sign_in(provider)
        visiting.fake.clock.advance(timedelta(minutes=5))
        getattr(visiting.fake, what)(ADA)
        with pytest.raises(SignInRefused) as caught:
            await provider.recheck(arrival.identity, refresh_token=arrival.refresh_token)
        assert caught.value.code == code
        assert caught.value.correlation

    run(test)


def test_doorwards_own_expired_secret_ends_nobodys_session() -> None:
    async def test(visiting: Visiting) -> None:
        provider = visiting.provider()
        arrival = await visiting.sign_in(provider)
        visiting.fake.expire_secret()
        with pytest.raises(Unavailable, match="AADSTS7000222"):
            await provider.recheck(arrival.identity, refresh_token=arrival.refresh_token)

    run(test)


@pytest.mark.parametrize("path", ["/v1.0", f"/{TENANT_ID}/oauth2"])
def test_a_fault_of_the_moment_ends_nobodys_session(path: str) -> None:
    async def test(visiting: Visiting) -> None:
        provider = visiting.provider()
        arrival = await visiting.sign_in(provider, MAGDA)
        visiting.fake.throttle(10, path=path, status=503)
        with pytest.raises(Unanswered):
            await provider.recheck(arrival.identity, refresh_token=arrival.refresh_token)

    run(test)


@pytest.mark.parametrize("fault", [IdTokenFault.WRONG_TENANT, IdTokenFault.WRONG_SIGNATURE])
def test_a_token_that_does_not_hold_ends_the_session(fault: IdTokenFault) -> None:
    async def test(visiting: Visiting) -> None:
        provider = visiting.provider()
        arrival = await visiting.sign_in(provider)
        visiting.fake.faults.id_token = fault
        with pytest.raises(SignInRefused, match="does not hold"):
            await provider.recheck(arrival.identity, refresh_token=arrival.refresh_token)

    run(test)


def test_a_refresh_token_of_somebody_else_ends_the_session() -> None:
    async def test(visiting: Visiting) -> None:
        provider = visiting.provider()
        ada, grace = await visiting.sign_in(provider), await visiting.sign_in(provider, "grace@example.com")
        with pytest.raises(SignInRefused, match="another person"):
            await provider.recheck(ada.identity, refresh_token=grace.refresh_token)

    run(test)


# --- the directory ------------------------------------------------------------------------------


def test_people_who_are_signed_in_are_asked_about() -> None:
    async def test(visiting: Visiting) -> None:
        provider = visiting.provider()
        ada = (await visiting.sign_in(provider)).identity
        grace = (await visiting.sign_in(provider, "grace@example.com")).identity
        stranger = replace(ada, subject=f"{OTHER}:{ADA}")
        people, groups = [ada, grace, stranger], frozenset({ENGINEERING, "engineers"})
        found = await provider.standings(people, groups=groups)
        assert set(found) == {ada.subject, grace.subject}
        assert all(standing.enabled for standing in found.values())
        assert found[grace.subject].groups == {ENGINEERING}
        visiting.fake.clock.advance(timedelta(minutes=1))
        visiting.fake.disable(ADA)
        visiting.fake.revoke_sessions(GRACE)
        visiting.fake.leave(ENGINEERING, ADA)
        found = await provider.standings(people, groups=groups)
        assert not found[ada.subject].enabled
        assert found[grace.subject].valid_from == visiting.fake.clock.now()
        visiting.fake.delete(GRACE)
        found = await provider.standings([grace], groups=groups)
        assert not found[grace.subject].enabled

    assert run(test).count("$batch") == 3


def test_a_throttled_part_leaves_its_person_out() -> None:
    async def test(visiting: Visiting) -> None:
        provider = visiting.provider()
        ada = (await visiting.sign_in(provider)).identity
        grace = (await visiting.sign_in(provider, "grace@example.com")).identity
        visiting.fake.throttle(1, path=f"/v1.0/users/{ADA}")
        found = await provider.standings([ada, grace], groups=frozenset())
        assert set(found) == {grace.subject}

    run(test)


def test_groups_are_found_and_contexts_listed_without_anybody_signing_in() -> None:
    async def test(visiting: Visiting) -> None:
        provider = visiting.provider()
        assert [group.name for group in await provider.find_groups("eng")] == [
            "Engineering", "Engineering Platform",
        ]  # fmt: skip
        assert [group.name for group in await provider.find_groups(ENGINEERING.upper())] == ["Engineering"]
        assert await provider.contexts_in_use() == {"c1": True, "c2": False}

    assert run(test).count("token") == 1


def test_a_list_that_goes_on_elsewhere_is_not_followed() -> None:
    async def test(visiting: Visiting) -> None:
        provider = visiting.provider()
        for number in range(3, 26):
            context = replace(visiting.fake.tenant.contexts["c1"], id=f"c{number}")
            visiting.fake.tenant.contexts[context.id] = context
        visiting.fake.faults.next_link_host = "evil.example"
        too_many = replace(visiting.fake.tenant.contexts["c1"])
        visiting.fake.tenant.contexts |= {f"x{number}": too_many for number in range(200)}
        with pytest.raises(Unavailable, match="not followed"):
            await provider.contexts_in_use()

    visiting = run(test)
    assert {request.url.host for request in visiting.asked} == {"entra.example"}


def test_signing_out_of_entra_is_offered() -> None:
    async def test(visiting: Visiting) -> None:
        url = await visiting.provider().end_session_url(back="https://access.example.com/")
        assert url.startswith(f"{BASE_URL}/{TENANT_ID}/oauth2/v2.0/logout?")
        query = parse_qs(urlsplit(url).query)
        assert query["post_logout_redirect_uri"] == ["https://access.example.com/"]

    run(test)


def test_a_graph_at_another_host_than_the_authority_is_asked_there() -> None:
    async def test(visiting: Visiting) -> None:
        settings: EntraId = replace(SETTINGS, graph_url="https://graph.example")
        provider = EntraProvider(
            id=ENTRA,
            settings=settings,
            client=visiting.client,
            clock=visiting.fake.clock,
            randomness=visiting.randomness,
        )
        await visiting.sign_in(provider)

    asked: list[httpx.Request] = run(test).asked
    assert asked[-1].url.host == "graph.example"
