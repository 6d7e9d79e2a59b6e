"""One JSON line per request: who, what, which decision and why, how it went.

Two loggers write the same shape: one for what the fast path allowed, whose facts are in the claims
and the verdict, and one for everything else, whose facts the control plane gave with its answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from envoy.config.accesslog.v3 import accesslog_pb2
from envoy.config.core.v3 import substitution_format_string_pb2
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
        "source": "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%",
        "user_agent": "%REQ(USER-AGENT)%",
        "status": "%RESPONSE_CODE%",
        "bytes_received": "%BYTES_RECEIVED%",
        "bytes_sent": "%BYTES_SENT%",
        "duration_ms": "%DURATION%",
        "flags": "%RESPONSE_FLAGS%",
    }
)

ALLOWED_BY_CLAIMS: Mapping[str, str] = MappingProxyType(
    {
        "person": f"%REQ({names.EMAIL_HEADER})%",
        "session": claim("sid"),
        "decision": "allow",
        "decided_by": "edge",
        "policy": f"%DYNAMIC_METADATA({names.RBAC}:{names.SHADOW_POLICY})%",
        "reason": "policy-matched",
    }
)

ANSWERED_BY_CONTROL: Mapping[str, str] = MappingProxyType(
    {
        "person": _asked("person"),
        "session": _asked("session"),
        "decision": _asked("decision"),
        "decided_by": _asked("decided_by"),
        "policy": _asked("policy"),
        "reason": _asked("reason"),
    }
)

FIELDS = tuple(sorted({*COMMON, *ALLOWED_BY_CLAIMS}))
"""As few as tell the story: formatting this line is a large part of what a request costs here."""


def build_access_logs(settings: EdgeSettings) -> list[accesslog_pb2.AccessLog]:
    """Both loggers, for the file that ``settings.access_log`` names."""
    return [
        _logger(settings, ALLOWED_BY_CLAIMS, verdict="allowed", or_none=False),
        _logger(settings, ANSWERED_BY_CONTROL, verdict="denied", or_none=True),
    ]


def _logger(
    settings: EdgeSettings, facts: Mapping[str, str], *, verdict: str, or_none: bool
) -> accesslog_pb2.AccessLog:
    line = struct_pb2.Struct()
    line.update({**COMMON, **facts})
    with_verdict = metadata_pb2.MetadataMatcher(
        filter=names.RBAC,
        path=[metadata_pb2.MetadataMatcher.PathSegment(key=names.SHADOW_RESULT)],
        value=value_pb2.ValueMatcher(string_match=string_pb2.StringMatcher(exact=verdict)),
    )
    return accesslog_pb2.AccessLog(
        name="envoy.access_loggers.file",
        filter=accesslog_pb2.AccessLogFilter(
            metadata_filter=accesslog_pb2.MetadataFilter(
                matcher=with_verdict,
                match_if_key_not_found=wrappers_pb2.BoolValue(value=or_none),
            )
        ),
        typed_config=packed(
            file_pb2.FileAccessLog(
                path=settings.access_log,
                log_format=substitution_format_string_pb2.SubstitutionFormatString(json_format=line),
            )
        ),
    )
