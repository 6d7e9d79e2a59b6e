from __future__ import annotations

from doorward.sample.entra.delta_state import KEPT, Position, Question, keep


def test_only_so_many_tokens_are_known() -> None:
    positions: dict[str, Position] = {}
    nothing = Position(question=Question(noun="users", select=(), ids=()), now={})
    for number in range(KEPT + 1):
        keep(positions, str(number), nothing)
    assert "0" not in positions
    assert len(positions) == KEPT
