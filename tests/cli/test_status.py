from __future__ import annotations

import json
from datetime import UTC, datetime

from doorward.bootstrap.supervisor_parts import PartState, State
from doorward.bootstrap.supervisor_report import remove_report, write_report
from doorward.model.ids import TunnelId
from doorward.model.tunnel import ConnectorStatus
from doorward.ports.places import GeoipDatabase
from tests.cli.commands import Doorward

NOW = datetime(2026, 3, 1, tzinfo=UTC)
PARTS = {
    "control": PartState(pid=4711, state=State.READY, restarts=0, since=NOW),
    "edge": PartState(pid=0, state=State.FAILED, restarts=3, since=NOW, detail="was killed"),
}


def test_a_doorward_that_serves_is_ready_and_exits_with_0(doorward: Doorward) -> None:
    shown = doorward.says("status")
    assert shown.startswith("Doorward is ready.\n")
    assert "Edge edge-1: Envoy 1.40.0, connected" in shown
    assert "Relays connected: 1" in shown


def test_one_whose_edge_refuses_is_not_ready_and_says_why(doorward: Doorward) -> None:
    doorward.world.edges.refusal = "no such cluster"
    result = doorward.run("status")
    assert result.exit_code == 1
    assert result.stdout.startswith("Doorward is NOT ready.\n")
    assert "refuses: no such cluster" in result.stdout


def test_the_database_of_countries_is_shown_with_its_date_and_what_is_wrong_with_a_newer_one(
    doorward: Doorward,
) -> None:
    assert "Countries" not in doorward.says("status")
    problem = "geoip_database: it is broken; the database before it stays in use"
    doorward.world.places.known_from = GeoipDatabase(kind="Test-Country", built=NOW, problem=problem)
    shown = doorward.says("status")
    assert "Countries: Test-Country of 2026-03-01\n" in shown
    assert f"Warning: {problem}\n" in shown
    assert doorward.json("status")["geoip_database"]["built"] == "2026-03-01T00:00:00+00:00"


def test_connectors_are_shown(doorward: Doorward) -> None:
    doorward.world.relays.serving = [
        ConnectorStatus(
            id="c-1",
            tunnel=TunnelId("t1"),
            version="0.1",
            source="192.0.2.9",
            links=2,
            streams=5,
            since=NOW,
        )
    ]
    assert "from 192.0.2.9, 2 links, 5 streams" in doorward.says("status")


def test_json_holds_all_of_it(doorward: Doorward) -> None:
    found = doorward.json("status")
    assert found["ready"] is True
    assert found["parts"] == {}


def test_the_parts_are_shown_with_their_processes(doorward: Doorward) -> None:
    write_report(doorward.data, PARTS)
    try:
        shown = doorward.says("status")
        found = doorward.json("status")
    finally:
        remove_report(doorward.data)
    assert "4711" in shown
    assert "failed" in shown
    assert found["parts"]["edge"]["restarts"] == 3


def test_parts_without_a_control_plane_are_not_ready(nowhere: Doorward) -> None:
    (nowhere.data / "run").mkdir()
    write_report(nowhere.data, PARTS)
    result = nowhere.run("status", "--json")
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    assert found["ready"] is False
    assert "no Doorward runs" in found["problem"]
    assert nowhere.run("status").stdout.startswith("Doorward is NOT ready.\nno Doorward runs")
