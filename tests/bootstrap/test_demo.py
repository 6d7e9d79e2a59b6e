from __future__ import annotations

import asyncio
import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from doorward.bootstrap import demo, places
from doorward.bootstrap.client import ApiClient
from doorward.bootstrap.demo import Demonstration
from doorward.model.configuration import Configuration
from doorward.model.identity_provider import EntraId
from tests.api.server import api_over, serving
from tests.fakes.stores import FakeStores
from tests.services.world import World

HELLO = Demonstration("hello.localhost", 8444)
WITH_ENTRA = Demonstration("hello.localhost", 8444, 8445)


@pytest.fixture
def world() -> World:
    return World(stores=FakeStores(Configuration()))


@pytest.fixture
def data(tmp_path: Path, world: World) -> Iterator[Path]:
    """A data folder on which the API of ``world`` runs."""
    (tmp_path / "keys").mkdir()
    with capture_logs(), serving(api_over(world), tmp_path):
        yield tmp_path


def stored(world: World) -> Configuration:
    configuration, _ = asyncio.run(world.stores.configurations.load())
    return configuration


def test_the_first_start_brings_people_application_and_tunnel(data: Path, world: World) -> None:
    demo.set_up(data, HELLO)
    (application,) = stored(world).applications
    assert (str(application.destinations[0]), application.origin.url) == (
        "hello.localhost",
        "http://127.0.0.1:8444",
    )
    token = data / places.SAMPLE_TOKEN
    assert token.read_text().startswith("token of sample ")
    assert stat.S_IMODE(token.stat().st_mode) == 0o600


def test_the_next_start_changes_nothing(data: Path, world: World) -> None:
    demo.set_up(data, HELLO)
    before, token = stored(world), (data / places.SAMPLE_TOKEN).read_text()
    demo.set_up(data, HELLO)
    assert stored(world) == before
    assert (data / places.SAMPLE_TOKEN).read_text() == token


def test_another_port_moves_the_sample_and_nothing_else(data: Path, world: World) -> None:
    demo.set_up(data, HELLO)
    (before,) = stored(world).applications
    demo.set_up(data, Demonstration("hello.example.com", 9444))
    (after,) = stored(world).applications
    assert (str(after.destinations[0]), after.origin.url) == ("hello.example.com", "http://127.0.0.1:9444")
    assert (after.audience, after.policies) == (before.audience, before.policies)
    assert len(stored(world).identity_providers) == 1


def test_what_somebody_made_of_the_demonstration_is_kept(data: Path, world: World) -> None:
    text = "version: 1\ntunnels:\n  - {name: lab}\n"
    ApiClient(data).post("/configuration", {"name": "own.yaml", "text": text})
    demo.set_up(data, HELLO)
    assert [tunnel.name for tunnel in stored(world).tunnels] == ["lab", "sample"]
    assert stored(world).applications == ()


def test_passwords_stay_the_same_are_different_and_private(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    first = demo.demo_passwords(tmp_path)
    assert demo.demo_passwords(tmp_path) == first
    assert set(first) == set(demo.PEOPLE)
    assert len({*first.values()}) == 2
    assert stat.S_IMODE((tmp_path / demo.PASSWORDS).stat().st_mode) == 0o600


def test_the_file_lets_engineers_in_only() -> None:
    file = json.loads(demo.demo_file(HELLO, dict.fromkeys(demo.PEOPLE, "p")))
    (policy,) = file["applications"][0]["policies"]
    assert (policy["action"], policy["include"]) == ("allow", [{"group": "engineers"}])


def test_with_entra_people_are_a_group_of_a_directory_and_one_application_asks_for_more(
    data: Path, world: World
) -> None:
    demo.set_up(data, WITH_ENTRA)
    configuration = stored(world)
    (provider,) = configuration.identity_providers
    assert isinstance(provider.settings, EntraId)
    assert provider.settings.authority_url == "http://127.0.0.1:8445"
    assert [str(a.destinations[0]) for a in configuration.applications] == [
        "hello.localhost",
        "strong.localhost",
    ]


def test_the_other_way_of_signing_in_takes_the_place_of_the_first(data: Path, world: World) -> None:
    demo.set_up(data, HELLO)
    demo.set_up(data, WITH_ENTRA)
    assert [provider.id for provider in stored(world).identity_providers] == ["entra"]
    demo.set_up(data, HELLO)
    assert [provider.id for provider in stored(world).identity_providers] == ["staff"]


def test_another_port_of_the_stand_in_is_taken_over(data: Path, world: World) -> None:
    demo.set_up(data, WITH_ENTRA)
    demo.set_up(data, Demonstration("hello.localhost", 8444, 9445))
    (provider,) = stored(world).identity_providers
    assert isinstance(provider.settings, EntraId)
    assert provider.settings.graph_url == "http://127.0.0.1:9445"
