from __future__ import annotations

import pytest

from doorward.sample.entra.admin.actions import ACTIONS, Unusable, perform
from doorward.sample.entra.directory import Outcome, PolicyState
from doorward.sample.entra.faults import IdTokenFault, Jwks
from doorward.sample.entra.seed import ADA, BOB, CLIENT_ID, PLATFORM, TENANT_ID
from tests.fakes.entra import FakeEntra

EVERYTHING = {
    "user": ADA,
    "password": "new",
    "context": "c1",
    "outcome": "mfa",
    "group": PLATFORM,
    "member": BOB,
    "application": CLIENT_ID,
    "secret": "0c9e6a52-91b4-4f0e-a3c7-5f8d2b6e1a03",
    "address": "https://other.example/callback",
    "tenant": TENANT_ID,
    "kind": "delegated",
    "permission": "Group.Read.All",
    "required": "yes",
    "principal": BOB,
    "policy": "44c9d36a-e7c3-44b5-86a9-8374f5d79c99",
    "state": "disabled",
    "id_token": "",
    "jwks": "down",
    "latency": "0.5",
}


@pytest.mark.parametrize("name", sorted(ACTIONS))
def test_every_action_can_be_done_with_the_fields_that_forms_send(name: str) -> None:
    perform(FakeEntra().entra, name, EVERYTHING)


def test_actions_do_what_they_say() -> None:
    fake = FakeEntra()
    standing = fake.tenant.applications[CLIENT_ID]
    for name in ("set-outcome", "reset-password", "require-assignment", "assign", "set-policy-state"):
        perform(fake.entra, name, EVERYTHING)
    assert fake.tenant.outcomes[ADA, "c1"] is Outcome.MFA
    assert (fake.tenant.users[ADA].password, fake.tenant.users[ADA].revocations) == ("new", 1)
    assert (standing.assignment_required, standing.assigned) == (True, {BOB})
    assert fake.tenant.policies[0].state is PolicyState.DISABLED
    perform(fake.entra, "add-permission", EVERYTHING)
    assert "Group.Read.All" in fake.registration.delegated_permissions - standing.granted_delegated
    perform(fake.entra, "grant-admin-consent", EVERYTHING)
    assert "Group.Read.All" in standing.granted_delegated
    perform(fake.entra, "add-redirect-uri", EVERYTHING)
    assert EVERYTHING["address"] in fake.registration.redirect_uris
    perform(fake.entra, "remove-redirect-uri", EVERYTHING)
    assert EVERYTHING["address"] not in fake.registration.redirect_uris
    perform(fake.entra, "set-faults", EVERYTHING | {"id_token": "huge"})
    assert (fake.faults.id_token, fake.faults.jwks, fake.faults.latency) == (
        IdTokenFault.HUGE,
        Jwks.DOWN,
        0.5,
    )


def test_unknown_things_are_named() -> None:
    fake = FakeEntra()
    for name, field in [("expire-secret", "secret"), ("set-policy-state", "policy"), ("add-member", "group")]:
        with pytest.raises(Unusable, match="nothing-like-it"):
            perform(fake.entra, name, EVERYTHING | {field: "nothing-like-it"})
