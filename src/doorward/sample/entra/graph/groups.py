"""``/groups``: one by id, a list to pick from, and names for many ids at once."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from doorward.sample.entra.directory import UserType
from doorward.sample.entra.graph.answers import (
    answer,
    bad_request,
    denied,
    metadata,
    not_found,
    page,
    unsupported,
)
from doorward.sample.entra.graph.call import Call
from doorward.sample.entra.graph.objects import GROUP_USUAL, USER_USUAL, group_item, user_item
from doorward.sample.entra.graph.odata import chosen, parse_filter, parse_search
from doorward.sample.entra.graph.permissions import is_allowed
from doorward.sample.entra.graph.users import check_guid, require

MOST_IDS = 1000


def group(call: Call) -> Response:
    """One group."""
    require(call, "groups")
    id = call.names["id"].casefold()
    check_guid(id)
    found = call.tenant.group(id)
    if found is None:
        raise not_found(id)
    return answer(call, "groups/$entity", chosen(group_item(found), call.select(), GROUP_USUAL))


def groups(call: Call) -> Response:
    """All groups, or those that ``$search`` or ``$filter`` means. Guests may not look around."""
    require(call, "groups")
    person = call.tenant.users.get(call.access.user_id)
    if person and person.user_type is UserType.GUEST:
        raise denied()
    _check_query(call)
    items = [group_item(one) for one in call.tenant.all_groups()]
    if call.option("search"):
        keep = parse_search(call.option("search"))
        items = [item for item in items if keep(item)]
    if call.option("filter"):
        keep = parse_filter(call.option("filter"))
        items = [item for item in items if keep(item)]
    items.sort(key=lambda item: str(item["displayName"]).casefold())
    return page(call, "groups", [chosen(item, call.select(), GROUP_USUAL) for item in items])


def get_by_ids(call: Call) -> Response:
    """Objects for up to 1000 ids; those that are not there, or of other types, are left out."""
    require(call, "objects")
    ids = call.list_in_body("ids", MOST_IDS)
    if not ids:
        raise bad_request(f"'ids' must hold between 1 and {MOST_IDS} object ids.")
    types = set(call.list_in_body("types", 20)) or {"user", "group"}
    items: list[dict[str, object]] = []
    for id in dict.fromkeys(one.casefold() for one in ids):
        found, person = call.tenant.group(id), call.tenant.users.get(id)
        if found and "group" in types and is_allowed(call.access, "groups"):
            shown = chosen(group_item(found), call.select(), GROUP_USUAL)
            items.append({"@odata.type": "#microsoft.graph.group", **shown})
        elif person and "user" in types and is_allowed(call.access, "user details"):
            shown = chosen(user_item(person), call.select(), USER_USUAL)
            items.append({"@odata.type": "#microsoft.graph.user", **shown})
    return JSONResponse({"@odata.context": metadata(call, "directoryObjects"), "value": items})


def _check_query(call: Call) -> None:
    """What the directory does only for those who ask for advanced queries."""
    if call.option("search") and not call.is_eventual:
        raise unsupported(
            "Request with $search query parameter only works through MSGraph with a special request header: "
            "'ConsistencyLevel: eventual'"
        )
    if call.option("skip"):
        raise bad_request("'$skip' is not supported by the service.")
    order = call.option("orderby")
    if order and order.casefold() not in {"displayname", "displayname asc"}:
        raise unsupported(f"Sorting by '{order}' is not supported.")
    if order and (call.option("search") or call.option("filter")) and not call.is_advanced:
        raise unsupported("Sorting not supported for current query.")
