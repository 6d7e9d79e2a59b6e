"""The edge of the world in which the tests of services play."""

from __future__ import annotations

from doorward.envoy.local_replies import Page
from doorward.envoy.state import EdgeSettings

EDGE = EdgeSettings(
    team_domain="access.example.com",
    https_host="127.0.0.1",
    https_port=8443,
    public_port=443,
    control_socket="run/grpc.sock",
    web_socket="run/web.sock",
    front_folders=("run/front",),
    access_log="logs/access.log",
    pages=dict.fromkeys(Page, "<p>%REQ(X-REQUEST-ID)%</p>"),
    pages_policy="default-src 'none'",
)
