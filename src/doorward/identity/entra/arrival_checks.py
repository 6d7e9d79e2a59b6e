"""What a test sign-in showed: permissions, address, ids, groups."""

from __future__ import annotations

from collections.abc import Sequence

from doorward.identity.entra.addresses import EMAIL, PRIMARY, USER_NAMES
from doorward.identity.entra.evidence import Evidence, read_evidence
from doorward.identity.entra.items import counted, failed, passed, warning
from doorward.identity.entra.scopes import missing_scopes
from doorward.model.identity_provider import EntraId
from doorward.ports.identity import Arrival, Check

WHY = {
    PRIMARY: "which Entra has checked",
    EMAIL: "whose domain is vouched for",
    **dict.fromkeys(USER_NAMES, "whose domain is one of email_domains"),
}
OPTIONAL = ("sid", "auth_time", "acct")


def arrival_checks(settings: EntraId, arrival: Arrival) -> Sequence[Check]:
    """See ``Checked``."""
    evidence = read_evidence(arrival.raw)
    checks = [
        _permissions(settings, evidence),
        _address(settings, arrival, evidence),
        _ids(arrival),
    ]
    if settings.groups:
        checks.append(_groups(arrival, evidence))
    if settings.recheck_every:
        checks.append(_refresh_token(arrival))
    checks.append(_optional_claims(evidence))
    return checks


def _permissions(settings: EntraId, evidence: Evidence) -> Check:
    name, what = "permissions", "The permissions that were asked for are granted"
    missing = missing_scopes(settings, evidence.granted, refreshable=evidence.refreshable)
    if not missing:
        return passed(name, what, ", ".join(sorted(evidence.granted)))
    fix = "Add them under API permissions → Delegated permissions, and grant admin consent."
    return failed(name, what, f"missing: {', '.join(missing)}", fix, link=evidence.consent)


def _address(settings: EntraId, arrival: Arrival, evidence: Evidence) -> Check:
    name, what = "email", "There is an address that somebody vouches for"
    claim = evidence.email_from
    why = "as email_claim says" if claim == settings.email_claim else WHY.get(claim, "")
    return passed(name, what, f"{arrival.identity.email}, from the claim {claim}, {why}".rstrip(", "))


def _ids(arrival: Arrival) -> Check:
    tenant_id, _, person = arrival.identity.subject.partition(":")
    return passed(
        "ids", "The directory and the person are known by their ids", f"tid {tenant_id}, oid {person}"
    )


def _groups(arrival: Arrival, evidence: Evidence) -> Check:
    name, what = "groups", "Groups were read from Microsoft Graph"
    number = len(arrival.identity.groups)
    found = f"{counted(number, 'group')}, nested ones among them"
    if evidence.groups and evidence.groups.overage:
        return passed(name, what, f"{found} (too many for the token, which does not matter)")
    return passed(name, what, found)


def _refresh_token(arrival: Arrival) -> Check:
    name, what = "refresh-token", "A refresh token came, for recheck_every"
    if arrival.refresh_token:
        return passed(name, what, "there is one")
    return failed(
        name, what, "there is none", "Add the delegated permission offline_access, and consent to it."
    )


def _optional_claims(evidence: Evidence) -> Check:
    name, what = "optional-claims", "The token has the optional claims that Doorward makes use of"
    missing = [claim for claim in OPTIONAL if claim not in evidence.claims]
    if not missing:
        return passed(name, what, ", ".join(OPTIONAL))
    return warning(
        name,
        what,
        f"missing: {', '.join(missing)}",
        "Add them under Token configuration → Add optional claim → ID: sid lets a sign-out at Microsoft end "
        "the session here, auth_time tells when somebody last proved themselves, acct who is a guest.",
    )
