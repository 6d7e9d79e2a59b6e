"""Where processes find each other: sockets and files, relative to the data folder.

Every process runs in the data folder, because a unix socket's path may have 107 bytes only.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

GRPC_SOCKET: Final = Path("run/grpc.sock")
"""ADS and authorization, for Envoy."""
WEB_SOCKET: Final = Path("run/web.sock")
API_SOCKET: Final = Path("run/api.sock")
RELAY_SOCKET: Final = Path("run/relay.sock")
"""The control plane's end of the relays' control channel."""
FRONT_FOLDER: Final = Path("run/front")
"""One unix socket a tunnel, made by the relay for Envoy."""
ENVOY_ADMIN_SOCKET: Final = Path("run/envoy-admin.sock")
ENVOY_BOOTSTRAP: Final = Path("run/envoy.json")
GEOIP_DATABASE: Final = Path("run/countries.mmdb")
"""The copy of the administrator's database that the control plane and Envoy read."""
EDGE_CERTIFICATE: Final = Path("keys/edge.pem")
RELAY_CERTIFICATE: Final = Path("keys/relay.pem")
EDGE_TOKEN: Final = Path("run/edge-tunnel.token")
"""The token of the built-in tunnel, for the connector that runs beside the edge."""
SAMPLE_TOKEN: Final = Path("run/sample-tunnel.token")
ACCESS_LOG: Final = Path("logs/access.log")
RELAY_NAME: Final = "relay.doorward.internal"
"""The name in the relay's certificate; tokens carry it, so that no DNS is asked."""
