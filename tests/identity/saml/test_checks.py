from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from doorward.identity.saml import names
from doorward.identity.saml.checks import WHAT
from doorward.model.identity_provider import Saml
from doorward.ports.identity import Check, CheckState
from tests.fakes.clock import START
from tests.fakes.saml import CALLBACK, REMOVED, FakeSamlProvider, run_sign_in, with_own_key
from tests.fakes.saml_keys import key_pair

FAKE = FakeSamlProvider()
OWN = key_pair("own")


def checked(settings: Saml, fake: FakeSamlProvider = FAKE) -> list[Check]:
    async def run() -> list[Check]:
        return [check async for check in fake.provider(settings).checklist(callback=CALLBACK)]

    return asyncio.run(run())


def item(settings: Saml, name: str, fake: FakeSamlProvider = FAKE) -> Check:
    return next(check for check in checked(settings, fake) if check.name == name)


def test_a_good_set_up_passes_every_item_in_order() -> None:
    found = checked(FAKE.settings())
    assert [check.name for check in found] == list(WHAT)
    assert {check.state for check in found[:-1]} == {CheckState.PASSED}
    assert found[-1].state is CheckState.NOT_CHECKED


def test_settings_that_cannot_be_read_leave_the_rest_unchecked() -> None:
    first, *rest = checked(replace(FAKE.settings(), entity_id="https://other"))
    assert first.state is CheckState.FAILED
    assert "the metadata is of" in first.found
    assert first.fix == "Correct entity_id in the access file."
    assert {check.state for check in rest} == {CheckState.NOT_CHECKED}
    assert [check.name for check in rest] == list(WHAT)[1:]


@pytest.mark.parametrize(
    ("ends", "state"),
    [
        ("2026-02-28T00:00:00Z", CheckState.FAILED),
        ("2026-03-20T00:00:00Z", CheckState.WARNING),
        ("2027-03-20T00:00:00Z", CheckState.PASSED),
    ],
)
def test_the_end_of_metadata_is_told_ahead(ends: str, state: CheckState) -> None:
    metadata = FAKE.metadata().replace("entityID=", f'validUntil="{ends}" entityID=')
    assert item(Saml(metadata=metadata), "valid-until").state is state
    expected = CheckState.FAILED if state is CheckState.FAILED else CheckState.PASSED
    assert item(Saml(metadata=metadata), "request").state is expected


@pytest.mark.parametrize(
    ("days", "state", "said"),
    [(-1, "warning", "expired"), (10, "warning", "until"), (100, "passed", "until")],
)
def test_the_end_of_each_certificate_is_told_ahead(days: int, state: str, said: str) -> None:
    pair = key_pair(f"ends-{days}", ends=START + timedelta(days=days))
    fake = FakeSamlProvider(published=(key_pair(), pair))
    found = [check for check in checked(fake.settings(), fake) if check.name == "certificate"]
    assert [check.state for check in found] == [CheckState.PASSED, CheckState(state)]
    assert f"CN=ends-{days}" in found[1].found
    assert said in found[1].found


def test_a_sign_in_url_without_tls_is_for_tests() -> None:
    fake = FakeSamlProvider(entity_id="http://127.0.0.1:8080/saml")
    assert item(fake.settings(), "sign-in-url").state is CheckState.WARNING


def test_a_key_needs_its_certificate_to_be_of_use() -> None:
    settings = with_own_key(FAKE.settings(), OWN)
    assert item(settings, "key-pair").state is CheckState.PASSED
    assert item(replace(settings, certificate=""), "key-pair").state is CheckState.WARNING


def test_a_provider_that_wants_signed_requests_is_told_of() -> None:
    wanting = FAKE.metadata().replace(
        "<md:IDPSSODescriptor", '<md:IDPSSODescriptor WantAuthnRequestsSigned="1"'
    )
    settings = with_own_key(Saml(metadata=wanting), OWN)
    assert item(settings, "request").state is CheckState.WARNING
    assert item(replace(settings, sign_requests=True), "request").found == "Signed"


def shown(fake: FakeSamlProvider, settings: Saml | None = None) -> dict[str, Check]:
    arrival = run_sign_in(fake, settings)
    return {check.name: check for check in fake.provider(settings).arrival_checks(arrival)}


def test_a_test_sign_in_shows_names_address_groups_and_clocks() -> None:
    found = shown(FAKE)
    assert {check.state for check in found.values()} == {CheckState.PASSED}
    assert found["email"].found == "ada@example.com"
    assert found["groups"].found == "engineers"
    assert found["clock"].found.startswith("0 s")


def test_a_test_sign_in_warns_of_what_could_be_better() -> None:
    fake = FakeSamlProvider(
        name_id="ada@example.com",
        name_id_format=names.EMAIL_ADDRESS,
        attributes={"memberOf": ["a"]},
        changes={"issued": "2026-03-01T12:00:45Z"},
    )
    found = shown(fake)
    assert found["name-id"].state is CheckState.WARNING
    assert "there are: memberOf" in found["groups"].found
    assert found["clock"].state is CheckState.WARNING
    assert "45 s" in found["clock"].found


def test_an_answer_that_hides_its_time_leaves_the_clock_unchecked() -> None:
    def hide(root: object) -> None:
        assert hasattr(root, "attrib")
        del root.attrib["IssueInstant"]

    found = shown(FakeSamlProvider(after_signing=hide, changes={"session": REMOVED}))
    assert found["clock"].state is CheckState.NOT_CHECKED
