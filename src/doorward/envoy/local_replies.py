"""What Envoy answers itself, when no origin and no control plane could: a page for people, a line of
JSON for everything else."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from envoy.config.accesslog.v3 import accesslog_pb2
from envoy.config.core.v3 import base_pb2, substitution_format_string_pb2
from envoy.config.route.v3 import route_components_pb2
from envoy.extensions.access_loggers.filters.cel.v3 import cel_pb2
from envoy.extensions.filters.network.http_connection_manager.v3 import (
    http_connection_manager_pb2 as hcm_pb2,
)
from envoy.type.matcher.v3 import string_pb2
from google.protobuf import struct_pb2, wrappers_pb2

from doorward.envoy import names
from doorward.envoy.packing import packed
from doorward.envoy.state import EdgeSettings


class Page(StrEnum):
    """The pages that the edge holds itself."""

    UNKNOWN_HOST = "unknown-host"
    NO_CONNECTOR = "no-connector"
    ORIGIN_DOWN = "origin-down"
    ORIGIN_SLOW = "origin-slow"
    BAD_REQUEST = "bad-request"
    METHOD_NOT_ALLOWED = "method-not-allowed"
    NOT_HTTP = "not-http"
    SIGN_IN_AWAY = "sign-in-away"
    UNKNOWN_SOURCE = "unknown-source"
    TOO_LARGE = "too-large"
    HEADERS_TOO_LARGE = "headers-too-large"


STATUS: Mapping[Page, int] = MappingProxyType(
    {
        Page.UNKNOWN_HOST: 404,
        Page.NO_CONNECTOR: 503,
        Page.ORIGIN_DOWN: 502,
        Page.ORIGIN_SLOW: 504,
        Page.BAD_REQUEST: 400,
        Page.METHOD_NOT_ALLOWED: 405,
        Page.NOT_HTTP: 426,
        Page.SIGN_IN_AWAY: 503,
        Page.UNKNOWN_SOURCE: 403,
        Page.TOO_LARGE: 413,
        Page.HEADERS_TOO_LARGE: 431,
    }
)

NOT_CONNECTED = ("UF",)
"""Envoy's flag for a connection that could not be made."""

FLAGS: Mapping[Page, tuple[str, ...]] = MappingProxyType(
    {
        Page.NO_CONNECTOR: (*NOT_CONNECTED, "UH", "UO", "NC"),
        Page.ORIGIN_DOWN: ("UC", "UPE", "UR", "LR"),
        Page.ORIGIN_SLOW: ("UT", "SI", "DT"),
    }
)
"""Envoy's response flags that stand for each page: a connection that could not be made means that no
connector serves the tunnel (the relay then has no socket for it), unless the edge dials the origin
itself; UC, one that was closed before an answer, that the origin is down."""

REFUSED_BY_CONTROL = "UAEX"
"""Envoy's flag for both: the control plane refused, and then its own page stands; or it did not
answer at all (503), and then the edge has to."""

BY_STATUS = (
    Page.UNKNOWN_HOST,
    Page.BAD_REQUEST,
    Page.UNKNOWN_SOURCE,
    Page.METHOD_NOT_ALLOWED,
    Page.NOT_HTTP,
    Page.TOO_LARGE,
    Page.HEADERS_TOO_LARGE,
)
"""Pages for the answers of routes and filters, which carry no flag. The control plane's own 403 has one."""


def build_local_replies(settings: EdgeSettings) -> hcm_pb2.LocalReplyConfig:
    """The mapping, most telling first; the first that fits is used."""
    asked = _by_flag((REFUSED_BY_CONTROL,))
    silent = _both(asked, _by_status(STATUS[Page.SIGN_IN_AWAY]))
    mappers = _mappers(settings, Page.SIGN_IN_AWAY, silent)
    mappers.append(hcm_pb2.ResponseMapper(filter=asked))
    mappers += _mappers(settings, Page.ORIGIN_DOWN, _both(_by_flag(NOT_CONNECTED), _dialled_by_edge()))
    for page, flags in FLAGS.items():
        mappers += _mappers(settings, page, _by_flag(flags))
    for page in BY_STATUS:
        mappers += _mappers(settings, page, _by_status(STATUS[page]))
    return hcm_pb2.LocalReplyConfig(mappers=mappers)


def _mappers(
    settings: EdgeSettings, page: Page, cause: accesslog_pb2.AccessLogFilter
) -> list[hcm_pb2.ResponseMapper]:
    for_people = _both(cause, _wants_html())
    status = wrappers_pb2.UInt32Value(value=STATUS[page])
    html = hcm_pb2.ResponseMapper(
        filter=for_people,
        status_code=status,
        headers_to_add=_page_headers(settings.pages_policy),
        body_format_override=substitution_format_string_pb2.SubstitutionFormatString(
            text_format_source=base_pb2.DataSource(inline_string=settings.pages[page]),
            content_type="text/html; charset=utf-8",
        ),
    )
    plain = hcm_pb2.ResponseMapper(filter=cause, status_code=status, body_format_override=_json(page.value))
    return [html, plain]


def _both(
    one: accesslog_pb2.AccessLogFilter, other: accesslog_pb2.AccessLogFilter
) -> accesslog_pb2.AccessLogFilter:
    return accesslog_pb2.AccessLogFilter(and_filter=accesslog_pb2.AndFilter(filters=[one, other]))


def _by_flag(flags: tuple[str, ...]) -> accesslog_pb2.AccessLogFilter:
    return accesslog_pb2.AccessLogFilter(response_flag_filter=accesslog_pb2.ResponseFlagFilter(flags=flags))


def _by_status(status: int) -> accesslog_pb2.AccessLogFilter:
    comparison = accesslog_pb2.ComparisonFilter(op="EQ")
    comparison.value.default_value = status
    comparison.value.runtime_key = f"doorward.status.{status}"
    return accesslog_pb2.AccessLogFilter(
        status_code_filter=accesslog_pb2.StatusCodeFilter(comparison=comparison)
    )


def _dialled_by_edge() -> accesslog_pb2.AccessLogFilter:
    expression = f"xds.cluster_name.startsWith('{names.ORIGIN_PREFIX}')"
    return accesslog_pb2.AccessLogFilter(
        extension_filter=accesslog_pb2.ExtensionFilter(
            name="envoy.access_loggers.extension_filters.cel",
            typed_config=packed(cel_pb2.ExpressionFilter(expression=expression)),
        )
    )


def _wants_html() -> accesslog_pb2.AccessLogFilter:
    return accesslog_pb2.AccessLogFilter(
        header_filter=accesslog_pb2.HeaderFilter(
            header=route_components_pb2.HeaderMatcher(
                name="accept", string_match=string_pb2.StringMatcher(contains="text/html")
            )
        )
    )


def _page_headers(policy: str) -> list[base_pb2.HeaderValueOption]:
    headers = {
        "content-security-policy": policy,
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
    }
    return [
        base_pb2.HeaderValueOption(
            header=base_pb2.HeaderValue(key=key, value=value),
            append_action="OVERWRITE_IF_EXISTS_OR_ADD",
        )
        for key, value in headers.items()
    ]


def _json(error: str) -> substitution_format_string_pb2.SubstitutionFormatString:
    body = struct_pb2.Struct()
    body.update({"error": error, "request_id": "%REQ(X-REQUEST-ID)%", "status": "%RESPONSE_CODE%"})
    return substitution_format_string_pb2.SubstitutionFormatString(
        json_format=body, content_type="application/json"
    )
