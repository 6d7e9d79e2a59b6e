"""Every check of an ID token of Entra's, each with a token that is right but for one thing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from doorward.identity.entra.token_rules import SignIn, check, is_guest, subject_of
from doorward.identity.oidc.claims import CheckedClaims, Claims
from doorward.identity.oidc.keys import PublishedKey, read_keys
from doorward.identity.oidc.tokens import Tokens
from doorward.model.entra_names import PERSONAL
from doorward.model.errors import Refused, SignInRefused
from doorward.model.identity_provider import EntraId
from tests.fakes.clock import START
from tests.fakes.openid import REMOVED, changed, rsa
from tests.identity.entra.test_discovery import MICROSOFT, OTHER, TENANT, document, read

OID = "a1d0a5e2-6f4b-4c3d-8e21-0b9c7d5f1a11"
NOW = int(START.timestamp())
ONE = EntraId(tenant=TENANT, client_id="the-client")
MANY = EntraId(tenant="organizations", client_id="the-client", allowed_tenants=(TENANT.upper(),))
METADATA = read(TENANT, document())
TEMPLATE = read("organizations", document(path="organizations", issuer="{tenantid}"))
SIGN_IN = SignIn(
    metadata=METADATA, tokens=Tokens(id_token="i", access_token="a"), now=START, code="c", nonce="n"
)
HONEST: dict[str, object] = {
    "aud": "the-client",
    "iss": f"{MICROSOFT}/{TENANT}/v2.0",
    "iat": NOW - 300,
    "nbf": NOW - 300,
    "exp": NOW + 3600,
    "sub": "pairwise",
    "oid": OID,
    "tid": TENANT,
    "ver": "2.0",
    "nonce": "n",
}


def key(issuer: str | None = f"{MICROSOFT}/{TENANT}/v2.0") -> PublishedKey:
    published = read_keys({"keys": [rsa().as_dict(private=False)]}).keys[0]
    return replace(published, issuer=issuer)


def judge(
    changes: dict[str, object],
    settings: EntraId = ONE,
    sign_in: SignIn = SIGN_IN,
    signed_with: PublishedKey | None = None,
) -> CheckedClaims:
    return check(Claims(changed(HONEST, changes)), signed_with or key(), sign_in, settings)


def judge_many(
    changes: dict[str, object], issuer: str | None = f"{MICROSOFT}/{{tenantid}}/v2.0"
) -> CheckedClaims:
    return judge(changes, MANY, replace(SIGN_IN, metadata=TEMPLATE), key(issuer))


def of(tenant: str) -> dict[str, object]:
    """Claims of another directory, in agreement with each other."""
    return {"tid": tenant, "iss": f"{MICROSOFT}/{tenant}/v2.0"}


def test_an_honest_token_names_somebody_by_their_ids() -> None:
    assert subject_of(judge({})) == f"{TENANT}:{OID}"
    assert subject_of(judge({"oid": OID.upper()})) == f"{TENANT}:{OID}"
    assert subject_of(judge_many({})) == f"{TENANT}:{OID}"


def test_neither_address_nor_pairwise_subject_make_it_somebody_else() -> None:
    changes: dict[str, object] = {"sub": "another", "email": "eve@evil.example", "upn": "eve@contoso.com"}
    assert subject_of(judge(changes)) == f"{TENANT}:{OID}"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"iss": [f"{MICROSOFT}/{TENANT}/v2.0"]}, "its issuer is not one text"),
        ({"iss": REMOVED}, "its issuer is not one text"),
        ({"iss": f"https://sts.windows.net/{TENANT}/", "ver": "1.0"}, "not of version 2.0"),
        ({"iss": f"https://sts.windows.net/{TENANT}/"}, "not of version 2.0"),
        ({"ver": "1.0"}, "not of version 2.0"),
        ({"ver": 2.0}, "not of version 2.0"),
        ({"ver": REMOVED}, "not of version 2.0"),
        ({"tid": REMOVED}, "its directory is not an id"),
        ({"tid": [TENANT]}, "its directory is not an id"),
        ({"tid": TENANT.upper()}, "its directory is not an id"),
        ({"tid": f"{TENANT}/v2.0/../{OTHER}"}, "its directory is not an id"),
        ({"tid": "{tenantid}"}, "its directory is not an id"),
        ({"tid": OTHER}, "its issuer is another one"),
        ({"iss": f"{MICROSOFT}/{OTHER}/v2.0"}, "its issuer is another one"),
        ({"iss": f"{MICROSOFT}/{TENANT}/v2.0/"}, "its issuer is another one"),
        ({"iss": f"{MICROSOFT}.evil.example/{TENANT}/v2.0"}, "its issuer is another one"),
        ({"aud": "another"}, "another client"),
        ({"aud": ["the-client"]}, "another client"),
        ({"aud": ["the-client", "another"], "azp": "the-client"}, "another client"),
        ({"aud": REMOVED}, "another client"),
        ({"nonce": "another"}, "nonce"),
        ({"nonce": REMOVED}, "nonce"),
        ({"exp": NOW - 60}, "expired"),
        ({"nbf": NOW + 61}, "not valid yet"),
        ({"iat": NOW + 61}, "future"),
        ({"iat": NOW - 3600}, "too long ago"),
        ({"at_hash": "AAAA"}, "at_hash"),
        ({"c_hash": "AAAA"}, "c_hash"),
        ({"oid": REMOVED}, "does not say whose it is"),
        ({"oid": [OID]}, "does not say whose it is"),
        ({"oid": "admin"}, "does not say whose it is"),
        ({"events": {}}, "another kind of token"),
    ],
)
def test_one_thing_wrong_is_enough(changes: dict[str, object], said: str) -> None:
    with pytest.raises(Refused, match=said):
        judge(changes)


def test_clocks_may_differ_by_a_minute() -> None:
    assert judge({"exp": NOW - 59, "nbf": NOW + 60})


def test_another_directory_is_refused_though_all_of_its_token_agrees() -> None:
    with pytest.raises(SignInRefused, match="not one of those") as caught:
        judge(of(OTHER))
    assert OTHER in caught.value.administrator
    with pytest.raises(SignInRefused, match="not one of those"):
        judge_many(of(OTHER))


@pytest.mark.parametrize("settings", [ONE, MANY, replace(MANY, allowed_tenants=(PERSONAL,))])
def test_personal_accounts_are_refused_whatever_the_list_says(settings: EntraId) -> None:
    metadata = METADATA if settings is ONE else TEMPLATE
    issuer = f"{MICROSOFT}/{PERSONAL}/v2.0"
    with pytest.raises(SignInRefused, match="Personal Microsoft accounts"):
        judge(of(PERSONAL), settings, replace(SIGN_IN, metadata=metadata), key(issuer))


@pytest.mark.parametrize(
    "issuer",
    [
        f"{MICROSOFT}/{PERSONAL}/v2.0",
        f"{MICROSOFT}/{OTHER}/v2.0",
        "https://login.microsoftonline.us/{tenantid}/v2.0",
        "",
        None,
    ],
)
def test_a_key_is_good_only_for_the_issuer_that_it_names(issuer: str | None) -> None:
    with pytest.raises(Refused, match="another issuer's key"):
        judge_many({}, issuer)


def test_keys_of_one_directory_need_not_say_whose_they_are() -> None:
    assert judge({}, signed_with=key(None))
    assert judge({}, signed_with=key(f"{MICROSOFT}/{{tenantid}}/v2.0"))
    with pytest.raises(Refused, match="another issuer's key"):
        judge({}, signed_with=key(f"{MICROSOFT}/{PERSONAL}/v2.0"))


def test_a_refreshed_token_has_no_nonce() -> None:
    assert judge({"nonce": REMOVED}, sign_in=replace(SIGN_IN, nonce=None))


@pytest.mark.parametrize(
    ("changes", "guest"),
    [
        ({}, False),
        ({"acct": 1}, True),
        ({"acct": "1"}, True),
        ({"acct": 0, "idp": "live.com"}, False),
        ({"acct": True, "idp": "mail"}, True),
        ({"acct": "unknown"}, False),
        ({"idp": "live.com"}, True),
        ({"idp": f"https://sts.windows.net/{OTHER}/"}, True),
        ({"idp": f"{MICROSOFT}/{TENANT}/v2.0"}, False),
        ({"upn": "eve_home.example#EXT#@contoso.com"}, True),
        ({"preferred_username": "eve_home.example#ext#@contoso.com"}, True),
    ],
)
def test_a_guest_is_known_by_what_entra_says(changes: dict[str, object], *, guest: bool) -> None:
    assert is_guest(CheckedClaims(changed(HONEST, changes))) is guest
    assert judge(changes)
    if guest:
        with pytest.raises(SignInRefused, match="guest"):
            judge(changes, replace(ONE, allow_guests=False))
    else:
        assert judge(changes, replace(ONE, allow_guests=False))
