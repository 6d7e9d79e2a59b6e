"""``/me``, ``/users``, ``/organization``, the userinfo endpoint, and ending somebody's sessions."""

from __future__ import annotations

import re

from starlette.responses import JSONResponse, Response

from doorward.sample.entra.directory import User
from doorward.sample.entra.faults import changed
from doorward.sample.entra.graph.answers import (
    GraphError,
    answer,
    bad_request,
    denied,
    metadata,
    not_found,
    page,
)
from doorward.sample.entra.graph.call import Call
from doorward.sample.entra.graph.objects import USER_BASIC, USER_USUAL, user_item
from doorward.sample.entra.graph.odata import chosen, parse_filter
from doorward.sample.entra.graph.permissions import is_allowed
from doorward.sample.entra.id_token import pairwise

GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def me(call: Call) -> Response:
    """Who the token is for."""
    found = the_user(call, mine="me", others="me")
    return answer(call, "users/$entity", chosen(user_item(found), call.select(), USER_USUAL))


def user(call: Call) -> Response:
    """Somebody, by object id or by user principal name."""
    found = the_user(call, mine="me", others="user")
    return answer(call, "users/$entity", _shown(call, found))


def users(call: Call) -> Response:
    """Everybody, or those that ``$filter`` means."""
    require(call, "user")
    keep = parse_filter(call.option("filter")) if call.option("filter") else lambda _: True
    found = [one for one in call.tenant.users.values() if keep(user_item(one))]
    found.sort(key=lambda one: one.display_name)
    return page(call, "users", [_shown(call, one) for one in found])


def revoke_sign_in_sessions(call: Call) -> Response:
    """End everything that somebody signed in to until now."""
    found = the_user(call, mine="revoke", others="revoke")
    found.revoke_sessions(call.entra.now())
    return JSONResponse({"@odata.context": metadata(call, "Edm.Boolean"), "value": True})


def organization(call: Call) -> Response:
    """The tenant, and the domains that it has proven to own."""
    require(call, "organization")
    domains = [
        {"name": name, "isDefault": number == 0, "isInitial": number == 0, "type": "Managed"}
        for number, name in enumerate(call.tenant.domains())
    ]
    item = {
        "id": call.tenant.id,
        "displayName": call.tenant.display_name,
        "tenantType": "AAD",
        "verifiedDomains": domains,
    }
    return page(call, "organization", [chosen(item, call.select(), item)])


def userinfo(call: Call) -> Response:
    """The OpenID Connect endpoint, which lives at Graph; it says less than the ID token."""
    require(call, "userinfo")
    found = myself(call)
    claims: dict[str, object] = {
        "sub": pairwise(call.access.client_id, found),
        "name": found.display_name,
        "given_name": found.given_name,
        "family_name": found.surname,
        "picture": f"{call.entra.base_url}/v1.0/me/photo/$value",
    }
    if found.mail and "email" in call.access.permissions:
        claims["email"] = found.mail
    return JSONResponse(changed(claims, call.entra.faults.userinfo))


def require(call: Call, operation: str) -> None:
    """Raise GraphError unless the token is enough."""
    if not is_allowed(call.access, operation):
        raise denied()


def myself(call: Call) -> User:
    """Who is signed in. Raises GraphError for an application by itself."""
    if not call.access.user_id:
        raise GraphError(400, "BadRequest", "/me request is only valid with delegated authentication flow.")
    found = call.tenant.users.get(call.access.user_id)
    if found is None:
        raise not_found(call.access.user_id)
    return found


def the_user(call: Call, *, mine: str, others: str) -> User:
    """Whom the path means, if the token is enough for them: people may see more of themselves."""
    if "id" not in call.names:
        if call.access.user_id:
            require(call, mine)
        return myself(call)
    name = call.names["id"]
    found = call.tenant.users.get(name.casefold()) or call.tenant.user_called(name)
    is_mine = found is not None and found.id == call.access.user_id
    require(call, mine if is_mine and is_allowed(call.access, mine) else others)
    if found is None:
        raise not_found(name)
    return found


def check_guid(id: str) -> None:
    """Raise GraphError for what cannot be an object id."""
    if not GUID.fullmatch(id):
        raise bad_request(f"Invalid object identifier '{id}'.")


def _shown(call: Call, found: User) -> dict[str, object]:
    item = user_item(found)
    if found.id != call.access.user_id and not is_allowed(call.access, "user details"):
        item = {name: value for name, value in item.items() if name in USER_BASIC}
    return chosen(item, call.select(), USER_USUAL)
