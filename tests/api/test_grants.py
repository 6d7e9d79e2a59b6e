from __future__ import annotations

from tests.api.server import Api
from tests.cli.test_grants import asked_by_ada
from tests.services.world import World


def test_grants_are_listed_and_taken_back_by_their_id() -> None:
    api = Api(World())
    grant = asked_by_ada(api.world)
    (found,) = api.send("GET", "/grants").json()
    assert (found["id"], found["person"], found["minutes"]) == (grant.id, "ada@example.com", 60)
    assert found["until"] is None
    assert api.send("DELETE", f"/grants/{grant.id}").json()["closed_by"] == "an administrator"
    assert api.send("DELETE", f"/grants/{grant.id}").status_code == 409
    assert api.send("DELETE", "/grants/nothing").status_code == 404
