from __future__ import annotations

from dataclasses import replace

import pytest

from doorward.identity.entra.clouds import CLOUDS, graph_of, hosts_of
from doorward.model.errors import Invalid
from doorward.model.identity_provider import Cloud, EntraId

SETTINGS = EntraId(tenant="contoso.com", client_id="c")


@pytest.mark.parametrize("cloud", Cloud)
def test_every_cloud_has_hosts_of_its_own(cloud: Cloud) -> None:
    hosts = hosts_of(replace(SETTINGS, cloud=cloud))
    others = [hosts for other, hosts in CLOUDS.items() if other is not cloud]
    assert hosts.authority not in [other.authority for other in others]
    assert all(graph.startswith("https://") for graph in hosts.graphs)


def test_an_administrator_may_name_other_hosts_and_scopes_stay_the_clouds() -> None:
    hosts = hosts_of(
        replace(SETTINGS, authority_url="http://127.0.0.1:8080/", graph_url="https://graph.example")
    )
    assert hosts.authority == "http://127.0.0.1:8080"
    assert hosts.graphs == ("https://graph.example",)
    assert hosts.resource == "https://graph.microsoft.com"


@pytest.mark.parametrize("field", ["authority_url", "graph_url"])
@pytest.mark.parametrize(
    "url",
    [
        "http://entra.example",
        "ftp://entra.example",
        "entra.example",
        "https://entra.example/tenant",
        "https://entra.example?x=1",
        "https://entra.example#x",
        "https://user@entra.example",
        "https://entra.example\\@evil.example",
        "https://",
    ],
)
def test_a_host_that_may_not_be_called_is_invalid(field: str, url: str) -> None:
    given = {
        "authority_url": replace(SETTINGS, authority_url=url),
        "graph_url": replace(SETTINGS, graph_url=url),
    }
    with pytest.raises(Invalid, match=field):
        hosts_of(given[field])


def test_the_directory_chooses_among_its_clouds_graphs_and_brings_none_of_its_own() -> None:
    government = replace(SETTINGS, cloud=Cloud.US_GOVERNMENT)
    hosts = hosts_of(government)
    assert graph_of(government, hosts, "dod-graph.microsoft.us") == "https://dod-graph.microsoft.us"
    assert graph_of(government, hosts, None) == "https://graph.microsoft.us"
    for named in ("graph.microsoft.com", "graph.microsoft.us.evil.example", "graph.microsoft.us:1", 7, ""):
        with pytest.raises(Invalid, match="set cloud to the one"):
            graph_of(government, hosts, named)


def test_an_administrators_graph_counts_whatever_the_directory_names() -> None:
    settings = replace(SETTINGS, graph_url="https://graph.example")
    assert graph_of(settings, hosts_of(settings), "evil.example") == "https://graph.example"
