from __future__ import annotations

import asyncio
import json

from tests.api.server import Api
from tests.services.world import World


def test_keys_are_listed_with_their_states_and_nothing_secret() -> None:
    api = Api(World())
    (key,) = api.send("GET", "/signing-keys").json()
    assert key == {
        "kid": key["kid"],
        "state": "current",
        "since": "2026-03-01T12:00:00+00:00",
        "until": "2026-04-12T12:00:00+00:00",
    }


def test_a_planned_rotation_announces_a_key_and_takes_none_away() -> None:
    api = Api(World())
    done = api.send("POST", "/signing-keys/rotate", {}).json()
    assert (done["key"]["state"], done["removed"], done["live"]) == ("announced", [], True)
    assert [key["state"] for key in api.send("GET", "/signing-keys").json()] == ["current", "announced"]
    again = api.send("POST", "/signing-keys/rotate", {"now": False})
    assert again.status_code == 409
    assert done["key"]["kid"] in again.json()["error"]


def test_a_rotation_at_once_takes_all_others_away() -> None:
    api = Api(World())
    (old,) = api.send("GET", "/signing-keys").json()
    done = api.send("POST", "/signing-keys/rotate", {"now": True}).json()
    assert (done["key"]["state"], done["removed"]) == ("current", [old["kid"]])
    assert api.send("GET", "/signing-keys").json() == [done["key"]]
    (stored,) = asyncio.run(api.world.stores.signing_keys.listed())
    assert json.loads(stored.private_jwk)["d"] not in str(done)


def test_a_field_that_does_not_exist_changes_nothing() -> None:
    api = Api(World())
    before = api.send("GET", "/signing-keys").json()
    answer = api.send("POST", "/signing-keys/rotate", {"at_once": True})
    assert (answer.status_code, "at_once" in answer.json()["error"]) == (422, True)
    assert api.send("GET", "/signing-keys").json() == before
