"""What makes the source; that it is the right one is seen on a real Envoy in tests/live."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from envoy.config.core.v3 import address_pb2
from envoy.extensions.filters.http.geoip.v3 import geoip_pb2
from envoy.extensions.filters.http.header_mutation.v3 import header_mutation_pb2
from envoy.extensions.filters.http.rbac.v3 import rbac_pb2
from envoy.extensions.geoip_providers.maxmind.v3 import maxmind_pb2
from envoy.extensions.http.early_header_mutation.header_mutation.v3 import header_mutation_pb2 as early_pb2
from envoy.extensions.http.original_ip_detection.xff.v3 import xff_pb2

from doorward.envoy import names
from doorward.envoy.filters import build_http_filters, early_header_mutation
from doorward.envoy.listeners import build_connection_manager
from doorward.envoy.sources import KEPT, country_to_metadata, original_ip_detection, source_filters
from tests.envoy.states import SETTINGS

BALANCED = replace(SETTINGS, trusted_proxies=("192.0.2.0/28", "2001:db8::1/128"))
LOCATED = replace(SETTINGS, geoip_database="run/countries.mmdb")
PROXIES = [("192.0.2.0", 28), ("2001:db8::1", 128), ("::ffff:c000:200", 124)]


def cidrs(ranges: Iterable[address_pb2.CidrRange]) -> list[tuple[str, int]]:
    return [(found.address_prefix, found.prefix_len.value) for found in ranges]


def test_without_the_settings_the_connection_counts_and_nothing_is_looked_up() -> None:
    assert list(original_ip_detection(SETTINGS)) == []
    assert list(source_filters(SETTINGS)) == []


def test_trusted_proxies_are_asked_and_known_in_both_spellings_of_an_ipv4_network() -> None:
    manager = build_connection_manager(BALANCED)
    assert not manager.use_remote_address.value
    assert manager.skip_xff_append
    [detection] = manager.original_ip_detection_extensions
    config = xff_pb2.XffConfig()
    assert detection.typed_config.Unpack(config)
    assert cidrs(config.xff_trusted_cidrs.cidrs) == PROXIES
    assert config.xff_num_trusted_hops == 0
    assert config.skip_xff_append.value


def test_the_header_outlives_the_removals_and_no_client_can_write_where_it_is_kept() -> None:
    mutation = early_pb2.HeaderMutation()
    assert early_header_mutation(BALANCED).typed_config.Unpack(mutation)
    first, kept, *removals, back, last = mutation.mutations
    assert (first.remove, last.remove) == (KEPT, KEPT)
    assert (kept.append.header.key, kept.append.header.value) == (KEPT, "%REQ(x-forwarded-for)%")
    assert (back.append.header.key, back.append.header.value) == ("x-forwarded-for", f"%REQ({KEPT})%")
    without = early_pb2.HeaderMutation()
    assert early_header_mutation(SETTINGS).typed_config.Unpack(without)
    assert removals == list(without.mutations)


def test_who_names_no_client_is_refused_and_the_header_goes_before_anything_else_looks() -> None:
    refusal, removal, *rest = build_http_filters(BALANCED)
    assert (refusal.name, removal.name) == (names.SOURCE_KNOWN, names.FORWARDED_REMOVED)
    assert [found.name for found in rest] == [found.name for found in build_http_filters(SETTINGS)]
    rbac = rbac_pb2.RBAC()
    assert refusal.typed_config.Unpack(rbac)
    assert rbac.rules.action == rbac.rules.DENY
    [policy] = rbac.rules.policies.values()
    said, peer, source = policy.principals[0].and_ids.ids
    assert (said.header.name, said.header.present_match) == ("x-forwarded-for", True)
    assert cidrs(one.direct_remote_ip for one in peer.or_ids.ids) == PROXIES
    assert cidrs(one.remote_ip for one in source.or_ids.ids) == PROXIES
    removed = header_mutation_pb2.HeaderMutation()
    assert removal.typed_config.Unpack(removed)
    assert [one.remove for one in removed.mutations.request_mutations] == ["x-forwarded-for"]


def test_the_country_is_looked_up_for_the_source_before_anything_else_looks() -> None:
    [first, second, *_] = build_http_filters(LOCATED)
    assert (first.name, second.name) == (names.GEOIP, names.HEADER_TO_METADATA)
    geoip, provider = geoip_pb2.Geoip(), maxmind_pb2.MaxMindConfig()
    assert first.typed_config.Unpack(geoip)
    assert not geoip.HasField("xff_config")
    assert not geoip.HasField("custom_header_config")
    assert geoip.provider.typed_config.Unpack(provider)
    assert provider.country_db_path == "run/countries.mmdb"
    assert provider.common_provider_config.geo_field_keys.country == names.COUNTRY_HEADER


def test_the_country_leaves_the_headers_for_the_metadata() -> None:
    rule = country_to_metadata()
    assert (rule.header, rule.remove) == (names.COUNTRY_HEADER, True)
    assert rule.on_header_present.metadata_namespace == names.REQUEST_METADATA
    assert rule.on_header_present.key == "country"
