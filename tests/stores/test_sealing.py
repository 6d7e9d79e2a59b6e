"""Which columns are encrypted, and that a row keeps the rest."""

from __future__ import annotations

import pytest

from doorward.model.errors import Invalid
from doorward.stores.encryption import Envelope
from doorward.stores.sealing import seal, sealed_columns, unseal
from doorward.stores.tables import metadata, signing_keys
from tests.stores.files import KEY

ROW = {"kid": "k1", "private_jwk": "private", "created": 1, "not_before": 2}


def test_the_secrets_of_the_database_are_sealed() -> None:
    sealed = {table.name: sealed_columns(table) for table in metadata.sorted_tables}
    assert {name: columns for name, columns in sealed.items() if columns} == {
        "organisation": ["key_check"],
        "identity_providers": ["client_secret"],
        "signing_keys": ["private_jwk"],
        "grants": ["refresh_token"],
        "code_apps": ["secret"],
    }


def test_a_sealed_row_keeps_everything_but_its_secret() -> None:
    envelope = Envelope(KEY)
    sealed = seal(signing_keys, ROW, envelope)
    assert {**sealed, "private_jwk": "private"} == ROW
    assert b"private" not in sealed["private_jwk"]
    assert unseal(signing_keys, sealed, envelope) == ROW


def test_a_secret_cannot_be_moved_to_another_row() -> None:
    envelope = Envelope(KEY)
    sealed = seal(signing_keys, ROW, envelope)
    with pytest.raises(Invalid, match=r"signing_keys\[k2\]"):
        unseal(signing_keys, {**sealed, "kid": "k2"}, envelope)
