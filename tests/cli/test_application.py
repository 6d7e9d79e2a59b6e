from __future__ import annotations

from tests.cli.commands import Doorward


def test_applications_are_listed_with_what_their_origins_must_know(doorward: Doorward) -> None:
    shown = doorward.says("application", "list")
    assert "audience-of-hello" in shown
    found = doorward.json("application", "list")
    assert [(one["id"], " ".join(one["destinations"]), one["audience"]) for one in found] == [
        (name, f"{name}.example.com", f"audience-of-{name}") for name in ("hello", "open", "closed")
    ]
