"""``/metrics`` for Prometheus and ``/ready``, on a loopback port: all parts of one machine at once."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from doorward.api.bodies import status_body
from doorward.bootstrap import places
from doorward.bootstrap.control_plane import ControlPlane


class _Collector:
    """What the control plane knows, as Prometheus metrics."""

    def __init__(self, control: ControlPlane) -> None:
        self._control = control

    def collect(self) -> Iterator[Metric]:
        """The present values."""
        status = self._control.status()
        yield _gauge("doorward_ready", "Whether people can be served.", status.ready)
        yield _gauge("doorward_relays", "Relays that are connected.", status.relays)
        yield _gauge("doorward_connectors", "Connectors that are connected.", len(status.connectors))
        edges = GaugeMetricFamily(
            "doorward_edge_current", "Whether an edge has the present configuration.", labels=["edge"]
        )
        for edge in status.edges:
            edges.add_metric([edge.id], float(edge.connected and edge.accepted == status.published))
        yield edges
        for relay, counters in self._control.relays.metrics().items():
            for name, value in counters.items():
                family = GaugeMetricFamily(f"doorward_relay_{name}", "A relay's counter.", labels=["relay"])
                family.add_metric([relay], float(value))
                yield family


def metrics_application(control: ControlPlane) -> Starlette:
    """The two paths."""
    registry = CollectorRegistry()
    registry.register(_Collector(control))
    ProcessCollector(namespace="doorward_control", registry=registry)

    async def metrics(request: Request) -> Response:
        del request
        own = generate_latest(registry).decode()
        return PlainTextResponse(own + await _envoy(), media_type="text/plain; version=0.0.4")

    async def ready(request: Request) -> Response:
        del request
        status = control.status()
        return JSONResponse(status_body(status), status_code=200 if status.ready else 503)

    return Starlette(routes=[Route("/metrics", metrics), Route("/ready", ready)])


async def _envoy() -> str:
    """Envoy's own metrics; nothing while it is away."""
    transport = httpx.AsyncHTTPTransport(uds=str(places.ENVOY_ADMIN_SOCKET))
    async with httpx.AsyncClient(transport=transport, timeout=2) as client:
        try:
            answer = await client.get("http://envoy/stats/prometheus?usedonly")
        except httpx.HTTPError:
            return ""
    return answer.text


def _gauge(name: str, help_text: str, value: float) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, help_text)
    family.add_metric([], float(value))
    return family
