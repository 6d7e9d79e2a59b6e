"""The virtual hosts of a state, and their routes in the order in which they are tried."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from envoy.config.route.v3 import route_components_pb2
from envoy.extensions.filters.http.ext_authz.v3 import ext_authz_pb2

from doorward.envoy import names
from doorward.envoy.snapshot import VIRTUAL_HOST, SnapshotBuilder
from doorward.envoy.state import EdgeState
from tests.envoy.states import SETTINGS, state


def hosts(given: EdgeState | None = None) -> dict[str, Any]:
    """Virtual hosts by what stands in their names after the route table's."""
    found = {}
    for resource in SnapshotBuilder(SETTINGS).build(given or state()).resources[VIRTUAL_HOST].values():
        host = route_components_pb2.VirtualHost()
        assert resource.body.Unpack(host)
        assert host.name == resource.name, "Envoy removes a host by its resource's name"
        table, _, name = host.name.rpartition("/")
        assert table == names.ROUTES, "Envoy keeps the hosts of its route table"
        found[name] = host
    return found


def application_hosts(of: dict[str, Any]) -> Iterator[Any]:
    return (host for name, host in of.items() if not name.startswith("("))


def routes_of(host: Any) -> list[Any]:
    """All routes of a host, in the order in which they are tried."""
    if not host.HasField("matcher"):
        return list(host.routes)
    others = route_components_pb2.RouteList()
    assert host.matcher.on_no_match.action.typed_config.Unpack(others)
    return [*(refusal_of(matcher) for matcher in host.matcher.matcher_list.matchers), *others.routes]


def refusal_of(matcher: Any) -> Any:
    """The route that the match tree takes before all others."""
    found = route_components_pb2.Route()
    assert matcher.on_match.action.typed_config.Unpack(found)
    return found


def is_unauthorized(route: Any) -> bool:
    found = ext_authz_pb2.ExtAuthzPerRoute()
    return (
        names.EXT_AUTHZ in route.typed_per_filter_config
        and route.typed_per_filter_config[names.EXT_AUTHZ].Unpack(found)
        and found.disabled
    )


def leads_on(route: Any) -> bool:
    """Whether it leads to an application, by whose id it is named then."""
    return not route.name.startswith("(")
