from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

from envoy.extensions.filters.http.cors.v3 import cors_pb2
from envoy.extensions.filters.http.header_mutation.v3 import header_mutation_pb2
from envoy.extensions.filters.http.header_to_metadata.v3 import header_to_metadata_pb2
from envoy.extensions.filters.http.rbac.v3 import rbac_pb2
from google.protobuf import any_pb2

from doorward.envoy import names
from doorward.envoy.application_filters import PREFLIGHT, application_filters, preflight_rules
from doorward.envoy.filters import BY_IDENTITY
from doorward.model.application import Application, Origin
from doorward.model.application_options import Cors
from doorward.model.destination import Destination
from tests.envoy.states import served
from tests.services.sample import ENGINEERS, application

HELLO = application("hello", ENGINEERS)


def filters(made: Application) -> dict[str, any_pb2.Any]:
    return application_filters(served(made), generation="0.0.f")


def test_a_plain_application_has_its_rules_and_nothing_else() -> None:
    assert list(filters(HELLO)) == [names.RBAC]


def test_an_application_with_a_path_reads_a_cookie_of_its_own() -> None:
    below = replace(HELLO, destinations=(Destination("example.com", "/admin"),))
    found = header_to_metadata_pb2.Config()
    assert filters(below)[names.HEADER_TO_METADATA].Unpack(found)
    country, token, cookies = found.request_rules
    assert token.cookie == "__Host-doorward-token-hello"
    assert cookies.header == "cookie"
    assert country.header == names.COUNTRY_HEADER


def test_identity_headers_are_taken_from_clients_and_written_from_the_token() -> None:
    wanted = (("x-groups", "groups"), ("x-user", "email"))
    found = filters(replace(HELLO, origin=Origin(url="http://h", identity_headers=wanted)))
    taken, written = (
        header_mutation_pb2.HeaderMutationPerRoute(),
        header_mutation_pb2.HeaderMutationPerRoute(),
    )
    assert found[names.TOKEN_FROM_REQUEST].Unpack(taken)
    assert found[names.IDENTITY_FROM_CLAIMS].Unpack(written)
    assert [each.remove for each in taken.mutations.request_mutations] == ["x-groups", "x-user"]
    assert [each.append.header.value for each in written.mutations.request_mutations] == [
        "%DYNAMIC_METADATA(envoy.filters.http.jwt_authn:claims:headers:x-groups)%",
        "%DYNAMIC_METADATA(envoy.filters.http.jwt_authn:claims:headers:x-user)%",
    ]


def test_cors_is_written_in_the_words_of_the_filter() -> None:
    cors = Cors(
        allow_origins=("https://a", "https://b"),
        allow_methods=("GET", "PUT"),
        max_age=timedelta(minutes=10),
        allow_credentials=True,
    )
    policy = cors_pb2.CorsPolicy()
    assert filters(replace(HELLO, cors=cors))[names.CORS].Unpack(policy)
    assert [match.exact for match in policy.allow_origin_string_match] == ["https://a", "https://b"]
    assert (policy.allow_methods, policy.max_age) == ("GET, PUT", "600")
    assert policy.allow_credentials.value
    assert names.CORS not in filters(replace(HELLO, cors=Cors(pass_preflight=True)))


def test_a_preflight_is_let_through_as_nobodys() -> None:
    rules = preflight_rules().rbac.shadow_rules
    assert list(rules.policies) == [PREFLIGHT]
    assert rules.action == rbac_pb2.RBAC().rules.ALLOW
    assert not re.fullmatch(BY_IDENTITY, PREFLIGHT), "identity headers are written for those"
