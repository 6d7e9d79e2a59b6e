from __future__ import annotations

from doorward.relay.sparse_log import LINES, PERIOD, SparseLog


class FakeLog:
    """Keeps its lines."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, dict[str, object]]] = []

    def warning(self, event: str, **values: object) -> None:
        self.lines.append((event, values))


def test_a_flood_writes_a_few_lines_and_later_how_many_were_left_out() -> None:
    log, now = FakeLog(), [0.0]
    sparse = SparseLog(log, lambda: now[0])
    for number in range(1000):
        sparse.warning("knock", number=number)
    sparse.warning("another")
    assert [event for event, _ in log.lines] == ["knock"] * LINES + ["another"]
    now[0] = PERIOD
    sparse.warning("knock", number=1000)
    assert log.lines[-2:] == [("knock", {"left_out": 1000 - LINES}), ("knock", {"number": 1000})]
