from __future__ import annotations

from doorward.relay.metrics import Metrics


def test_every_counter_begins_at_nothing_and_has_a_name() -> None:
    metrics = Metrics()
    metrics.streams_opened += 1
    counters = metrics.counters()
    assert counters.pop("streams_opened") == 1
    assert set(counters.values()) == {0}
