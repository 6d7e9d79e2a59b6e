"""Order, restarts and words, without any process."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from doorward.bootstrap.supervisor_parts import (
    Part,
    check_order,
    dependents,
    how_it_ended,
    next_short_lives,
    pause_before_restart,
)
from doorward.bootstrap.supervisor_probes import alive
from doorward.model.errors import Invalid


def part(name: str, *after: str) -> Part:
    return Part(name=name, command=["true"], cwd=Path("/"), ready=alive(), start_after=after)


def test_a_good_order_is_accepted() -> None:
    parts = [part("edge", "relay", "control"), part("relay", "control"), part("control")]
    check_order(parts)
    assert dependents(parts, "control") == ("edge", "relay")
    assert dependents(parts, "edge") == ()


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ([part("a"), part("a")], r"parts\.a: there are two parts of this name"),
        ([part("a", "b")], r"parts\.a\.start_after: there is no part 'b'"),
        ([part("a", "a")], "these parts wait for each other: a -> a"),
        ([part("a", "b"), part("b", "c"), part("c", "a")], "these parts wait for each other: "),
    ],
)
def test_an_order_without_a_beginning_is_refused(parts: list[Part], says: str) -> None:
    with pytest.raises(Invalid, match=says):
        check_order(parts)


def test_a_part_that_keeps_dying_waits_longer_each_time_up_to_five_seconds() -> None:
    lives, pauses = 0, []
    for _ in range(8):
        lives = next_short_lives(lives, timedelta(seconds=1))
        pauses.append(pause_before_restart(lives).total_seconds())
    assert pauses == [0, 0.5, 1, 2, 4, 5, 5, 5]


def test_a_part_that_lived_long_is_restarted_at_once() -> None:
    assert pause_before_restart(next_short_lives(7, timedelta(seconds=10))) == timedelta(0)
    assert pause_before_restart(10**9) == timedelta(seconds=5)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (None, "did not start"),
        (0, "ended with exit code 0"),
        (1, "ended with exit code 1"),
        (-9, "was killed by SIGKILL"),
        (-99, "was killed by signal 99"),
    ],
)
def test_an_end_is_told_in_words(code: int | None, words: str) -> None:
    assert how_it_ended(code) == words
