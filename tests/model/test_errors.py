from __future__ import annotations

import pytest

from doorward.model.errors import AccessError, Conflict, Invalid, NotFound, Refused, Unavailable


def test_what_is_invalid_is_told_with_its_field_where_it_has_one() -> None:
    assert str(Invalid("applications[0].hostname", "is empty")) == "applications[0].hostname: is empty"
    assert str(Invalid("", "this is not YAML")) == "this is not YAML"


@pytest.mark.parametrize("error", [Invalid("a", "b"), NotFound("a"), Conflict("a"), Refused("a")])
def test_only_what_is_unavailable_is_worth_another_try(error: AccessError) -> None:
    assert not error.retryable
    assert Unavailable("the database does not answer").retryable
