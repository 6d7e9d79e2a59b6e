"""Requests that show a pass: the fast path lets none of them in, whatever else they show.

The control plane judges the pass at every use, and says what has to be taken out of the request before
it leads on. So of each way more is looked out for than it reads (``services.pass_credentials``).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from envoy.config.rbac.v3 import rbac_pb2

from doorward.envoy import names
from doorward.envoy.packing import header_matcher
from doorward.model.access_pass import Presented

IN_QUERY = rf"(?is).*[?&]{names.PASS_PARAMETER}([=&].*)?"
"""A target whose query has the parameter, by its name as it stands there."""
IN_BASIC = "(?is).*basic.*"
"""Any Basic authentication: what is a pass only the control plane can tell."""

_FOUND: Mapping[Presented, tuple[str, str]] = MappingProxyType(
    {
        Presented.HEADER: (names.PASS_HEADER, "(?s).*"),
        Presented.BASIC: ("authorization", IN_BASIC),
        Presented.QUERY: (":path", IN_QUERY),
    }
)


def shows_pass(way: Presented) -> rbac_pb2.Permission:
    """Whether a request may show a pass in this way."""
    header, regex = _FOUND[way]
    return rbac_pb2.Permission(header=header_matcher(header, regex=regex))
