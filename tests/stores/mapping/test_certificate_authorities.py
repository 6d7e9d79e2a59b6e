"""The mapping of certificate authorities."""

from __future__ import annotations

from hypothesis import given

from doorward.model.client_certificate import CertificateAuthority
from doorward.stores.mapping.certificate_authorities import from_row, to_row
from doorward.stores.tables import certificate_authorities as table
from tests.stores.mapping.rows import stored
from tests.strategies import certificate_authorities


@given(authority=certificate_authorities)
def test_what_goes_in_comes_out(authority: CertificateAuthority) -> None:
    assert from_row(stored(table, to_row(authority, position=3))) == authority
