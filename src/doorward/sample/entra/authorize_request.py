"""What an application asks for at the authorization or admin consent endpoint, read and checked.

Faults up to the redirect URI are shown to the person: nobody is sent to an address that is not
registered. Later ones go back to the application (``Returned``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from doorward.sample.entra.directory import AppRegistration, Directory, Tenant
from doorward.sample.entra.errors import Refused
from doorward.sample.entra.facts import GRAPH, MSA_TENANT

PLACEHOLDERS = frozenset({"common", "organizations", "consumers"})
CHALLENGE = re.compile(r"[A-Za-z0-9._~-]{43}")


class Returned(Exception):
    """A refusal that the application hears of."""

    def __init__(self, request: AuthorizeRequest, refused: Refused, error: str = "") -> None:
        super().__init__(refused.sentence)
        self.request = request
        self.refused = refused
        self.error = error or refused.kind.error


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizeRequest:
    """``tenant_name`` is as in the path. ``acrs`` are the contexts asked for."""

    tenant_name: str
    client_id: str
    redirect_uri: str
    state: str = ""
    response_mode: str = "query"
    scopes: frozenset[str] = frozenset()
    nonce: str = ""
    prompt: str = ""
    login_hint: str = ""
    domain_hint: str = ""
    acrs: tuple[str, ...] = ()
    acrs_essential: bool = False
    code_challenge: str = ""
    admin_consent: bool = False


def read(directory: Directory, tenant_name: str, query: Mapping[str, str]) -> AuthorizeRequest:
    """The request for a code. Raises Refused or Returned."""
    _known_redirect(directory, tenant_name, query)
    acrs, essential = _acrs(query.get("claims", ""))
    request = AuthorizeRequest(
        tenant_name=tenant_name,
        client_id=query["client_id"],
        redirect_uri=query["redirect_uri"],
        state=query.get("state", ""),
        response_mode=query.get("response_mode") or "query",
        scopes=read_scopes(query.get("scope", "")),
        nonce=query.get("nonce", ""),
        prompt=query.get("prompt", ""),
        login_hint=query.get("login_hint", ""),
        domain_hint=query.get("domain_hint", ""),
        acrs=acrs,
        acrs_essential=essential,
        code_challenge=query.get("code_challenge", ""),
    )
    _check(request, query)
    return request


def read_admin_consent(directory: Directory, tenant_name: str, query: Mapping[str, str]) -> AuthorizeRequest:
    """The request for an administrator's consent. Raises Refused."""
    _known_redirect(directory, tenant_name, query)
    return AuthorizeRequest(
        tenant_name=tenant_name,
        client_id=query["client_id"],
        redirect_uri=query["redirect_uri"],
        state=query.get("state", ""),
        scopes=read_scopes(query.get("scope", f"{GRAPH}/.default")),
        admin_consent=True,
    )


def read_scopes(text: str) -> frozenset[str]:
    """Graph's permissions by their short names: ``https://graph.microsoft.com/User.Read`` is the same."""
    return frozenset(scope.removeprefix(f"{GRAPH}/") for scope in text.split())


def known_tenant(directory: Directory, name: str) -> Tenant | None:
    """The tenant in a path, none for a placeholder. Raises Refused for one that is not there."""
    if name in PLACEHOLDERS:
        return None
    tenant = directory.tenant(name)
    if tenant is None:
        raise Refused(90002, tenant=name)
    return tenant


def known_application(directory: Directory, tenant: Tenant | None, client_id: str) -> AppRegistration:
    """The application, if it may be used there. Raises Refused."""
    registration = directory.registrations.get(client_id)
    where = tenant.display_name if tenant else "common"
    if registration is None:
        raise Refused(700016, client_id=client_id, tenant=where)
    if tenant is None and not registration.multi_tenant:
        raise Refused(50194, client_id=client_id, name=registration.display_name)
    if tenant and client_id not in tenant.applications and not registration.multi_tenant:
        raise Refused(700016, client_id=client_id, tenant=where)
    if tenant and client_id in tenant.applications and not tenant.applications[client_id].enabled:
        raise Refused(7000112, client_id=client_id, name=registration.display_name)
    return registration


def _known_redirect(directory: Directory, tenant_name: str, query: Mapping[str, str]) -> None:
    tenant = known_tenant(directory, tenant_name)
    for name in ("client_id", "redirect_uri"):
        if not query.get(name):
            raise Refused(900144, what=name)
    registration = known_application(directory, tenant, query["client_id"])
    if query["redirect_uri"] not in registration.redirect_uris:
        raise Refused(50011, redirect_uri=query["redirect_uri"], client_id=registration.client_id)


def _check(request: AuthorizeRequest, query: Mapping[str, str]) -> None:
    """What is wrong after the redirect URI was found right."""
    kind = query.get("response_type", "")
    problem: Refused | None = None
    if not kind:
        problem = Refused(900144, what="response_type")
    elif kind != "code":
        problem = Refused(700054, what=kind)
    elif not request.scopes:
        problem = Refused(900144, what="scope")
    elif request.response_mode not in {"query", "form_post"}:
        problem = Refused(90014, what="response_mode")
    elif request.prompt not in {"", "login", "select_account", "none", "consent"}:
        problem = Refused(90014, what="prompt")
    elif request.code_challenge and query.get("code_challenge_method") != "S256":
        problem = Refused(50147)
    elif request.code_challenge and not CHALLENGE.fullmatch(request.code_challenge):
        problem = Refused(501491)
    if problem:
        raise Returned(request, problem)


def _acrs(text: str) -> tuple[tuple[str, ...], bool]:
    """The contexts in ``claims``: ``{"id_token": {"acrs": {"essential": true, "value": "c1"}}}``."""
    try:
        wish = json.loads(text or "{}")["id_token"]["acrs"]
        values = wish.get("values") or [wish["value"]]
        return tuple(str(value) for value in values), bool(wish.get("essential"))
    except (ValueError, KeyError, TypeError, AttributeError):
        return (), False


def is_personal(tenant_name: str) -> bool:
    """Whether only personal Microsoft accounts may come this way; there are none here."""
    return tenant_name in {"consumers", MSA_TENANT}
