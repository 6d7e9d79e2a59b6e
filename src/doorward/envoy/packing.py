"""Small helpers around protocol buffers."""

from __future__ import annotations

from datetime import timedelta

from envoy.config.core.v3 import config_source_pb2
from envoy.config.route.v3 import route_components_pb2
from envoy.type.matcher.v3 import string_pb2
from google.protobuf import any_pb2, duration_pb2, wrappers_pb2
from google.protobuf.message import Message


def packed(message: Message) -> any_pb2.Any:
    """``message`` as an ``Any``, in deterministic bytes so that the same state has the same hash."""
    wrapped = any_pb2.Any()
    wrapped.Pack(message, deterministic=True)
    return wrapped


def seconds(value: timedelta | float) -> duration_pb2.Duration:
    """A protobuf duration from a timedelta or from seconds."""
    duration = duration_pb2.Duration()
    duration.FromTimedelta(value if isinstance(value, timedelta) else timedelta(seconds=value))
    return duration


def uint32(value: int) -> wrappers_pb2.UInt32Value:
    """An optional unsigned number that is set."""
    return wrappers_pb2.UInt32Value(value=value)


def true() -> wrappers_pb2.BoolValue:
    """An optional boolean that is set, to true."""
    return wrappers_pb2.BoolValue(value=True)


def over_ads() -> config_source_pb2.ConfigSource:
    """A source of resources: the ADS stream. No fetch time-out: without an answer nothing serves."""
    return config_source_pb2.ConfigSource(
        ads=config_source_pb2.AggregatedConfigSource(),
        resource_api_version="V3",
        initial_fetch_timeout=seconds(0),
    )


def header_matcher(
    name: str, *, exact: str = "", contains: str = "", regex: str = "", fold: bool = False
) -> route_components_pb2.HeaderMatcher:
    """Whether a request header is, contains or wholly matches a text; ``fold``: in any case of letters."""
    matcher = string_pb2.StringMatcher(ignore_case=fold)
    if exact:
        matcher.exact = exact
    elif contains:
        matcher.contains = contains
    else:
        matcher.safe_regex.regex = regex
    return route_components_pb2.HeaderMatcher(name=name, string_match=matcher)
