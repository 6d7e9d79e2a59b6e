"""``doorward idp test``: each fault of a set-up has its own answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from doorward.identity.entra.checklist import date_of
from doorward.identity.oidc.fetching import Answer
from doorward.model.identity_provider import ClientSecret, EntraId
from doorward.ports.identity import Check, CheckState
from doorward.sample.entra.directory import PolicyState
from doorward.sample.entra.faults import Jwks
from doorward.sample.entra.operations import PermissionKind
from doorward.sample.entra.seed import CLIENT_SECRET, TENANT_ID
from tests.fakes.clock import START
from tests.fakes.entra import CALLBACK, FakeEntra
from tests.identity.entra import own_certificate
from tests.identity.entra.visiting import SETTINGS, Visiting, run

PASSED, WARNING, FAILED = CheckState.PASSED, CheckState.WARNING, CheckState.FAILED
NOT_CHECKED = CheckState.NOT_CHECKED
OTHER = "00000000-1111-4222-8333-444444444444"
FULL = replace(
    SETTINGS,
    client_secrets=(ClientSecret(value=CLIENT_SECRET, expires=START + timedelta(days=100)),),
    conditional_access=True,
    poll_every=timedelta(minutes=1),
)


def checks(fake: FakeEntra, settings: EntraId = FULL) -> dict[str, Check]:
    found: dict[str, Check] = {}

    async def test(visiting: Visiting) -> None:
        async for check in visiting.provider(settings).checklist(callback=CALLBACK):
            found[check.name] = check

    run(test, fake)
    return found


def with_fault(fake: FakeEntra, settings: EntraId = FULL) -> dict[str, Check]:
    """The items that are not as they should be."""
    return {name: check for name, check in checks(fake, settings).items() if check.state is not PASSED}


def well() -> FakeEntra:
    """A directory whose every context is guarded by a policy."""
    fake = FakeEntra()
    del fake.tenant.contexts["c2"]
    return fake


def test_what_is_well_passes_in_order() -> None:
    found = checks(well())
    assert list(found) == [
        "discovery", "keys", "credential", "User.Read.All", "GroupMember.Read.All",
        "Policy.Read.ConditionalAccess", "contexts", "clock", "expiry",
    ]  # fmt: skip
    assert {check.state for check in found.values()} == {PASSED}
    assert TENANT_ID in found["discovery"].found


def test_only_what_is_switched_on_is_looked_at() -> None:
    settings = replace(SETTINGS, groups=False)
    assert list(checks(well(), settings)) == ["discovery", "keys", "credential", "clock", "expiry"]


def test_a_missing_permission_an_expired_secret_and_a_wrong_tenant_have_three_answers() -> None:
    missing = well()
    missing.take_permission("User.Read.All", PermissionKind.APPLICATION)
    [permission] = with_fault(missing).values()
    assert (permission.name, permission.state) == ("User.Read.All", FAILED)
    assert "poll_every" in permission.found
    assert "grant admin consent" in permission.fix
    assert "/adminconsent?" in permission.link

    expired = well()
    expired.expire_secret()
    found = with_fault(expired)
    assert "AADSTS7000222" in found["credential"].found
    assert "has expired" in found["credential"].fix
    assert found["User.Read.All"].state is NOT_CHECKED

    found = with_fault(well(), replace(FULL, tenant=OTHER))
    assert "AADSTS90002" in found["discovery"].found
    assert "Directory (tenant) ID" in found["discovery"].fix
    assert found["keys"].state is found["credential"].state is NOT_CHECKED


@pytest.mark.parametrize(
    ("settings", "code", "fix"),
    [
        (
            replace(FULL, client_secrets=(ClientSecret(value="0c9e6a52-91b4-4f0e-a3c7-5f8d2b6e1a03"),)),
            "AADSTS7000215",
            "copy the column Value, not Secret ID",
        ),
        (replace(FULL, client_id=OTHER), "AADSTS700016", "compare client_id"),
    ],
)
def test_each_wrong_credential_has_its_own_fix(settings: EntraId, code: str, fix: str) -> None:
    check = checks(well(), settings)["credential"]
    assert check.state is FAILED
    assert code in check.found
    assert "Correlation ID" in check.found
    assert fix in check.fix


def test_each_of_two_secrets_is_tried_and_one_that_works_is_enough_for_the_rest() -> None:
    old = ClientSecret(value="old", expires=START + timedelta(days=10))
    found = with_fault(well(), replace(FULL, client_secrets=(old, *FULL.client_secrets)))
    assert {name: check.state for name, check in found.items()} == {
        "credential-2": FAILED,
        "expiry-1": WARNING,
    }
    assert "client secret 1" in found["credential-2"].what
    assert "old" not in str(found["credential-2"].found)


def test_a_certificate_that_entra_does_not_know_is_told() -> None:
    settings = replace(
        FULL,
        client_secrets=(),
        certificate=own_certificate.certificate(),
        private_key=own_certificate.pem(own_certificate.key()),
    )
    found = checks(well(), settings)
    assert "AADSTS700027" in found["credential"].found
    assert "upload the public certificate" in found["credential"].fix
    assert found["expiry"].state is WARNING


def test_what_nothing_depends_on_is_a_warning_when_it_is_missing() -> None:
    fake = well()
    fake.take_permission("GroupMember.Read.All", PermissionKind.APPLICATION)
    fake.take_permission("Policy.Read.ConditionalAccess", PermissionKind.APPLICATION)
    found = with_fault(fake, replace(FULL, poll_every=timedelta()))
    assert {name: check.state for name, check in found.items()} == {
        "GroupMember.Read.All": WARNING,
        "Policy.Read.ConditionalAccess": WARNING,
        "contexts": NOT_CHECKED,
    }


def test_a_context_that_guards_nothing_is_flagged() -> None:
    [check] = with_fault(FakeEntra()).values()
    assert (check.name, check.state) == ("contexts", WARNING)
    assert "c2" in check.found
    assert "c1" not in check.found
    fake = well()
    fake.tenant.policies[0].state = PolicyState.REPORT_ONLY
    assert "c1" in with_fault(fake)["contexts"].found
    fake.tenant.contexts.clear()
    assert "there are none" in with_fault(fake)["contexts"].found


@pytest.mark.parametrize(("skew", "state"), [(10, PASSED), (-40, WARNING), (90, FAILED)])
def test_clocks_that_disagree_are_told(skew: float, state: CheckState) -> None:
    fake = well()
    fake.faults.clock_skew = skew
    assert checks(fake)["clock"].state is state


def test_keys_that_cannot_be_had_are_told_and_the_rest_is_looked_at() -> None:
    fake = well()
    fake.faults.jwks = Jwks.DOWN
    found = with_fault(fake)
    assert {name: check.state for name, check in found.items()} == {"keys": FAILED}


def test_an_authority_that_is_down_leaves_nothing_to_look_at() -> None:
    fake = well()
    fake.throttle(1, path=f"/{TENANT_ID}/v2.0", status=503)
    found = checks(fake)
    assert "can reach https://entra.example" in found["discovery"].fix
    assert {check.state for check in found.values()} == {FAILED, NOT_CHECKED, PASSED}
    assert found["credential"].state is NOT_CHECKED


def test_a_document_that_disagrees_is_told_with_what() -> None:
    fake = well()
    fake.faults.metadata = {"issuer": f"https://entra.example/{OTHER}/v2.0"}
    check = checks(fake)["discovery"]
    assert check.state is FAILED
    assert OTHER in check.found


def test_several_directories_are_each_tried() -> None:
    fake = well()
    fake.registration.multi_tenant = True
    settings = replace(FULL, tenant="organizations", allowed_tenants=(TENANT_ID, OTHER))
    found: list[Check] = []

    async def test(visiting: Visiting) -> None:
        found.extend([c async for c in visiting.provider(settings).checklist(callback=CALLBACK)])

    run(test, fake)
    credentials = [check for check in found if check.name == "credential"]
    assert [check.state for check in credentials] == [PASSED, FAILED]
    assert OTHER in credentials[1].what


def test_no_item_shows_a_secret() -> None:
    assert CLIENT_SECRET not in str(checks(FakeEntra()))


def test_a_date_that_is_none_tells_no_time() -> None:
    def answer(date: str) -> Answer:
        return Answer(200, b"", httpx.Headers({"date": date}))

    assert date_of(answer("Sun, 01 Mar 2026 12:00:00 GMT")) == START
    assert date_of(answer("Sun, 01 Mar 2026 12:00:00 -0000")) == START
    assert date_of(answer("yesterday")) is None
    assert date_of(Answer(200, b"")) is None
    assert date_of(None) is None
