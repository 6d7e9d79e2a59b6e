from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from doorward.model.access import Identity
from doorward.model.claims import (
    CERTIFICATE_TYPE,
    Mentioned,
    TokenClaims,
    Validity,
    Verdicts,
    subject_of,
    token_generation,
)
from doorward.model.ids import Audience, Credential, IdentityProviderId, ServiceTokenId, SessionId
from tests.fakes.clock import START
from tests.nouns import identity

ISSUED, EXPIRES = START + timedelta(milliseconds=700), START + timedelta(minutes=5, milliseconds=700)
MANY = frozenset({"staff", "choir", *(f"group-{number}" for number in range(5_000))})

MENTIONED = Mentioned(
    groups=frozenset({"staff", "board", "choir"}),
    roles=frozenset({"admin"}),
    claims=frozenset({("department", "Finance")}),
    contexts=frozenset({"c1", "c2"}),
    upn=True,
)

VALIDITY = Validity(
    issuer="https://access.test",
    audience=Audience("tag"),
    generation="1.2.abc",
    issued=ISSUED,
    expires=EXPIRES,
)
VERDICTS = Verdicts(met=frozenset({"b", "a"}), unmet=frozenset({"c"}))


def persons(person: Identity) -> TokenClaims:
    return TokenClaims.for_person(
        person,
        session=SessionId("s1"),
        mentioned=MENTIONED,
        verdicts=VERDICTS,
        validity=VALIDITY,
    )


MACHINES = TokenClaims.for_machine(
    ServiceTokenId("ci"),
    credential=Credential("service-token:ci:0123456789ab"),
    client_id="ci.access",
    verdicts=VERDICTS,
    validity=VALIDITY,
)
COMMON = {
    "iss": "https://access.test",
    "aud": ["tag"],
    "type": "app",
    "gen": "1.2.abc",
    "iat": int(START.timestamp()),
    "nbf": int(START.timestamp()),
    "exp": int(START.timestamp()) + 300,
    "met": ["a", "b"],
    "unmet": ["c"],
}


def test_a_persons_token_says_who_and_only_the_groups_that_policies_mention() -> None:
    person = replace(identity(), groups=MANY)
    assert persons(person).as_claims() == COMMON | {
        "sub": subject_of(person),
        "email": "ada@example.com",
        "idp": "people",
        "groups": ["choir", "staff"],
        "sid": "s1",
    }


def test_a_machines_token_has_a_name_and_nothing_of_a_person() -> None:
    assert MACHINES.as_claims() == COMMON | {
        "sub": "",
        "common_name": "ci.access",
        "service_token": "ci",
        "credential": "service-token:ci:0123456789ab",
    }


@pytest.mark.parametrize(
    "odd",
    [replace(MACHINES, session=SessionId("s1")), replace(MACHINES, service_token=None)],
)
def test_a_token_is_a_persons_or_a_machines(odd: TokenClaims) -> None:
    with pytest.raises(ValueError, match="a person's, a machine's or a certificate's"):
        odd.as_claims()


def test_a_subject_stays_when_name_email_and_groups_change() -> None:
    renamed = replace(identity(), email="ada.l@example.com", name="Ada L.", groups=frozenset())
    assert subject_of(renamed) == subject_of(identity())


def test_two_people_never_share_a_subject() -> None:
    elsewhere = replace(identity(), identity_provider=IdentityProviderId("entra"))
    run_together = replace(
        identity(), identity_provider=IdentityProviderId("peoplea"), subject="da@example.com"
    )
    subjects = {subject_of(one) for one in (identity(), identity("bob@example.com"), elsewhere, run_together)}
    assert len(subjects) == 4


def test_a_generation_changes_with_each_of_its_parts() -> None:
    assert token_generation(1, 2, "abc") == "1.2.abc"
    assert len({token_generation(o, a, f) for o in (1, 11) for a in (1, 11) for f in ("a", "b")}) == 8


def test_only_facts_that_policies_mention_go_into_a_token() -> None:
    person = replace(
        identity(),
        upn="ada@corp.com",
        roles=frozenset({"admin", "reader"}),
        claims=frozenset({("department", "Finance"), ("office", "12")}),
        contexts=frozenset({"c1", "c9"}),
    )
    claims = persons(person).as_claims()
    assert (claims["upn"], claims["roles"]) == ("ada@corp.com", ["admin"])
    assert (claims["claims"], claims["acrs"]) == (["department=Finance"], ["c1"])


def test_a_person_without_such_facts_has_no_such_claims() -> None:
    assert not {"upn", "roles", "claims", "acrs"} & persons(identity()).as_claims().keys()


def test_a_certificates_token_names_it_and_neither_person_nor_service_token() -> None:
    claims = TokenClaims.for_certificate(
        fingerprint="00" * 31 + "ff",
        common_name="build-7",
        verdicts=Verdicts(),
        validity=replace(MACHINES.validity, type=CERTIFICATE_TYPE),
    ).as_claims()
    assert claims["cnf"] == {"x5t#S256": "A" * 41 + "P8"}
    assert (claims["common_name"], claims["type"]) == ("build-7", "certificate")
    assert not {"sid", "email", "service_token", "credential"} & set(claims)
