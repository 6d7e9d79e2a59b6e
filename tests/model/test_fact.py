from __future__ import annotations

from datetime import timedelta

import pytest

from doorward.model.fact import Fact
from tests.fakes.clock import START


@pytest.mark.parametrize(("seconds", "counts"), [(-1, True), (0, False), (1, False)])
def test_a_fact_counts_until_it_expires(seconds: int, *, counts: bool) -> None:
    fact = Fact(value="pass", expires=START)
    assert fact.is_current(START + timedelta(seconds=seconds)) is counts
