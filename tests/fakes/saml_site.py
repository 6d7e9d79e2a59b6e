"""The fake SAML provider as a website: a form that asks who one is, and a page that posts the answer.

Anybody on the list of people may sign in by naming their address; what is under test is the other side.
The sign-in page has a field labelled "Email" and a button "Sign in"; the answer posts itself, or by a
button "Go on".
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from doorward.ports.clock import Clock
from tests.fakes.clock import FakeClock
from tests.fakes.saml import FakeSamlProvider, form, read_request


@dataclass(frozen=True)
class Person:
    """Somebody with an account there."""

    name_id: str
    name: str = ""
    groups: Sequence[str] = ()


PEOPLE: Mapping[str, Person] = {
    "ada@example.com": Person("ada-1", "Ada", ("engineers", "everyone")),
    "bob@example.com": Person("bob-2", "Bob", ("everyone",)),
}

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>
<h1>{title}</h1><form method="post" action="{action}">{inside}</form>{after}</html>"""


def _hidden(fields: Mapping[str, str]) -> str:
    return "".join(
        f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
        for name, value in fields.items()
    )


@dataclass
class SamlSite:
    """Serves ``provider``, whose ``entity_id`` says where: ``/metadata`` and ``/sso`` on that host."""

    provider: FakeSamlProvider
    clock: Clock
    people: Mapping[str, Person] = field(default_factory=lambda: dict(PEOPLE))

    def app(self) -> Starlette:
        """The ASGI application."""
        return Starlette(
            routes=[
                Route("/metadata", self._metadata),
                Route("/sso", self._ask),
                Route("/sso", self._answer, methods=["POST"]),
            ]
        )

    async def _metadata(self, _: Request) -> Response:
        return Response(self.provider.metadata(), media_type="application/samlmetadata+xml")

    async def _ask(self, request: Request) -> Response:
        fields = '<label>Email <input name="email" type="email" required autofocus></label>'
        action = html.escape(str(request.url))
        button = '<button type="submit">Sign in</button>'
        return HTMLResponse(PAGE.format(title="Sign in", action=action, inside=fields + button, after=""))

    async def _answer(self, request: Request) -> Response:
        email = str((await request.form()).get("email", ""))
        person = self.people.get(email)
        if person is None:
            return HTMLResponse("Nobody here has this address.", status_code=403)
        asked = read_request(str(request.url))
        speaking = replace(
            self.provider,
            clock=FakeClock(self.clock.now()),
            name_id=person.name_id,
            attributes={"email": [email], "displayName": [person.name], "groups": person.groups},
        )
        answer = form(speaking.respond(asked), asked.relay_state)
        button = '<button type="submit">Go on</button>'
        page = PAGE.format(
            title="Signed in",
            action=html.escape(asked.callback),
            inside=_hidden(answer) + button,
            after="<script>document.forms[0].submit()</script>",
        )
        return HTMLResponse(page, headers={"Cache-Control": "no-store"})
