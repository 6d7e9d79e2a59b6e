"""The mapping of what the configuration holds outside any list."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given

from doorward.model.configuration import Configuration
from doorward.model.service_token import UnusedServiceTokens
from doorward.stores.mapping.organisation import from_columns, to_columns
from doorward.stores.tables import organisation
from tests.strategies import configurations


@given(configuration=configurations)
def test_what_goes_in_comes_out_into_columns_that_are_there(configuration: Configuration) -> None:
    columns = to_columns(configuration)
    assert columns.keys() < set(organisation.columns.keys())
    found = from_columns(columns)
    assert (found.session_duration, found.generation) == (
        configuration.session_duration,
        configuration.generation,
    )
    assert found.unused_service_tokens == configuration.unused_service_tokens


def test_a_word_of_another_version_is_not_guessed_at() -> None:
    rule = UnusedServiceTokens(after=timedelta(days=30))
    columns = to_columns(Configuration(unused_service_tokens=rule)) | {"unused_service_tokens_action": "mail"}
    with pytest.raises(ValueError, match="mail"):
        from_columns(columns)
