"""Plain Envoys: the fast origin, and the bare proxy that everything is compared with."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.ports import wait_for_port

HCM = "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
ROUTER = "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"
TLS = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext"


def origin(port: int) -> dict[str, object]:
    """An origin that answers a few bytes at once."""
    answer = {"status": 200, "body": {"inline_string": "hello world"}}
    return _bootstrap(port, {"direct_response": answer}, clusters=[])


def bare_proxy(port: int, origin_port: int, *, tls: Path) -> dict[str, object]:
    """Envoy with nothing but a route to the origin. It ends TLS as the
    edge does; ``tls`` holds certificate and key (PEM)."""
    address = {"socket_address": {"address": "127.0.0.1", "port_value": origin_port}}
    cluster = {
        "name": "origin",
        "type": "STATIC",
        "load_assignment": {
            "cluster_name": "origin",
            "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address}}]}],
        },
    }
    return _bootstrap(port, {"route": {"cluster": "origin"}}, clusters=[cluster], tls=tls)


def _bootstrap(
    port: int, action: dict[str, object], *, clusters: list[object], tls: Path | None = None
) -> dict[str, object]:
    manager = {
        "@type": HCM,
        "stat_prefix": "bench",
        "route_config": {
            "virtual_hosts": [
                {"name": "all", "domains": ["*"], "routes": [{"match": {"prefix": "/"}, **action}]}
            ]
        },
        "http_filters": [{"name": "router", "typed_config": {"@type": ROUTER}}],
    }
    chain: dict[str, object] = {"filters": [{"name": "http", "typed_config": manager}]}
    if tls is not None:
        pair = {"certificate_chain": {"filename": str(tls)}, "private_key": {"filename": str(tls)}}
        context = {"@type": TLS, "common_tls_context": {"tls_certificates": [pair]}}
        chain["transport_socket"] = {"name": "tls", "typed_config": context}
    address = {"socket_address": {"address": "127.0.0.1", "port_value": port}}
    listener = {"name": "bench", "address": address, "filter_chains": [chain]}
    return {"static_resources": {"listeners": [listener], "clusters": clusters}}


@contextmanager
def running(binary: Path, folder: Path, name: str, config: dict[str, object], port: int) -> Iterator[int]:
    """Run an Envoy with this configuration; gives its process id."""
    path = folder / f"{name}.json"
    path.write_text(json.dumps(config))
    command = [str(binary), "-c", str(path), "--concurrency", "2", "-l", "error", "--use-dynamic-base-id"]
    with (folder / f"{name}.log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        wait_for_port(port)
        yield process.pid
    finally:
        process.terminate()
        process.wait(10)
