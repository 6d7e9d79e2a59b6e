from __future__ import annotations

from datetime import timedelta

import pytest

from doorward.cli.options import age
from doorward.model.errors import Invalid


def test_an_age_is_a_duration() -> None:
    assert [age(text) for text in ("90s", "30m", "7d")] == [
        timedelta(seconds=90),
        timedelta(minutes=30),
        timedelta(days=7),
    ]


@pytest.mark.parametrize("text", ["", "7", "yesterday", "-1d", "0d"])
def test_what_is_none_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match=r"--since: .* is not a duration: use a number and s, m, h or d"):
        age(text)
