from __future__ import annotations

from collections.abc import Mapping

import httpx
import pytest

from doorward.sample.entra.admin.api import AdminApi
from doorward.sample.entra.faults import Faults, IdTokenFault, Jwks, Refusal
from doorward.sample.entra.seed import ADA, CLIENT_ID, ENGINEERING, SALES, SECRET_ID, TENANT_ID
from tests.fakes.entra import FakeEntra
from tests.fakes.entra_visitor import Visitor
from tests.sample.entra.stories import visit


async def do(visitor: Visitor, name: str, **fields: str) -> httpx.Response:
    return await visitor.client.post(f"/_admin/api/actions/{name}", json=fields)


def test_faults_are_shown_changed_in_part_and_ended() -> None:
    fake = FakeEntra()

    async def story(program: Visitor) -> None:
        shown = (await program.client.get("/_admin/api/faults")).json()
        assert shown["latency"] == 0
        changes = {
            "refusals": [{"status": 503, "times": 2}],
            "id_token": "wrong-audience",
            "jwks": "html",
            "claims": {"email": None},
            "clock_skew": 90,
        }
        answer = await program.client.patch("/_admin/api/faults", json=changes)
        assert answer.status_code == 200
        assert fake.faults.refusals == [Refusal(status=503, times=2)]
        assert fake.faults.id_token is IdTokenFault.WRONG_AUDIENCE
        assert fake.faults.jwks is Jwks.HTML
        assert fake.faults.claims == {"email": None}
        left = (await program.client.patch("/_admin/api/faults", json={"id_token": None})).json()
        assert left["id_token"] is None
        assert fake.faults.clock_skew == 90
        await program.client.delete("/_admin/api/faults")
        assert fake.faults == Faults()

    visit(fake, story)


@pytest.mark.parametrize(
    "changes",
    [
        {"unknown": 1},
        {"latency": "long"},
        {"latency": True},
        {"auto_sign_in": 1},
        {"id_token": "odd"},
        {"jwks": "odd"},
        {"hang": 7},
        {"claims": []},
        {"refusals": [{"unknown": 1}]},
        {"refusals": {}},
        [],
    ],
)
def test_what_is_no_fault_is_refused_by_name_and_nothing_changes(changes: object) -> None:
    fake = FakeEntra()

    async def story(program: Visitor) -> None:
        body = {"clock_skew": 5, **changes} if isinstance(changes, Mapping) else changes
        answer = await program.client.patch("/_admin/api/faults", json=body)
        assert answer.status_code == 400
        assert answer.json()["error"].endswith(".")
        assert fake.faults == Faults()

    visit(fake, story)


def test_actions_are_listed_and_done() -> None:
    fake = FakeEntra()

    async def story(program: Visitor) -> None:
        assert "block-sign-in" in (await program.client.get("/_admin/api/actions")).json()
        await do(program, "block-sign-in", user=ADA)
        assert not fake.tenant.users[ADA].account_enabled
        await do(program, "remove-member", group=ENGINEERING, member=ADA)
        await do(program, "add-member", group=SALES, member=ADA)
        assert ADA in fake.tenant.groups[SALES].members
        await do(program, "expire-secret", application=CLIENT_ID, secret=SECRET_ID)
        assert fake.registration.secrets[0].expires < fake.clock.now()
        told = (await do(program, "new-secret", application=CLIENT_ID)).json()["told"]
        assert fake.registration.secrets[1].value in told
        await do(
            program,
            "take-permission",
            tenant=TENANT_ID,
            application=CLIENT_ID,
            kind="application",
            permission="User.Read.All",
        )
        assert "User.Read.All" not in fake.tenant.applications[CLIENT_ID].granted_application

    visit(fake, story)


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("unknown", {}),
        ("block-sign-in", {}),
        ("block-sign-in", {"user": "nobody"}),
        ("set-outcome", {"user": ADA, "context": "c1", "outcome": "odd"}),
    ],
)
def test_an_action_that_cannot_be_done_says_why(name: str, fields: dict[str, str]) -> None:
    async def story(program: Visitor) -> None:
        answer = await do(program, name, **fields)
        assert answer.status_code == 400
        assert name in answer.json()["error"]

    visit(FakeEntra(), story)


def test_a_body_that_is_no_object_is_refused() -> None:
    async def story(program: Visitor) -> None:
        for content in ("[]", "{"):
            answer = await program.client.post("/_admin/api/actions/rotate-keys", content=content)
            assert answer.status_code == 400

    visit(FakeEntra(), story)


def test_the_api_names_its_paths() -> None:
    assert [route.path for route in AdminApi(FakeEntra().entra).routes()] == [
        "/api/faults",
        "/api/actions",
        "/api/actions/{name}",
    ]
