from __future__ import annotations

from datetime import timedelta

from doorward.services.sightings import Sighting, Sightings
from tests.fakes.clock import START

CI, NIGHTLY = "ci.access", "nightly.access"
SECOND = timedelta(seconds=1)


def test_the_latest_sighting_is_due_at_once_and_again_a_minute_later_for_each_token() -> None:
    sightings = Sightings()
    sightings.note(CI, now=START, source="192.0.2.1")
    sightings.note(CI, now=START + SECOND, source="192.0.2.2")
    due = sightings.due(START + SECOND)
    assert due == {CI: Sighting(START + SECOND, "192.0.2.2")}
    sightings.written(due, now=START + SECOND)
    assert sightings.due(START + SECOND) == {}
    for each in range(2, 61):
        sightings.note(CI, now=START + each * SECOND, source="192.0.2.3")
        assert sightings.due(START + each * SECOND) == {}
    sightings.note(NIGHTLY, now=START + 61 * SECOND, source="192.0.2.4")
    assert sightings.due(START + 61 * SECOND).keys() == {CI, NIGHTLY}


def test_what_was_noted_while_it_was_being_written_is_not_lost() -> None:
    sightings = Sightings()
    sightings.note(CI, now=START, source="192.0.2.1")
    due = sightings.due(START)
    sightings.note(CI, now=START + SECOND, source="192.0.2.2")
    sightings.written(due, now=START)
    assert sightings.due(START + 60 * SECOND) == {CI: Sighting(START + SECOND, "192.0.2.2")}


def test_a_clock_that_was_set_back_does_not_stop_the_writing() -> None:
    sightings = Sightings()
    sightings.note(CI, now=START, source="a")
    sightings.written(sightings.due(START), now=START)
    earlier = START - timedelta(days=1)
    sightings.note(CI, now=earlier, source="b")
    assert sightings.due(earlier) == {CI: Sighting(earlier, "b")}
