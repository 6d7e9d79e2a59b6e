from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from doorward.model.ids import ServiceTokenId
from doorward.model.service_token import ProvenMachine, ServiceToken, TokenState, credential
from tests.fakes.clock import START

NEW, OLD = "1" * 64, "0" * 64
CI = ServiceTokenId("ci")
SECOND = timedelta(seconds=1)


def token(**fields: Any) -> ServiceToken:
    return ServiceToken(id=CI, client_id="ci.access", secret_hash=NEW, **fields)


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({}, TokenState.ACTIVE),
        ({"expires": START + SECOND}, TokenState.ACTIVE),
        ({"expires": START}, TokenState.EXPIRED),
        ({"expires": START - SECOND}, TokenState.EXPIRED),
        ({"disabled": True}, TokenState.DISABLED),
        ({"disabled": True, "expires": START}, TokenState.DISABLED),
    ],
)
def test_what_state_it_is_in(fields: dict[str, Any], state: TokenState) -> None:
    found = token(**fields)
    assert found.state(START) is state
    assert bool(found.credentials(START)) == (state is TokenState.ACTIVE)


def test_the_previous_secret_counts_until_its_grace_is_over_and_not_at_that_instant() -> None:
    rotated = token(previous_secret_hash=OLD, previous_until=START)
    assert rotated.hashes(START - SECOND) == (NEW, OLD)
    assert rotated.hashes(START) == (NEW,)
    assert token(previous_secret_hash=OLD).hashes(START) == (NEW,)
    assert token(previous_until=START + SECOND).hashes(START) == (NEW,)


def test_a_proof_ends_with_its_secret_or_with_the_token_whichever_is_first() -> None:
    rotated = token(previous_secret_hash=OLD, previous_until=START, expires=START + SECOND)
    assert rotated.until(NEW) == START + SECOND
    assert rotated.until(OLD) == START
    ending = token(previous_secret_hash=OLD, previous_until=START + SECOND, expires=START)
    assert ending.until(OLD) == START
    assert token().until(NEW) is None


def test_a_credential_tells_secrets_apart_and_nothing_about_them() -> None:
    new, old = token(previous_secret_hash=OLD, previous_until=START + SECOND).credentials(START)
    assert (new, old) == (credential(CI, NEW), credential(CI, OLD))
    assert new != old
    assert new.startswith("service-token:ci:")
    assert NEW[:12] not in new
    assert ProvenMachine(token(), OLD).credential == old
    assert len(credential(ServiceTokenId("a" * 63), NEW)) <= 255
    assert OLD not in repr(token(previous_secret_hash=OLD))
