from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from doorward.stores.mapping.passes import from_row, to_row
from tests.fakes.clock import START
from tests.ports.test_passes import PHONE


def test_a_pass_comes_back_as_it_went_in() -> None:
    used = replace(PHONE, used=START + timedelta(hours=1), used_from="192.0.2.1")
    for made in (PHONE, used, replace(PHONE, paths=())):
        assert from_row(to_row(made, secret_hash="hash")) == made


def test_the_secret_is_in_the_row_as_a_hash_only() -> None:
    assert to_row(PHONE, secret_hash="hash")["secret_hash"] == "hash"
