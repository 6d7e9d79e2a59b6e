"""The SCIM server over a world of fakes, and a directory's requests to it, without any network.

``COMPANY`` and ``PARTNER`` push, each with a secret of its own; ``STAFF`` has no SCIM.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import httpx
from starlette.applications import Starlette
from starlette.routing import Mount

from doorward.model.access import Identity
from doorward.model.configuration import Configuration
from doorward.model.ids import IdentityProviderId
from doorward.model.session import Session
from doorward.ports.identity import Arrival
from doorward.scim.application import PATH, scim_application
from doorward.scim.door import Door
from doorward.scim.limits import Pace
from doorward.services.secrets import hashed
from tests.fakes.stores import FakeStores
from tests.services.sample import COMPANY, TEAM, configuration, cookies_of
from tests.services.signing_in import VISIT
from tests.services.world import World

PARTNER = IdentityProviderId("partner")
SECRETS = {COMPANY: "the company's secret, which is long", PARTNER: "the partner's secret, which is long"}
TEAM_HOST = urlsplit(TEAM).netloc

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

Body = dict[str, object]


def with_scim() -> Configuration:
    present = configuration()
    staff, company = present.identity_providers
    company = replace(company, scim_token_hash=hashed(SECRETS[COMPANY]))
    partner = replace(company, id=PARTNER, scim_token_hash=hashed(SECRETS[PARTNER]))
    return replace(present, identity_providers=(staff, company, partner))


class Server:
    """SCIM over ``world``, begun. Requests are the company's unless they say otherwise."""

    def __init__(self, provider: IdentityProviderId = COMPANY) -> None:
        self.world = World(stores=FakeStores(with_scim()))
        self.provider = provider
        asyncio.run(self.world.begin())
        door = Door(team_domain=TEAM_HOST, current=self.world.current, pace=Pace(self.world.clock))
        inner = scim_application(directories=self.world.directories, door=door, team_origin=TEAM)
        self.app = Starlette(routes=[Mount(PATH, inner)])

    def send(
        self,
        method: str,
        target: str,
        body: object = None,
        *,
        provider: str = "",
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> httpx.Response:
        """One request; ``target`` begins after the provider's ``/v2``."""
        chosen = provider or self.provider
        found = {
            "host": TEAM_HOST,
            "authorization": f"Bearer {SECRETS.get(IdentityProviderId(chosen), '')}",
            "content-type": "application/scim+json; charset=utf-8",
            **(headers or {}),
        }
        if content is None and body is not None:
            content = json.dumps(body).encode()

        async def answered() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url=f"https://{TEAM_HOST}") as client:
                url = f"{PATH}/{chosen}/v2{target}"
                return await client.request(method, url, headers=found, content=content)

        return asyncio.run(answered())

    def get(self, target: str, *, provider: str = "") -> Body:
        """What a request that must succeed answers."""
        response = self.send("GET", target, provider=provider)
        assert response.status_code == 200, response.text
        return dict(response.json())

    def add_user(self, name: str = "ada", *, provider: str = "", **attributes: object) -> str:
        """The id of somebody new."""
        body = {
            "schemas": [USER],
            "userName": f"{name}@example.com",
            "emails": [{"value": f"{name}@example.com", "type": "work", "primary": True}],
            "active": True,
            **attributes,
        }
        response = self.send("POST", "/Users", body, provider=provider)
        assert response.status_code == 201, response.text
        return str(response.json()["id"])

    def add_group(self, name: str, *members: str, provider: str = "", **attributes: object) -> str:
        """The id of a new group."""
        body = {
            "schemas": [GROUP],
            "displayName": name,
            "members": [{"value": member} for member in members],
            **attributes,
        }
        response = self.send("POST", "/Groups", body, provider=provider)
        assert response.status_code == 201, response.text
        return str(response.json()["id"])

    def patch(self, target: str, *operations: object) -> httpx.Response:
        """Send these changes."""
        return self.send("PATCH", target, {"schemas": [PATCH], "Operations": list(operations)})

    def members(self, group: str) -> set[str]:
        """Who is in a group."""
        found = self.get(f"/Groups/{group}").get("members", [])
        assert isinstance(found, list)
        return {member["value"] for member in found}

    # --- people who sign in at the provider ------------------------------------------------------

    def sign_in(self, identity: Identity) -> Session:
        """Sign somebody in whom the provider vouches for. Raises SignInRefused."""

        async def arrived() -> Session:
            onward = await self.world.arrivals.signed_in(Arrival(identity=identity), VISIT)
            [secret] = cookies_of(onward.cookies).values()
            session = await self.world.arrivals.session(secret)
            assert session is not None
            return session

        return asyncio.run(arrived())

    def pass_time(self) -> None:
        """A second goes by."""
        self.world.clock.advance(timedelta(seconds=1))

    def session(self, session: Session) -> Session:
        """The session as it is now."""
        return asyncio.run(self.world.stores.sessions.get(session.id))
