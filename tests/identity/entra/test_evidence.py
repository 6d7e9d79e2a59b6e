from __future__ import annotations

import json

from doorward.identity.entra.evidence import Evidence, granted_in, read_evidence, shown
from doorward.identity.entra.memberships import Memberships
from doorward.identity.oidc.claims import CheckedClaims

EVIDENCE = Evidence(
    claims={"oid": "x"},
    granted=frozenset({"openid", "User.Read"}),
    refreshable=True,
    email_from="email",
    groups=Memberships(overage=True),
    consent="https://login.example/adminconsent",
)


def test_what_was_kept_reads_back_and_is_json() -> None:
    assert read_evidence(json.loads(json.dumps(EVIDENCE.as_mapping()))) == EVIDENCE
    without = Evidence(claims={})
    assert read_evidence(without.as_mapping()) == without


def test_anything_else_reads_as_nothing() -> None:
    assert read_evidence({}) == Evidence(claims={})
    assert read_evidence({"id_token": 7, "granted": 7, "groups_from": 7}) == Evidence(claims={})


def test_what_would_help_somebody_else_is_not_shown() -> None:
    names = ("nonce", "at_hash", "c_hash", "rh", "aio", "uti", "sid", "login_hint")
    claims = shown(CheckedClaims({**dict.fromkeys(names, "hush"), "oid": "x"}))
    assert set(claims) == {*names, "oid"}
    assert "hush" not in str(claims)
    assert claims["oid"] == "x"


def test_granted_permissions_are_words() -> None:
    assert granted_in({"scope": "openid  User.Read"}) == {"openid", "User.Read"}
    assert granted_in({}) == granted_in({"scope": ["openid"]}) == frozenset()
