from __future__ import annotations

import base64
import json
from datetime import timedelta

import pytest

from doorward.sample.entra.directory import AppRegistration, EnterpriseApplication, User
from doorward.sample.entra.facts import GLOBAL_ADMINISTRATOR
from doorward.sample.entra.faults import IdTokenFault
from doorward.sample.entra.grants import Grant
from doorward.sample.entra.id_token import ELSEWHERE, honest_claims, make_id_token, pairwise
from doorward.sample.entra.login_hint import read_hint
from doorward.sample.entra.seed import (
    ADA,
    BOB,
    CLIENT_ID,
    ENGINEERING,
    GRACE,
    MAGDA,
    MALLORY,
    PLATFORM,
    TENANT_ID,
)
from tests.fakes.clock import START
from tests.fakes.entra import FakeEntra


def grant(user: str = ADA, *, scopes: str = "openid profile email", acrs: tuple[str, ...] = ()) -> Grant:
    return Grant(
        tenant_id=TENANT_ID,
        client_id=CLIENT_ID,
        user_id=user,
        scopes=frozenset(scopes.split()),
        nonce="n",
        acrs=acrs,
        passed=frozenset(),
        sid="the-sid",
        auth_time=START,
        revocations=0,
        issued=START,
    )


def claims(fake: FakeEntra, *, user: str = ADA, scopes: str = "openid profile email") -> dict[str, object]:
    return honest_claims(fake.entra, grant(user, scopes=scopes))


def payload(token: str) -> dict[str, object]:
    return dict(json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "===")))


def header(token: str) -> dict[str, object]:
    return dict(json.loads(base64.urlsafe_b64decode(token.partition(".")[0] + "===")))


def test_without_profile_there_is_no_object_id() -> None:
    made = claims(FakeEntra(), scopes="openid")
    assert not {"oid", "name", "preferred_username"} & made.keys()
    assert made["tid"] == TENANT_ID


def test_optional_claims_come_only_when_they_were_opted_in() -> None:
    fake = FakeEntra()
    assert claims(fake)["sid"] == "the-sid"
    assert read_hint(str(claims(fake)["login_hint"])) == ADA
    assert claims(fake)["verified_primary_email"] == ["ada@example.com"]
    fake.registration.optional_claims = set()
    made = claims(fake, scopes="openid profile")
    optional = {"sid", "login_hint", "auth_time", "acct", "upn", "email", "xms_edov", "acrs"}
    assert not optional & made.keys()


def test_a_guest_has_an_email_without_asking_and_names_the_home() -> None:
    fake = FakeEntra()
    fake.registration.optional_claims = {"acct", "xms_edov"}
    made = claims(fake, user=MALLORY, scopes="openid profile")
    assert (made["email"], made["acct"], made["idp"]) == ("mallory@partner.example", 1, "mail")
    assert made["xms_edov"] is False


def test_the_subject_differs_from_application_to_application() -> None:
    user = User(id=ADA, user_principal_name="a", display_name="A")
    assert pairwise("one", user) != pairwise("two", user)
    assert pairwise("one", user) == pairwise("one", user)


def test_groups_come_through_nested_ones_or_only_those_assigned() -> None:
    fake = FakeEntra()
    assert claims(fake, user=GRACE)["groups"] == [PLATFORM, ENGINEERING]
    fake.registration.group_membership_claims = "ApplicationGroup"
    fake.tenant.applications[CLIENT_ID].assigned = {ENGINEERING}
    assert "groups" not in claims(fake, user=GRACE)
    assert claims(fake)["groups"] == [ENGINEERING]
    fake.registration.group_membership_claims = ""
    assert "groups" not in claims(fake)


def test_above_200_groups_a_token_says_only_where_to_ask() -> None:
    fake = FakeEntra()
    fake.tenant.users[MAGDA].numbered_groups = 200
    groups = claims(fake, user=MAGDA)["groups"]
    assert isinstance(groups, list)
    assert len(groups) == 200
    fake.tenant.users[MAGDA].numbered_groups = 201
    made = claims(fake, user=MAGDA)
    assert "groups" not in made
    assert made["_claim_names"] == {"groups": "src1"}
    assert "graph.windows.net" in str(made["_claim_sources"])


def test_roles_are_those_of_the_application_and_wids_those_of_the_directory() -> None:
    fake = FakeEntra()
    fake.tenant.applications[CLIENT_ID].roles = {ENGINEERING: {"Builder"}, BOB: {"Boss"}}
    assert claims(fake, user=GRACE)["roles"] == ["Builder"]
    assert claims(fake, user=BOB)["roles"] == ["Boss"]
    assert "wids" not in claims(fake, user=BOB)
    fake.registration.group_membership_claims = "All"
    assert claims(fake, user=BOB)["wids"] == [GLOBAL_ADMINISTRATOR]


def test_contexts_that_hold_anyway_are_named_where_the_claim_is_opted_in() -> None:
    fake = FakeEntra()
    assert claims(fake)["acrs"] == ["c1", "c2", "c3"]
    fake.registration.optional_claims.discard("acrs")
    assert "acrs" not in claims(fake)
    assert honest_claims(fake.entra, grant(acrs=("c1",)))["acrs"] == ["c1"]


def test_the_clocks_skew_is_in_the_times() -> None:
    fake = FakeEntra()
    before = claims(fake)["iat"]
    fake.faults.clock_skew = timedelta(hours=1).total_seconds()
    assert claims(fake)["iat"] == int(str(before)) + 3600


@pytest.mark.parametrize(
    ("fault", "changed"),
    [
        (IdTokenFault.WRONG_AUDIENCE, {"aud": ELSEWHERE}),
        (IdTokenFault.WRONG_TENANT, {"tid": ELSEWHERE}),
        (IdTokenFault.WRONG_ISSUER, {"iss": f"https://entra.example/{ELSEWHERE}/v2.0"}),
        (IdTokenFault.WRONG_NONCE, {"nonce": "not-the-nonce-of-this-sign-in"}),
        (IdTokenFault.WRONG_VERSION, {"ver": "1.0"}),
        (IdTokenFault.V1_ISSUER, {"iss": f"https://sts.windows.net/{TENANT_ID}/", "ver": "1.0"}),
        (
            IdTokenFault.ARRAY_ISSUER,
            {"iss": [f"https://entra.example/{TENANT_ID}/v2.0", "https://attacker.example"]},
        ),
        (IdTokenFault.HAS_GROUPS, {"hasgroups": True}),
    ],
)
def test_a_fault_changes_what_it_is_named_after(fault: IdTokenFault, changed: dict[str, object]) -> None:
    fake = FakeEntra()
    fake.faults.id_token = fault
    made = payload(make_id_token(fake.entra, grant()))
    assert {name: made[name] for name in changed} == changed


def test_faults_of_the_envelope() -> None:
    fake = FakeEntra()
    fake.faults.id_token = IdTokenFault.NO_KID
    assert "kid" not in header(make_id_token(fake.entra, grant()))
    fake.faults.id_token = IdTokenFault.UNKNOWN_KID
    assert header(make_id_token(fake.entra, grant()))["kid"] == "a-key-that-is-not-published"
    fake.faults.id_token = IdTokenFault.HUGE
    assert len(make_id_token(fake.entra, grant())) > 1_000_000
    fake.faults.id_token = IdTokenFault.EXPIRED
    assert int(str(payload(make_id_token(fake.entra, grant()))["exp"])) < START.timestamp()
    fake.faults.id_token = IdTokenFault.HAS_GROUPS
    assert "groups" not in payload(make_id_token(fake.entra, grant()))
    fake.faults.id_token = None
    honest = make_id_token(fake.entra, grant())
    assert set(header(honest)) == {"alg", "kid", "typ"}


def test_any_claim_can_be_set_or_left_out() -> None:
    fake = FakeEntra()
    fake.faults.claims = {"email": None, "oid": 7}
    made = payload(make_id_token(fake.entra, grant()))
    assert "email" not in made
    assert made["oid"] == 7


def test_an_application_that_is_new_in_the_tenant_has_no_roles() -> None:
    fake = FakeEntra()
    fake.directory.registrations["new"] = AppRegistration("new", "New", TENANT_ID)
    fake.tenant.applications["new"] = EnterpriseApplication("new")
    assert "roles" not in claims(fake)
