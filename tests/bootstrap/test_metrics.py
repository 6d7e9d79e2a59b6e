from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from doorward.bootstrap.control_plane import ControlPlane
from doorward.bootstrap.metrics import metrics_application
from tests.bootstrap.control import with_control_plane


def fetched(tmp_path: Path, target: str) -> httpx.Response:
    async def story(control: ControlPlane) -> httpx.Response:
        transport = httpx.ASGITransport(metrics_application(control))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.get(target)

    return with_control_plane(tmp_path / "data", story)


def test_metrics_are_in_prometheus_own_format(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    answer = fetched(tmp_path, "/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    values = {
        sample.name: sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }
    assert values["doorward_ready"] == 0
    assert (values["doorward_relays"], values["doorward_connectors"]) == (0, 0)
    assert values["doorward_control_process_open_fds"] > 0


def test_not_ready_is_503_with_what_is_missing(tmp_path: Path) -> None:
    answer = fetched(tmp_path, "/ready")
    assert answer.status_code == 503
    assert (answer.json()["ready"], answer.json()["edges"]) == (False, [])


def test_there_is_nothing_else_on_that_port(tmp_path: Path) -> None:
    assert fetched(tmp_path, "/configuration").status_code == 404
