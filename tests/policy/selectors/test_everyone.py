from __future__ import annotations

import pytest

from doorward.model.errors import Invalid
from doorward.policy.expression import ALWAYS
from doorward.policy.selectors import everyone
from tests.policy.said import EVERYONE, machine, nobody, person


def test_everyone_takes_no_value() -> None:
    assert everyone.parse("", "f") == ""
    with pytest.raises(Invalid, match="leave it empty"):
        everyone.parse("yes", "f")


def test_everyone_matches_all() -> None:
    assert all(everyone.matches(EVERYONE, request) for request in (person(), machine(), nobody()))
    assert everyone.expression(EVERYONE) is ALWAYS
