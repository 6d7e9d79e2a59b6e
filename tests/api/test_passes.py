from __future__ import annotations

from tests.api.server import Api
from tests.cli.test_passes import made_by_ada
from tests.services.world import World


def test_passes_are_listed_without_their_secrets_and_ended_by_their_id() -> None:
    api = Api(World())
    made = made_by_ada(api.world)
    (found,) = api.send("GET", "/passes").json()
    assert (found["id"], found["email"], found["paths"]) == (made.id, "ada@example.com", ["/dav"])
    assert "dwap_" not in str(found)
    assert api.send("DELETE", f"/passes/{made.id}").status_code == 200
    assert api.send("DELETE", f"/passes/{made.id}").status_code == 404
    assert api.send("GET", "/passes").json() == []
