"""The only place that spells the names Envoy's resources, filters and metadata go by.

Also the names on the wire that the edge and the control plane share: headers, cookies, paths.
"""

from __future__ import annotations

from typing import Final

from doorward.model.application import Application
from doorward.model.ids import ApplicationId

LISTENER: Final = "public"
ROUTES: Final = "public"
CERTIFICATE: Final = "edge"

CONTROL_CLUSTER: Final = "doorward-control"
WEB_CLUSTER: Final = "doorward-web"

JWT_AUTHN: Final = "envoy.filters.http.jwt_authn"
CREDENTIAL: Final = "doorward.credential"
"""The filter that judges, once for all applications, whether the credential lives."""
RBAC: Final = "envoy.filters.http.rbac"
CORS: Final = "envoy.filters.http.cors"
EXT_AUTHZ: Final = "envoy.filters.http.ext_authz"
SOURCE_KNOWN: Final = "doorward.source_known"
FORWARDED_REMOVED: Final = "doorward.forwarded_removed"
GEOIP: Final = "envoy.filters.http.geoip"
HEADER_TO_METADATA: Final = "envoy.filters.http.header_to_metadata"
TOKEN_FROM_REQUEST: Final = "doorward.token_from_request"
IDENTITY_FROM_CLAIMS: Final = "doorward.identity_from_claims"
SESSION_TO_UPSTREAM: Final = "doorward.session_to_upstream"
TARGET_TO_UPSTREAM: Final = "doorward.target_to_upstream"
ROUTER: Final = "envoy.filters.http.router"

REQUEST_METADATA: Final = "doorward.request"
"""Dynamic metadata: ``token`` (from our cookie), ``cookies`` (all cookies but ours) and ``country`` (where
the source is, by ISO 3166-1; only where that is known)."""
COUNTRY_KEY: Final = "country"
CLAIMS_KEY: Final = "claims"
"""Dynamic metadata of ``JWT_AUTHN``: the verified token's claims."""
SHADOW_RESULT: Final = "shadow_engine_result"
SHADOW_POLICY: Final = "shadow_effective_policy_id"
"""Dynamic metadata of ``RBAC``: the verdict on the application's rules, and the policy that matched."""
CREDENTIAL_PREFIX: Final = "credential_"
"""Set before both keys where ``CREDENTIAL`` writes them; it writes into the metadata of ``RBAC`` too."""
LIVING_PERSON: Final = "person"
LIVING_MACHINE: Final = "machine"
"""The policies of ``CREDENTIAL``. Which of them matched says whose credential lives."""

ROUTE_METADATA: Final = "doorward"
POLICY_VERSION: Final = "policy_version"
"""Metadata of an application's routes: ``CompiledApplication.version``."""
REQUIREMENT: Final = "token"
"""What a route asks of ``JWT_AUTHN`` by name."""

SOURCE: Final = "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%"
"""Envoy's word for the address that a request comes from, the same for all who look at it."""
SESSION_STATE: Final = "doorward.session"
SOURCE_STATE: Final = "doorward.source"
CERTIFICATE_STATE: Final = "doorward.certificate"
TARGET_STATE: Final = "doorward.target"
"""Filter states that Envoy's upstream connection pools are keyed by; the last, method and path, where it is
set."""

SERVICE_KEY_TLV: Final = 0xE0
SESSION_TLV: Final = 0xE1
SOURCE_TLV: Final = 0xE2
TARGET_TLV: Final = 0xE3
CERTIFICATE_TLV: Final = 0xE4

TOKEN_HEADER: Final = "x-doorward-token"
SESSION_HEADER: Final = "x-doorward-session"
SOURCE_HEADER: Final = "x-doorward-source"
"""Towards the control plane: the address that a request comes from (``doorward.envoy.sources``). Its pages
get it as a header, its answers about requests as metadata of the call, which no client can write."""
COUNTRY_HEADER: Final = "x-doorward-country"
ASSERTION_HEADER: Final = "cf-access-jwt-assertion"
EMAIL_HEADER: Final = "cf-access-authenticated-user-email"
CLIENT_TOKEN_HEADER: Final = "cf-access-token"
CLIENT_ID_HEADER: Final = "cf-access-client-id"
CLIENT_SECRET_HEADER: Final = "cf-access-client-secret"

PASS_HEADER: Final = "doorward-pass"
PASS_PARAMETER: Final = "doorward_pass"

COOKIE_PREFIX: Final = "__Host-doorward-"
TOKEN_COOKIE: Final = COOKIE_PREFIX + "token"
FOOTHOLD_COOKIE: Final = COOKIE_PREFIX + "app"
FLOW_COOKIE: Final = COOKIE_PREFIX + "flow"
SESSION_COOKIE: Final = COOKIE_PREFIX + "session"


def token_cookie(application: Application) -> str:
    """The cookie that holds tokens for an application. Applications that share a hostname have cookies of
    their own there: a ``__Host-`` cookie goes to every path (RFC 6265bis section 4.1.3)."""
    return TOKEN_COOKIE + _of(application)


def foothold_cookie(application: Application) -> str:
    """The cookie that renews an application's tokens."""
    return FOOTHOLD_COOKIE + _of(application)


def flow_cookie(application: Application) -> str:
    """The cookie that binds sign-ins for an application to the browser."""
    return FLOW_COOKIE + _of(application)


def _of(application: Application) -> str:
    return f"-{application.id}" if application.has_paths else ""


ACCESS_PATH: Final = "/cdn-cgi/access/"
"""Paths under this one belong to Doorward on every hostname."""

EDGE_TUNNEL: Final = "edge"
"""The built-in tunnel: its connector runs beside the edge and serves applications without one."""


NO_CLUSTER: Final = "(nowhere)"
"""The cluster of routes that only filters answer: there is none of this name."""

ORIGIN_PREFIX: Final = "origin/"
"""How the names of clusters begin whose origin the edge dials itself."""


def tunnel_cluster(application: ApplicationId) -> str:
    """The cluster that reaches an application through the relay."""
    return f"tunnel/{application}"


def origin_cluster(application: ApplicationId) -> str:
    """The cluster that reaches an application's origin from the edge itself."""
    return f"{ORIGIN_PREFIX}{application}"


OWN_ROUTE: Final = "(doorward)"
"""The route to Doorward's own pages. Routes to an application are named by its id, which the access
log shows; names of others are in brackets, which no id has."""


TEAM_HOST: Final = f"{ROUTES}/(team)"
UNKNOWN_HOST: Final = f"{ROUTES}/(unknown)"


def virtual_host(hostname: str) -> str:
    """The virtual host of a hostname, or of a wildcard. Envoy takes what stands before the last ``/`` for
    the name of the route table that the host belongs to, and removes a host by this name too."""
    return f"{ROUTES}/{hostname}"
