"""What a test sign-in at the stand-in shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from doorward.identity.entra.arrival_checks import arrival_checks
from doorward.model.access import Identity
from doorward.model.identity_provider import EntraId
from doorward.ports.identity import Arrival, Check, CheckState
from doorward.sample.entra.seed import TENANT_ID
from tests.fakes.entra import FakeEntra
from tests.identity.entra.test_checklist import FULL, well
from tests.identity.entra.visiting import ENTRA, Visiting, run

PASSED, WARNING, FAILED = CheckState.PASSED, CheckState.WARNING, CheckState.FAILED


def arrived(fake: FakeEntra, settings: EntraId = FULL, username: str = "ada@example.com") -> dict[str, Check]:
    found: dict[str, Check] = {}

    async def test(visiting: Visiting) -> None:
        provider = visiting.provider(settings)
        arrival = await visiting.sign_in(provider, username)
        found.update({check.name: check for check in provider.arrival_checks(arrival)})

    run(test, fake)
    return found


def test_a_test_sign_in_shows_permissions_address_ids_and_groups() -> None:
    found = arrived(well(), replace(FULL, recheck_every=timedelta(minutes=15)))
    assert {check.state for check in found.values()} == {PASSED}
    assert list(found) == ["permissions", "email", "ids", "groups", "refresh-token", "optional-claims"]
    assert "verified_primary_email" in found["email"].found
    assert TENANT_ID in found["ids"].found
    assert found["groups"].found.startswith("1 group,")


def test_too_many_groups_for_the_token_do_not_matter_and_are_said() -> None:
    check = arrived(well(), username="magda@example.com")["groups"]
    assert check.state is PASSED
    assert "5000 groups" in check.found
    assert "too many for the token" in check.found


def test_permissions_that_were_not_granted_are_named_with_the_link() -> None:
    found: list[Check] = []

    async def test(visiting: Visiting) -> None:
        provider = visiting.provider(replace(FULL, groups=False))
        arrival = await visiting.sign_in(provider)
        fewer = replace(
            arrival, raw={**arrival.raw, "granted": ["openid", "profile"], "refresh_token": False}
        )
        found.extend(provider.arrival_checks(fewer))

    run(test, well())
    assert found[0].state is FAILED
    assert found[0].found == "missing: email, offline_access, User.Read"
    assert "redirect_uri=https%3A%2F%2Faccess.example.com" in found[0].link


def test_missing_optional_claims_are_named_with_what_they_are_for() -> None:
    fake = well()
    fake.registration.optional_claims -= {"sid", "acct"}
    check = arrived(fake)["optional-claims"]
    assert check.state is WARNING
    assert check.found == "missing: sid, acct"


def test_a_refresh_token_that_did_not_come_is_told() -> None:
    found: list[Check] = []

    async def test(visiting: Visiting) -> None:
        provider = visiting.provider(replace(FULL, recheck_every=timedelta(minutes=15)))
        arrival: Arrival = replace(await visiting.sign_in(provider), refresh_token="")
        found.extend(check for check in provider.arrival_checks(arrival) if check.name == "refresh-token")

    run(test, well())
    assert [check.state for check in found] == [FAILED]


def test_a_sign_in_that_showed_nothing_lacks_everything() -> None:
    identity = Identity(identity_provider=ENTRA, subject="t:o", email="ada@example.com")
    found = {check.name: check for check in arrival_checks(FULL, Arrival(identity=identity))}
    assert found["permissions"].state is FAILED
    assert found["optional-claims"].state is WARNING
