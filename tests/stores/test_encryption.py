"""Secrets at rest: nobody reads, changes or moves them without the key."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.model.errors import Invalid
from doorward.stores.encryption import Envelope, Place
from tests.stores.files import KEY
from tests.strategies import texts

HERE = Place("signing_keys", "k1", "private_jwk")
OTHERS = [
    Place("identity_providers", "k1", "private_jwk"),
    Place("signing_keys", "k2", "private_jwk"),
    Place("signing_keys", "k1", "kid"),
    Place("signing_keysk1", "", "private_jwk"),
]


@given(text=texts)
def test_what_was_encrypted_decrypts_to_itself(text: str) -> None:
    envelope = Envelope(KEY)
    assert envelope.decrypt(envelope.encrypt(text, place=HERE), place=HERE) == text


def test_the_ciphertext_does_not_hold_the_text_and_is_never_the_same() -> None:
    envelope = Envelope(KEY)
    first, second = (envelope.encrypt("secret", place=HERE) for _ in range(2))
    assert b"secret" not in first
    assert first[13:] != second[13:]


def test_a_ciphertext_is_version_nonce_and_body() -> None:
    envelope = Envelope(KEY, random_bytes=lambda size: b"n" * size)
    ciphertext = envelope.encrypt("secret", place=HERE)
    assert ciphertext.startswith(b"\x01" + b"n" * 12)
    assert len(ciphertext) == 1 + 12 + len("secret") + 16


@pytest.mark.parametrize("place", OTHERS, ids=str)
def test_a_ciphertext_that_was_moved_does_not_decrypt(place: Place) -> None:
    envelope = Envelope(KEY)
    with pytest.raises(Invalid, match="cannot be decrypted"):
        envelope.decrypt(envelope.encrypt("secret", place=HERE), place=place)


def test_another_key_does_not_decrypt_it() -> None:
    ciphertext = Envelope(KEY).encrypt("secret", place=HERE)
    with pytest.raises(
        Invalid, match=r"signing_keys\[k1\]\.private_jwk: .*the master key does not fit this database"
    ):
        Envelope(KEY[::-1]).decrypt(ciphertext, place=HERE)


@given(position=st.integers(0, 34), flip=st.integers(1, 255))
def test_a_ciphertext_with_any_byte_changed_does_not_decrypt(position: int, flip: int) -> None:
    envelope = Envelope(KEY)
    ciphertext = bytearray(envelope.encrypt("secret", place=HERE))
    ciphertext[position] ^= flip
    with pytest.raises(Invalid):
        envelope.decrypt(bytes(ciphertext), place=HERE)


@pytest.mark.parametrize("length", range(30))
def test_a_ciphertext_that_was_cut_off_does_not_decrypt(length: int) -> None:
    envelope = Envelope(KEY)
    with pytest.raises(Invalid):
        envelope.decrypt(envelope.encrypt("secret", place=HERE)[:length], place=HERE)


def test_a_later_form_is_named_as_such() -> None:
    with pytest.raises(Invalid, match="in a way that this version does not know"):
        Envelope(KEY).decrypt(b"\x02" + bytes(40), place=HERE)


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_a_key_of_another_size_is_refused(size: int) -> None:
    with pytest.raises(Invalid, match=f"encryption_key: has {size} bytes: give 32"):
        Envelope(bytes(size))
