"""Which groups somebody is in, directly or through other groups: as a list, as ids, as a check."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from doorward.sample.entra.directory import User
from doorward.sample.entra.graph.answers import bad_request, metadata, page, unsupported
from doorward.sample.entra.graph.call import Call
from doorward.sample.entra.graph.objects import GROUP_USUAL, group_item, without_details
from doorward.sample.entra.graph.odata import chosen, parse_filter
from doorward.sample.entra.graph.permissions import is_allowed
from doorward.sample.entra.graph.users import the_user
from doorward.sample.entra.membership import transitive_groups

MOST_CHECKED = 20
MOST_GROUPS = 11_000


def transitive_member_of(call: Call) -> Response:
    """The groups, with details for those who may read groups, and ids alone for others."""
    found = the_user(call, mine="my memberships", others="memberships")
    if not call.is_advanced:
        raise unsupported(
            "Casting needs an advanced query: send the header 'ConsistencyLevel: eventual' and $count=true."
        )
    items = [group_item(group) for group in transitive_groups(call.tenant, found.id)]
    if not is_allowed(call.access, "group details"):
        items = [without_details(item) for item in items]
    if call.option("filter"):
        keep = parse_filter(call.option("filter"))
        items = [item for item in items if keep(item)]
    return page(call, "groups", [chosen(item, call.select(), GROUP_USUAL) for item in items])


def get_member_objects(call: Call) -> Response:
    """The ids of groups and directory roles."""
    found = _the_member(call)
    ids = _group_ids(call, found, only_security=_only_security(call))
    return _ids(call, [*ids, *sorted(found.directory_roles)])


def get_member_groups(call: Call) -> Response:
    """The ids of groups."""
    found = _the_member(call)
    return _ids(call, _group_ids(call, found, only_security=_only_security(call)))


def check_member_groups(call: Call) -> Response:
    """Those of up to 20 groups that somebody is in."""
    found = _the_member(call)
    wanted = call.list_in_body("groupIds", MOST_CHECKED)
    if not wanted:
        raise bad_request(f"'groupIds' must hold between 1 and {MOST_CHECKED} group ids.")
    present = set(_group_ids(call, found, only_security=False))
    return _ids(call, [id for id in dict.fromkeys(wanted) if id in present])


def _the_member(call: Call) -> User:
    return the_user(call, mine="my member ids", others="member ids")


def _only_security(call: Call) -> bool:
    value = call.body.get("securityEnabledOnly") if isinstance(call.body, dict) else None
    if not isinstance(value, bool):
        raise bad_request("The parameter 'securityEnabledOnly' must be true or false.")
    return value


def _group_ids(call: Call, found: User, *, only_security: bool) -> list[str]:
    groups = transitive_groups(call.tenant, found.id)
    return [group.id for group in groups if group.security_enabled or not only_security]


def _ids(call: Call, ids: list[str]) -> Response:
    if len(ids) > MOST_GROUPS:
        raise unsupported("The number of groups exceeds what one answer can hold.")
    return JSONResponse({"@odata.context": metadata(call, "Collection(Edm.String)"), "value": ids})
