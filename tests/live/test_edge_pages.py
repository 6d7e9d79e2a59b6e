"""The edge's own pages as a real Envoy sends them and a real browser shows them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from envoy.config.bootstrap.v3 import bootstrap_pb2
from envoy.extensions.filters.http.router.v3 import router_pb2
from envoy.extensions.filters.network.http_connection_manager.v3 import (
    http_connection_manager_pb2 as hcm_pb2,
)
from google.protobuf import json_format
from playwright.sync_api import Browser, expect

from doorward.envoy.local_replies import STATUS, Page
from doorward.web.edge_pages import edge_page_csp, edge_pages
from tests.live.browser import person
from tests.live.envoy import RunningEnvoy

LISTENER = "pages"
REQUEST_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
ALL = pytest.mark.parametrize("page", Page)


def resources() -> bootstrap_pb2.Bootstrap.StaticResources:
    """An Envoy that answers each page under its name, and makes request ids itself."""
    manager = {
        "@type": type_url(hcm_pb2.HttpConnectionManager),
        "stat_prefix": "test",
        "use_remote_address": True,
        "internal_address_config": {"cidr_ranges": [{"address_prefix": "255.255.255.255", "prefix_len": 32}]},
        "route_config": {"virtual_hosts": [virtual_host()]},
        "http_filters": [
            {"name": "envoy.filters.http.router", "typed_config": {"@type": type_url(router_pb2.Router)}}
        ],
    }
    filters = [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]
    address = {"socket_address": {"address": "127.0.0.1", "port_value": 0}}
    listener = {"name": LISTENER, "address": address, "filter_chains": [{"filters": filters}]}
    found = bootstrap_pb2.Bootstrap.StaticResources()
    json_format.ParseDict({"listeners": [listener]}, found)
    return found


def type_url(message: Any) -> str:
    return f"type.googleapis.com/{message.DESCRIPTOR.full_name}"


def virtual_host() -> dict[str, Any]:
    policy = {"header": {"key": "content-security-policy", "value": edge_page_csp()}}
    routes = [
        {
            "match": {"path": f"/{page}"},
            "direct_response": {
                "status": STATUS[Page(page)],
                "body_format": {
                    "text_format_source": {"inline_string": text},
                    "content_type": "text/html; charset=utf-8",
                },
            },
        }
        for page, text in edge_pages().items()
    ]
    return {"name": "all", "domains": ["*"], "routes": routes, "response_headers_to_add": [policy]}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with RunningEnvoy(tmp_path_factory.mktemp("envoy"), resources()) as envoy:
        yield f"http://edge.localhost:{envoy.port(LISTENER)}"


@ALL
def test_envoy_fills_in_the_request_id_and_the_browser_takes_the_style(
    chromium: Browser, address: str, page: Page
) -> None:
    with person(chromium) as (shown, witness):
        answer = shown.goto(f"{address}/{page}")
        assert answer is not None
        assert answer.status == STATUS[page]
        expect(shown.get_by_text(f"Error {STATUS[page]}")).to_be_visible()
        expect(shown.locator("code")).to_have_text(REQUEST_ID)
        expect(shown.locator("main")).to_have_css("border-radius", "18px")
        assert "%" not in shown.locator("body").inner_text()
        refused = f"status of {STATUS[page]}"
        assert [said for said in witness.complaints if refused not in said] == []


def test_a_request_id_that_a_client_made_up_is_not_shown(address: str) -> None:
    answer = httpx.get(
        f"{address.replace('edge.localhost', '127.0.0.1')}/{Page.UNKNOWN_HOST}",
        headers={"X-Request-Id": "<script>alert(1)</script>"},
    )
    assert "alert" not in answer.text
    assert REQUEST_ID.search(answer.text)
