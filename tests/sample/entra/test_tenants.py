"""An application for several organisations, reached through the placeholders."""

from __future__ import annotations

import base64
import json

from doorward.sample.entra.directory import Tenant, User
from doorward.sample.entra.facts import GLOBAL_ADMINISTRATOR
from doorward.sample.entra.seed import CLIENT_ID, TENANT_ID
from tests.fakes.entra import FakeEntra
from tests.fakes.entra_visitor import Visitor
from tests.sample.entra.stories import visit

OTHER = "99d9c1a7-3c1f-4f7e-9d40-6b1f0a6f0e99"
ZOE = "f5e4d3c2-b1a0-4f7e-9d40-6b1f0a6f0e77"


def several() -> FakeEntra:
    fake = FakeEntra()
    fake.registration.multi_tenant = True
    zoe = User(id=ZOE, user_principal_name="zoe@other.example", display_name="Zoe", mail="zoe@other.example")
    fake.directory.tenants[OTHER] = Tenant(OTHER, "other.example", "Other", users={ZOE: zoe})
    return fake


def claims(token: str) -> dict[str, object]:
    return dict(json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "===")))


def test_people_are_signed_in_where_they_are_at_home() -> None:
    fake = several()

    async def story(visitor: Visitor) -> None:
        page = await visitor.sign_in(await visitor.authorize("common"), "ada@example.com")
        tokens = (await visitor.redeem(page.arrived, "common")).json()
        assert claims(tokens["id_token"])["iss"] == f"{fake.base_url}/{TENANT_ID}/v2.0"

    visit(fake, story)


def test_another_organisations_administrator_consents_first() -> None:
    fake = several()

    async def story(visitor: Visitor) -> None:
        page = await visitor.sign_in(await visitor.authorize("organizations"), "zoe@other.example")
        assert "Need admin approval" in page.text
        fake.directory.tenants[OTHER].users[ZOE].directory_roles = {GLOBAL_ADMINISTRATOR}
        page = await visitor.press(await visitor.authorize("organizations"), "Accept")
        tokens = (await visitor.redeem(page.arrived, "organizations")).json()
        made = claims(tokens["id_token"])
        assert (made["tid"], made["iss"]) == (OTHER, f"{fake.base_url}/{OTHER}/v2.0")
        assert CLIENT_ID in fake.directory.tenants[OTHER].applications

    visit(fake, story)


def test_a_code_of_one_tenant_is_not_redeemed_at_another() -> None:
    fake = several()

    async def story(visitor: Visitor) -> None:
        page = await visitor.sign_in(await visitor.authorize(), "ada@example.com")
        answer = await visitor.redeem(page.arrived, OTHER)
        assert answer.json()["error_codes"] == [70000]

    visit(fake, story)


def test_an_application_by_itself_names_its_tenant() -> None:
    fake = several()

    async def story(visitor: Visitor) -> None:
        ask = {
            "grant_type": "client_credentials",
            "scope": "https://graph.microsoft.com/.default",
            "client_secret": fake.registration.secrets[0].value,
        }
        assert (await visitor.ask_token("common", **ask)).json()["error_codes"] == [50059]
        assert (await visitor.ask_token(OTHER, **ask)).json()["error_codes"] == [700016]

    visit(fake, story)


def test_a_guest_signs_in_at_the_tenant_that_invited() -> None:
    async def story(visitor: Visitor) -> None:
        page = await visitor.sign_in(await visitor.authorize("common"), "mallory@partner.example")
        assert "couldn't find" in page.text
        page = await visitor.sign_in(await visitor.authorize(), "mallory@partner.example")
        assert "code" in page.arrived

    visit(several(), story)
