from __future__ import annotations

import json

from doorward.api.identity_providers import identity_body
from doorward.ports.identity import Arrival
from tests.api.server import Api
from tests.services.sample import ADA
from tests.services.world import World


def test_a_checklist_comes_line_by_line() -> None:
    answer = Api(World()).send("GET", "/identity-providers/company/checklist")
    assert [json.loads(line)["state"] for line in answer.text.splitlines()] == ["passed", "failed"]


def test_a_trial_shows_nobody_until_somebody_came_back() -> None:
    world = World()
    client = Api(world)
    ticket = client.send("POST", "/identity-providers/company/trials").json()["ticket"]
    assert client.send("GET", f"/identity-provider-trials/{ticket}").json()["identity"] is None
    world.trials.finish(ticket, Arrival(identity=ADA, raw={"sub": "x"}), [])
    found = client.send("GET", f"/identity-provider-trials/{ticket}").json()
    assert (found["identity"], found["raw"]) == (identity_body(ADA), {"sub": "x"})


def test_a_trial_that_is_not_known_is_not_found() -> None:
    assert Api(World()).send("GET", "/identity-provider-trials/nonsense").status_code == 404


def test_what_a_provider_cannot_do_is_told() -> None:
    answer = Api(World()).send("GET", "/identity-providers/staff/groups?text=a")
    assert answer.status_code == 503
    assert "cannot be searched" in answer.json()["error"]
