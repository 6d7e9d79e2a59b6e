"""One JSON line per request: who, what, which decision and why, how it went.

Four loggers write the same shape. What the fast path allowed has its facts in the claims and the
verdict: one logger for people, one for machines, one for whom a bypass let in. The fourth writes
everything else, whose facts the control plane gave with its answer.

The keeper (``audit_files``) copies each line into the audit log as it is: lines begin with
``application``, since Envoy sorts the fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from envoy.config.accesslog.v3 import accesslog_pb2
from envoy.config.core.v3 import substitution_format_string_pb2
from envoy.config.route.v3 import route_components_pb2
from envoy.extensions.access_loggers.file.v3 import file_pb2
from envoy.type.matcher.v3 import metadata_pb2, string_pb2, value_pb2
from google.protobuf import struct_pb2, wrappers_pb2

from doorward.envoy import names
from doorward.envoy.filters import claim
from doorward.envoy.packing import packed
from doorward.envoy.state import EdgeSettings


def _asked(fact: str) -> str:
    return f"%DYNAMIC_METADATA({names.EXT_AUTHZ}:{fact})%"


COMMON: Mapping[str, str] = MappingProxyType(
    {
        "time": "%START_TIME(%Y-%m-%dT%H:%M:%S.%3fZ)%",
        "request_id": "%REQ(X-REQUEST-ID)%",
        "application": "%ROUTE_NAME%",
        "method": "%REQ(:METHOD)%",
        "host": "%REQ(:AUTHORITY)%",
        "path": "%PATH(NQ)%",
        "source": names.SOURCE,
        "user_agent": "%REQ(USER-AGENT)%",
        "status": "%RESPONSE_CODE%",
        "bytes_received": "%BYTES_RECEIVED%",
        "bytes_sent": "%BYTES_SENT%",
        "duration_ms": "%DURATION%",
        "flags": "%RESPONSE_FLAGS%",
    }
)

COUNTRY = f"%DYNAMIC_METADATA({names.REQUEST_METADATA}:{names.COUNTRY_KEY})%"
"""Missing where the address belongs to no country: it cannot be written ``AS_TEXT``, so an edge without a
database of countries does without this operator."""

AS_TEXT = "%REQ(:METHOD):0%"
"""Writes nothing. A value of two operators is formatted as text; a lone metadata operator goes through
a protobuf value, which cost 19,000 instructions each time (callgrind, Envoy 1.40.0), a twentieth of a
request. A text that is missing is ``-`` and not null, so it is used where the value is always there."""

BY_EDGE: Mapping[str, str] = MappingProxyType(
    {
        "decision": "allow",
        "decided_by": "edge",
        "policy": f"%DYNAMIC_METADATA({names.RBAC}:{names.SHADOW_POLICY})%" + AS_TEXT,
        "policy_version": f"%METADATA(ROUTE:{names.ROUTE_METADATA}:{names.POLICY_VERSION})%" + AS_TEXT,
        "reason": "policy-matched",
    }
)

ALLOWED_PERSON: Mapping[str, str | None] = MappingProxyType(
    {
        **BY_EDGE,
        "person": f"%REQ({names.EMAIL_HEADER})%",
        "session": claim("sid") + AS_TEXT,
        "service_token": None,
    }
)

ALLOWED_MACHINE: Mapping[str, str | None] = MappingProxyType(
    {**BY_EDGE, "person": None, "session": None, "service_token": claim("service_token") + AS_TEXT}
)

ALLOWED_NOBODY: Mapping[str, str | None] = MappingProxyType(
    {**BY_EDGE, "person": None, "session": None, "service_token": None}
)

ANSWERED_BY_CONTROL: Mapping[str, str | None] = MappingProxyType(
    {
        "person": _asked("person"),
        "session": _asked("session"),
        "decision": _asked("decision"),
        "decided_by": _asked("decided_by"),
        "policy": _asked("policy"),
        "policy_version": _asked("policy_version"),
        "service_token": _asked("service_token"),
        "reason": _asked("reason"),
    }
)

FIELDS = tuple(sorted({*COMMON, "country", *ALLOWED_PERSON}))
"""As few as tell the story: formatting this line is a large part of what a request costs here."""


def build_access_logs(settings: EdgeSettings) -> list[accesslog_pb2.AccessLog]:
    """The loggers, for the file that ``settings.access_log`` names. Each request passes one filter."""
    allowed, not_allowed = _verdict("allowed", or_none=False), _verdict("denied", or_none=True)
    return [
        _logger(settings, ALLOWED_PERSON, _all_of(allowed, _person_named(named=True))),
        _logger(
            settings, ALLOWED_MACHINE, _all_of(allowed, _person_named(named=False), _machine(named=True))
        ),
        _logger(
            settings, ALLOWED_NOBODY, _all_of(allowed, _person_named(named=False), _machine(named=False))
        ),
        _logger(settings, ANSWERED_BY_CONTROL, not_allowed),
    ]


def _verdict(verdict: str, *, or_none: bool) -> accesslog_pb2.AccessLogFilter:
    """Whether the fast path came to this verdict, or to none at all."""
    return accesslog_pb2.AccessLogFilter(
        metadata_filter=accesslog_pb2.MetadataFilter(
            matcher=metadata_pb2.MetadataMatcher(
                filter=names.RBAC,
                path=[metadata_pb2.MetadataMatcher.PathSegment(key=names.SHADOW_RESULT)],
                value=value_pb2.ValueMatcher(string_match=string_pb2.StringMatcher(exact=verdict)),
            ),
            match_if_key_not_found=wrappers_pb2.BoolValue(value=or_none),
        )
    )


def _person_named(*, named: bool) -> accesslog_pb2.AccessLogFilter:
    """Whether the edge wrote a person's address for the origin. Clients cannot: see
    ``filters.early_header_mutation``."""
    header = route_components_pb2.HeaderMatcher(name=names.EMAIL_HEADER, present_match=named)
    return accesslog_pb2.AccessLogFilter(header_filter=accesslog_pb2.HeaderFilter(header=header))


def _machine(*, named: bool) -> accesslog_pb2.AccessLogFilter:
    """Whether the token that was verified is a machine's. This filter does not look at ``invert``: it
    compares what is there with a value, and no id is empty."""
    present = value_pb2.ValueMatcher(present_match=True)
    absent = value_pb2.ValueMatcher(string_match=string_pb2.StringMatcher(exact=""))
    segment = metadata_pb2.MetadataMatcher.PathSegment
    return accesslog_pb2.AccessLogFilter(
        metadata_filter=accesslog_pb2.MetadataFilter(
            matcher=metadata_pb2.MetadataMatcher(
                filter=names.JWT_AUTHN,
                path=[segment(key=names.CLAIMS_KEY), segment(key="service_token")],
                value=present if named else absent,
            ),
            match_if_key_not_found=wrappers_pb2.BoolValue(value=not named),
        )
    )


def _all_of(*filters: accesslog_pb2.AccessLogFilter) -> accesslog_pb2.AccessLogFilter:
    return accesslog_pb2.AccessLogFilter(and_filter=accesslog_pb2.AndFilter(filters=filters))


def _logger(
    settings: EdgeSettings, facts: Mapping[str, str | None], logged: accesslog_pb2.AccessLogFilter
) -> accesslog_pb2.AccessLog:
    line = struct_pb2.Struct()
    line.update({**COMMON, "country": COUNTRY if settings.geoip_database else None, **facts})
    return accesslog_pb2.AccessLog(
        name="envoy.access_loggers.file",
        filter=logged,
        typed_config=packed(
            file_pb2.FileAccessLog(
                path=settings.access_log,
                log_format=substitution_format_string_pb2.SubstitutionFormatString(json_format=line),
            )
        ),
    )
