"""When credentials end, as the checklist tells it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from doorward.identity.entra.client_credentials import read_certificate
from doorward.identity.entra.expiry import expiry_checks
from doorward.identity.entra.items import counted
from doorward.model.identity_provider import ClientSecret, EntraId
from doorward.ports.identity import Check, CheckState
from tests.fakes.clock import START
from tests.identity.entra.test_client_credentials import CERTIFIED
from tests.identity.entra.visiting import SETTINGS

PASSED, WARNING, FAILED = CheckState.PASSED, CheckState.WARNING, CheckState.FAILED


def told(*secrets: ClientSecret) -> Sequence[Check]:
    return expiry_checks(replace(SETTINGS, client_secrets=secrets), None, now=START)


@pytest.mark.parametrize(
    ("days", "state", "said"),
    [
        (100, PASSED, ""),
        (31, PASSED, ""),
        (30, WARNING, "soon"),
        (14, WARNING, "this week"),
        (3, WARNING, "now"),
        (0, FAILED, "Make a new client secret"),
        (-5, FAILED, "Make a new client secret"),
    ],
)
def test_a_secrets_end_is_told_ever_more_urgently(days: int, state: CheckState, said: str) -> None:
    [check] = told(ClientSecret(value="x", expires=START + timedelta(days=days)))
    assert (check.name, check.state) == ("expiry", state)
    assert said in check.fix


def test_an_end_that_nobody_wrote_down_is_not_checked() -> None:
    [check] = told(ClientSecret(value="x"))
    assert check.state is CheckState.NOT_CHECKED
    assert "expires" in check.found


def test_two_secrets_are_told_apart_by_their_place() -> None:
    checks = told(ClientSecret(value="x"), ClientSecret(value="y", expires=START))
    assert [check.name for check in checks] == ["expiry-1", "expiry-2"]
    assert "client secret 2" in checks[1].what
    assert checks[1].fix.startswith("Make a new client secret under")


def test_a_certificate_tells_its_end_itself() -> None:
    settings: EntraId = CERTIFIED
    [check] = expiry_checks(settings, read_certificate(settings), now=START)
    assert check.state is WARNING
    assert "20 days more" in check.found


def test_things_are_counted_as_people_do() -> None:
    assert (counted(0, "key"), counted(1, "key"), counted(2, "key")) == ("0 keys", "1 key", "2 keys")
