from __future__ import annotations

import pytest

from tests.api.server import Api
from tests.services.world import World

FILE = "version: 1\nlists:\n  - {id: offices, name: Offices, kind: ip, items: [203.0.113.0/24]}\n"


@pytest.fixture
def api() -> Api:
    api = Api(World())
    api.send("POST", "/configuration", {"name": "access.yaml", "text": FILE})
    return api


def test_a_list_is_shown_whole(api: Api) -> None:
    assert api.send("GET", "/lists/offices").json() == {
        "id": "offices",
        "name": "Offices",
        "kind": "ip",
        "items": ["203.0.113.0/24"],
    }


def test_items_come_and_go_and_the_outcome_is_told(api: Api) -> None:
    added = api.send("POST", "/lists/offices/add", {"items": ["192.0.2.7", "203.0.113.0/24"]}).json()
    assert (added["changed"], added["unchanged"], added["live"]) == (
        ["192.0.2.7/32"],
        ["203.0.113.0/24"],
        True,
    )
    removed = api.send("POST", "/lists/offices/remove", {"items": ["192.0.2.7"]}).json()
    assert (removed["changed"], removed["changes"]) == (["192.0.2.7/32"], ["changed list offices: 1 removed"])


def test_what_cannot_be_is_refused_with_its_status(api: Api) -> None:
    assert api.send("GET", "/lists/homes").status_code == 404
    assert api.send("POST", "/lists/offices/add", {"items": ["ada@example.com"]}).status_code == 400
    assert api.send("POST", "/lists/offices/add", {"item": "192.0.2.7"}).status_code == 422
