"""The HTTP filters of the public listener, in the order that makes them safe.

1. ``header_to_metadata`` finds our token cookie, the cookies without ours, and the country.
2. ``token_from_request`` puts the token, from ``Cf-Access-Token`` or else the cookie, where exactly
   one filter looks for it. A request with two tokens is judged by one of them and by no mixture.
3. ``jwt_authn`` verifies it. A missing or bad token only means "no claims".
4. ``credential`` judges whether the session or service token behind it still counts: metadata too.
5. ``rbac`` judges the claims in shadow mode, that verdict among them: its own is metadata, per application.
6. ``cors``, on the routes of applications that set it up, answers preflights and says on other answers
   which pages may read them.
7. ``ext_authz`` asks the control plane unless that verdict is exactly "allowed": a missing verdict
   asks as well. It fails closed.
8. ``identity_from_claims`` writes identity headers from the claims only where the verdict is
   "allowed" by a policy that looks at identity; ``ext_authz`` writes them otherwise, or nobody does.
9. ``session_to_upstream`` keys the connection to the origin by the session and the source;
   ``target_to_upstream``, on the routes that switch it on, by method and path.
10. ``router``.

The settings of 3 and 4 come as resources of their own (``extensions``).
What clients may not say is removed before all of them (``early_header_mutation``), and where a request
comes from is settled (``doorward.envoy.sources``).
"""

from __future__ import annotations

from envoy.config.common.mutation_rules.v3 import mutation_rules_pb2
from envoy.config.core.v3 import (
    base_pb2,
    config_source_pb2,
    extension_pb2,
    grpc_service_pb2,
    substitution_format_string_pb2,
)
from envoy.extensions.common.matching.v3 import extension_matcher_pb2
from envoy.extensions.filters.common.matcher.action.v3 import skip_action_pb2
from envoy.extensions.filters.common.set_filter_state.v3 import value_pb2
from envoy.extensions.filters.http.cors.v3 import cors_pb2
from envoy.extensions.filters.http.ext_authz.v3 import ext_authz_pb2
from envoy.extensions.filters.http.header_mutation.v3 import header_mutation_pb2
from envoy.extensions.filters.http.header_to_metadata.v3 import header_to_metadata_pb2
from envoy.extensions.filters.http.jwt_authn.v3 import config_pb2 as jwt_pb2
from envoy.extensions.filters.http.rbac.v3 import rbac_pb2
from envoy.extensions.filters.http.router.v3 import router_pb2
from envoy.extensions.filters.http.set_filter_state.v3 import set_filter_state_pb2
from envoy.extensions.filters.network.http_connection_manager.v3 import (
    http_connection_manager_pb2 as hcm_pb2,
)
from envoy.extensions.http.early_header_mutation.header_mutation.v3 import (
    header_mutation_pb2 as early_pb2,
)
from envoy.extensions.matching.common_inputs.network.v3 import network_inputs_pb2
from envoy.extensions.matching.input_matchers.metadata.v3 import metadata_pb2 as metadata_matcher_pb2
from envoy.type.matcher.v3 import metadata_pb2, regex_pb2, string_pb2
from envoy.type.matcher.v3 import value_pb2 as match_value_pb2
from google.protobuf import wrappers_pb2
from google.protobuf.message import Message
from xds.core.v3 import extension_pb2 as xds_extension_pb2
from xds.type.matcher.v3 import matcher_pb2

from doorward.envoy import names
from doorward.envoy.packing import over_ads, packed, seconds
from doorward.envoy.sources import country_to_metadata, keeping_forwarded_for, source_filters
from doorward.envoy.state import EdgeSettings

OURS = regex_pb2.RegexMatcher(regex=names.COOKIE_PREFIX + r"[A-Za-z0-9_-]+=[^;]*(; *|$)")
"""One of our cookies in a ``Cookie`` header, with the separator after it."""

BY_IDENTITY = "[0-9]+/(allow|service_auth)/.*"
"""Names of RBAC policies (``rbac.policy_name``) that admit by who it is, not by a bypass."""

LONGEST_TARGET = 2048
"""Characters of a path that go along to a relay."""

UNTRUSTED_PREFIXES = (
    "x-doorward-",
    "x-forwarded-",
    "x-envoy-",
    "x-original-",
    "x-rewrite-",
    "cf-access-authenticated-",
)
UNTRUSTED_HEADERS = (
    names.ASSERTION_HEADER,
    "forwarded",
    "x-real-ip",
    "true-client-ip",
    "cf-connecting-ip",
    "x-request-id",
    "x-client-ip",
    "x-cluster-client-ip",
    "proxy",
)
"""Headers by which a client could claim to be somebody or somewhere. Nothing of them is believed or
passed on; the edge writes its own ``X-Forwarded-For``, ``-Proto`` and ``X-Request-Id``."""


def early_header_mutation(settings: EdgeSettings) -> extension_pb2.TypedExtensionConfig:
    """Remove, before anything looks, every header that only the edge may write.

    ``X-Forwarded-For`` stays a little longer where load balancers are trusted: see ``sources``.
    """
    removals = [mutation_rules_pb2.HeaderMutation(remove=header) for header in UNTRUSTED_HEADERS]
    removals += [
        mutation_rules_pb2.HeaderMutation(
            remove_on_match=mutation_rules_pb2.HeaderMutation.RemoveOnMatch(
                key_matcher=string_pb2.StringMatcher(prefix=prefix, ignore_case=True)
            )
        )
        for prefix in UNTRUSTED_PREFIXES
    ]
    return extension_pb2.TypedExtensionConfig(
        name="envoy.http.early_header_mutation.header_mutation",
        typed_config=packed(early_pb2.HeaderMutation(mutations=keeping_forwarded_for(settings, removals))),
    )


def build_http_filters(settings: EdgeSettings) -> list[hcm_pb2.HttpFilter]:
    """The whole chain, in order."""
    return [
        *source_filters(settings),
        _filter(names.HEADER_TO_METADATA, cookies_to_metadata(names.TOKEN_COOKIE)),
        _filter(names.TOKEN_FROM_REQUEST, _token_from_request()),
        _discovered(names.JWT_AUTHN, jwt_pb2.JwtAuthentication),
        _discovered(names.CREDENTIAL, rbac_pb2.RBAC),
        _filter(names.RBAC, rbac_pb2.RBAC()),
        _filter(names.CORS, cors_pb2.Cors(), disabled=True),
        _filter(names.EXT_AUTHZ, _ask_control_plane()),
        _filter(names.IDENTITY_FROM_CLAIMS, _identity_where_allowed()),
        _filter(names.SESSION_TO_UPSTREAM, _session_to_upstream()),
        _filter(names.TARGET_TO_UPSTREAM, target_to_upstream(), disabled=True),
        _filter(names.ROUTER, _router()),
    ]


def _router() -> router_pb2.Router:
    """Without statistics per status and cluster: they cost a fiftieth of a request, and the listener
    counts statuses too."""
    return router_pb2.Router(suppress_envoy_headers=True, dynamic_stats=wrappers_pb2.BoolValue(value=False))


def claim(name: str) -> str:
    """The format operator that yields a claim of the verified token."""
    return f"%DYNAMIC_METADATA({names.JWT_AUTHN}:{names.CLAIMS_KEY}:{name})%"


def _filter(name: str, config: Message, *, disabled: bool = False) -> hcm_pb2.HttpFilter:
    return hcm_pb2.HttpFilter(name=name, typed_config=packed(config), disabled=disabled)


def _discovered(name: str, kind: type[Message]) -> hcm_pb2.HttpFilter:
    """A filter whose settings are a resource of their own (``extensions``) and change without touching the
    listener and its connections. No default: the listener waits for them, and a request that finds none
    is refused (500)."""
    source = config_source_pb2.ExtensionConfigSource(
        config_source=over_ads(), type_urls=[f"type.googleapis.com/{kind.DESCRIPTOR.full_name}"]
    )
    return hcm_pb2.HttpFilter(name=name, config_discovery=source)


def cookies_to_metadata(token_cookie: str) -> header_to_metadata_pb2.Config:
    """Metadata of the token in this cookie, and of all cookies but ours."""
    rule, pair = header_to_metadata_pb2.Config.Rule, header_to_metadata_pb2.Config.KeyValuePair
    return header_to_metadata_pb2.Config(
        request_rules=[
            country_to_metadata(),
            rule(
                cookie=token_cookie,
                on_header_present=pair(metadata_namespace=names.REQUEST_METADATA, key="token", type="STRING"),
            ),
            rule(
                header="cookie",
                on_header_present=pair(
                    metadata_namespace=names.REQUEST_METADATA,
                    key="cookies",
                    type="STRING",
                    regex_value_rewrite=regex_pb2.RegexMatchAndSubstitute(pattern=OURS, substitution=""),
                ),
            ),
        ]
    )


def _token_from_request() -> header_mutation_pb2.HeaderMutation:
    return header_mutation_pb2.HeaderMutation(
        mutations=header_mutation_pb2.Mutations(
            request_mutations=[
                appended(names.TOKEN_HEADER, f"%REQ({names.CLIENT_TOKEN_HEADER})%", "ADD_IF_ABSENT"),
                appended(
                    names.TOKEN_HEADER,
                    f"%DYNAMIC_METADATA({names.REQUEST_METADATA}:token)%",
                    "ADD_IF_ABSENT",
                ),
            ]
        )
    )


def appended(header: str, value: str, action: str) -> mutation_rules_pb2.HeaderMutation:
    """A header written in Envoy's format language; not at all where that comes out empty."""
    return mutation_rules_pb2.HeaderMutation(
        append=base_pb2.HeaderValueOption(
            header=base_pb2.HeaderValue(key=header, value=value),
            append_action=base_pb2.HeaderValueOption.HeaderAppendAction.Value(action),
        )
    )


def _ask_control_plane() -> ext_authz_pb2.ExtAuthz:
    return ext_authz_pb2.ExtAuthz(
        grpc_service=grpc_service_pb2.GrpcService(
            envoy_grpc=grpc_service_pb2.GrpcService.EnvoyGrpc(cluster_name=names.CONTROL_CLUSTER),
            timeout=seconds(5),
            # Its own ``source`` is the connection's, which may be a load balancer's.
            initial_metadata=[base_pb2.HeaderValue(key=names.SOURCE_HEADER, value=names.SOURCE)],
        ),
        transport_api_version="V3",
        failure_mode_allow=False,
        status_on_error={"code": "ServiceUnavailable"},
        validate_mutations=True,
        # The client certificate, whose key the other end has, and the hostname that the connection was opened
        # for: never from headers.
        include_peer_certificate=True,
        include_tls_session=True,
        encode_raw_headers=True,
        filter_enabled_metadata=metadata_pb2.MetadataMatcher(
            filter=names.RBAC,
            path=[metadata_pb2.MetadataMatcher.PathSegment(key=names.SHADOW_RESULT)],
            value=match_value_pb2.ValueMatcher(string_match=string_pb2.StringMatcher(exact="allowed")),
            invert=True,
        ),
    )


def _identity_where_allowed() -> extension_matcher_pb2.ExtensionWithMatcher:
    """Identity headers from claims, skipped unless the fast path allowed and by more than a bypass."""
    writer = header_mutation_pb2.HeaderMutation(
        mutations=header_mutation_pb2.Mutations(
            request_mutations=[
                appended(names.ASSERTION_HEADER, f"%REQ({names.TOKEN_HEADER})%", _OVERWRITE),
                appended(names.EMAIL_HEADER, claim("email"), _OVERWRITE),
                appended(names.SESSION_HEADER, claim("sid"), _OVERWRITE),
                # A machine's token has no session, and this instead.
                appended(names.SESSION_HEADER, claim("credential"), "ADD_IF_ABSENT"),
            ]
        )
    )
    unless_identified = _shadow_policy_predicate(BY_IDENTITY, invert=True)
    skip = matcher_pb2.Matcher.OnMatch(
        action=xds_extension_pb2.TypedExtensionConfig(
            name="skip", typed_config=packed(skip_action_pb2.SkipFilter())
        )
    )
    skipped = matcher_pb2.Matcher.MatcherList.FieldMatcher(predicate=unless_identified, on_match=skip)
    return extension_matcher_pb2.ExtensionWithMatcher(
        extension_config=extension_pb2.TypedExtensionConfig(
            name=names.IDENTITY_FROM_CLAIMS, typed_config=packed(writer)
        ),
        xds_matcher=matcher_pb2.Matcher(matcher_list=matcher_pb2.Matcher.MatcherList(matchers=[skipped])),
    )


_OVERWRITE = "OVERWRITE_IF_EXISTS_OR_ADD"


def _shadow_policy_predicate(regex: str, *, invert: bool) -> matcher_pb2.Matcher.MatcherList.Predicate:
    """Whether the policy that the fast path allowed by has such a name. It has one only then: a
    denied request matched no policy."""
    metadata_input = network_inputs_pb2.DynamicMetadataInput(
        filter=names.RBAC,
        path=[network_inputs_pb2.DynamicMetadataInput.PathSegment(key=names.SHADOW_POLICY)],
    )
    value = string_pb2.StringMatcher(safe_regex=regex_pb2.RegexMatcher(regex=regex))
    expected = metadata_matcher_pb2.Metadata(
        value=match_value_pb2.ValueMatcher(string_match=value), invert=invert
    )
    return matcher_pb2.Matcher.MatcherList.Predicate(
        single_predicate=matcher_pb2.Matcher.MatcherList.Predicate.SinglePredicate(
            input=xds_extension_pb2.TypedExtensionConfig(
                name="envoy.matching.inputs.dynamic_metadata", typed_config=packed(metadata_input)
            ),
            custom_match=xds_extension_pb2.TypedExtensionConfig(
                name="envoy.matching.matchers.metadata_matcher", typed_config=packed(expected)
            ),
        )
    )


def _session_to_upstream() -> set_filter_state_pb2.Config:
    session = _upstream_state(names.SESSION_STATE, f"%REQ({names.SESSION_HEADER})%")
    source = _upstream_state(names.SOURCE_STATE, names.SOURCE)
    certificate = _upstream_state(names.CERTIFICATE_STATE, "%DOWNSTREAM_PEER_FINGERPRINT_256%")
    return set_filter_state_pb2.Config(on_request_headers=[session, source, certificate])


def target_to_upstream() -> set_filter_state_pb2.Config:
    """Method and path, without the query; one that is cut off has the length ``LONGEST_TARGET``."""
    target = _upstream_state(names.TARGET_STATE, f"%REQ(:METHOD)% %PATH(NQ:PATH):{LONGEST_TARGET}%")
    return set_filter_state_pb2.Config(on_request_headers=[target])


def _upstream_state(key: str, value: str) -> value_pb2.FilterStateValue:
    return value_pb2.FilterStateValue(
        object_key=key,
        factory_key="envoy.hashable_string",
        format_string=substitution_format_string_pb2.SubstitutionFormatString(
            text_format_source=base_pb2.DataSource(inline_string=value)
        ),
        shared_with_upstream="ONCE",
    )
