"""What the filters of the public listener do otherwise at one application: its rules, its cookies, and what
its origin is told."""

from __future__ import annotations

from collections.abc import Iterable

from envoy.config.common.mutation_rules.v3 import mutation_rules_pb2
from envoy.config.rbac.v3 import rbac_pb2
from envoy.extensions.filters.http.cors.v3 import cors_pb2
from envoy.extensions.filters.http.header_mutation.v3 import header_mutation_pb2
from envoy.extensions.filters.http.rbac.v3 import rbac_pb2 as rbac_filter_pb2
from envoy.type.matcher.v3 import string_pb2
from google.protobuf import any_pb2

from doorward.envoy import names
from doorward.envoy.filters import appended, claim, cookies_to_metadata
from doorward.envoy.packing import packed, true
from doorward.envoy.passes import shows_pass
from doorward.envoy.rbac import application_rbac
from doorward.envoy.state import ServedApplication
from doorward.model.application_options import Cors

PREFLIGHT = "000/bypass/(preflight)"
"""The verdict on preflights, which nobody is asked about: a bypass like others, and logged as one."""


def application_filters(served: ServedApplication, *, generation: str) -> dict[str, any_pb2.Any]:
    """Filter settings of every route that leads to the application; ``generation`` is the ``gen`` that its
    tokens must have."""
    application = served.application
    ways = application.passes.presented if application.passes is not None else ()
    rules = application_rbac(
        served.compiled, application.audience, generation, unless=[shows_pass(way) for way in sorted(ways)]
    )
    found = {names.RBAC: packed(rules)}
    if application.has_paths:
        found[names.HEADER_TO_METADATA] = packed(cookies_to_metadata(names.token_cookie(application)))
    headers = [name for name, _ in application.origin.identity_headers]
    if headers:
        found[names.TOKEN_FROM_REQUEST] = packed(_without(headers))
        found[names.IDENTITY_FROM_CLAIMS] = packed(_told(headers))
    if application.cors is not None and application.cors.allow_origins:
        found[names.CORS] = packed(_cors(application.cors))
    return found


def preflight_rules() -> rbac_filter_pb2.RBACPerRoute:
    """Rules that let a preflight pass as nobody's: whatever token came with it, no identity goes on."""
    anybody = rbac_pb2.Policy(
        permissions=[rbac_pb2.Permission(any=True)], principals=[rbac_pb2.Principal(any=True)]
    )
    rules = rbac_pb2.RBAC(action=rbac_pb2.RBAC.ALLOW, policies={PREFLIGHT: anybody})
    return rbac_filter_pb2.RBACPerRoute(rbac=rbac_filter_pb2.RBAC(shadow_rules=rules))


def _without(headers: Iterable[str]) -> header_mutation_pb2.HeaderMutationPerRoute:
    """No client may say what an origin believes of people: removed before anything else is decided."""
    removals = [mutation_rules_pb2.HeaderMutation(remove=name) for name in headers]
    return header_mutation_pb2.HeaderMutationPerRoute(
        mutations=header_mutation_pb2.Mutations(request_mutations=removals)
    )


def _told(headers: Iterable[str]) -> header_mutation_pb2.HeaderMutationPerRoute:
    """Their texts stand in the token ready to be copied (``model.identity_headers``)."""
    written = [appended(name, claim(f"headers:{name}"), "OVERWRITE_IF_EXISTS_OR_ADD") for name in headers]
    return header_mutation_pb2.HeaderMutationPerRoute(
        mutations=header_mutation_pb2.Mutations(request_mutations=written)
    )


def _cors(cors: Cors) -> cors_pb2.CorsPolicy:
    policy = cors_pb2.CorsPolicy(
        allow_origin_string_match=[_origin(origin) for origin in cors.allow_origins],
        allow_methods=", ".join(cors.allow_methods),
        allow_headers=", ".join(cors.allow_headers),
        expose_headers=", ".join(cors.expose_headers),
    )
    if cors.max_age is not None:
        policy.max_age = str(int(cors.max_age.total_seconds()))
    if cors.allow_credentials:
        policy.allow_credentials.CopyFrom(true())
    return policy


def _origin(origin: str) -> string_pb2.StringMatcher:
    if origin == "*":
        return string_pb2.StringMatcher(safe_regex={"regex": ".*"})
    return string_pb2.StringMatcher(exact=origin)
