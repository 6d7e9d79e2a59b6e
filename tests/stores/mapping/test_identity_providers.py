"""The mapping of identity providers and accounts."""

from __future__ import annotations

import pytest
from hypothesis import given

from doorward.model.identity_provider import IdentityProvider, LocalAccounts, OpenIdConnect
from doorward.model.ids import IdentityProviderId
from doorward.stores.mapping.identity_providers import account_rows, from_row, to_row
from doorward.stores.tables import accounts, identity_providers
from tests import strategies
from tests.stores.mapping.rows import stored


@given(provider=strategies.identity_providers)
def test_what_goes_in_comes_out(provider: IdentityProvider) -> None:
    row = stored(identity_providers, to_row(provider, position=3))
    found = from_row(row, accounts=[stored(accounts, account) for account in account_rows(provider)])
    assert found == provider


def test_the_client_secret_is_only_in_the_column_that_is_encrypted() -> None:
    settings = OpenIdConnect(issuer="https://idp.example.com", client_id="c", client_secret="hidden")
    row = to_row(IdentityProvider(id=IdentityProviderId("one"), settings=settings), position=0)
    assert [name for name, value in row.items() if "hidden" in str(value)] == ["client_secret"]


def test_an_unknown_kind_is_an_error() -> None:
    row = to_row(IdentityProvider(id=IdentityProviderId("one"), settings=LocalAccounts()), position=0)
    with pytest.raises(ValueError, match="the kind of identity provider 'magic' is not known"):
        from_row({**row, "kind": "magic"}, accounts=[])
