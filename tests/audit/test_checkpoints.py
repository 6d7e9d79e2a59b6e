from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from doorward.audit.chain import Link
from doorward.audit.checkpoints import Checkpoint, Keys, key_name, parse_public, public_text
from doorward.model.errors import Invalid
from tests.audit.samples import KEYS, OTHER_SIGNER, SIGNER
from tests.fakes.clock import START

LINK = Link(7, bytes(range(32)))


def test_a_checkpoint_holds_and_says_what_it_was_signed_for() -> None:
    checkpoint = SIGNER.sign(LINK, START)
    assert (checkpoint.sequence, checkpoint.digest, checkpoint.time) == (7, LINK.digest, START)
    assert KEYS.problem(checkpoint) == ""


def test_a_checkpoint_does_not_hold_once_anything_in_it_was_changed() -> None:
    checkpoint = SIGNER.sign(LINK, START)
    for changed in (
        replace(checkpoint, sequence=8),
        replace(checkpoint, digest=bytes(32)),
        replace(checkpoint, time=START + timedelta(seconds=1)),
        replace(checkpoint, signature=bytes(64)),
        replace(checkpoint, signature=b""),
        replace(OTHER_SIGNER.sign(LINK, START), key=SIGNER.name),
    ):
        assert KEYS.problem(changed) == "its signature does not hold"


def test_a_key_that_is_not_known_is_named() -> None:
    assert OTHER_SIGNER.name in KEYS.problem(OTHER_SIGNER.sign(LINK, START))


def test_a_checkpoint_comes_through_json() -> None:
    checkpoint = SIGNER.sign(LINK, START)
    assert Checkpoint.from_json(checkpoint.as_json()) == checkpoint


@pytest.mark.parametrize("field", ["sequence", "hash", "time", "key", "signature"])
def test_what_lacks_a_field_is_no_checkpoint(field: str) -> None:
    found = SIGNER.sign(LINK, START).as_json()
    del found[field]
    with pytest.raises(Invalid, match="doorward audit checkpoint --json"):
        Checkpoint.from_json(found)


@pytest.mark.parametrize("found", [None, [], "x", {"sequence": "x"}])
def test_what_is_no_checkpoint_is_refused_by_the_name_of_its_file(found: object) -> None:
    with pytest.raises(Invalid, match=r"^kept\.json: is no checkpoint"):
        Checkpoint.from_json(found, field="kept.json")


def test_a_public_key_is_a_text_of_43_signs_that_is_read_again() -> None:
    text = public_text(SIGNER.public)
    assert len(text) == 43
    assert key_name(parse_public(text)) == SIGNER.name
    assert Keys([parse_public(text)]).problem(SIGNER.sign(LINK, START)) == ""


@pytest.mark.parametrize("text", ["", "AAAA", "not base64!", None])
def test_what_is_no_public_key_is_refused(text: object) -> None:
    with pytest.raises(Invalid, match="public_key"):
        parse_public(text)
