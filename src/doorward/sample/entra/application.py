"""The whole stand-in as one ASGI application."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount, Router
from starlette.staticfiles import StaticFiles

from doorward.sample.entra.admin.api import AdminApi
from doorward.sample.entra.admin.guard import Guard
from doorward.sample.entra.admin.views import AdminPages
from doorward.sample.entra.directory import Directory
from doorward.sample.entra.discovery import Discovery
from doorward.sample.entra.entra import Entra
from doorward.sample.entra.faults import Faults
from doorward.sample.entra.graph.routes import graph_routes
from doorward.sample.entra.keys import generate_key
from doorward.sample.entra.logout import Logout
from doorward.sample.entra.pages import Pages
from doorward.sample.entra.refusals import Faulty
from doorward.sample.entra.sign_in import SignIn
from doorward.sample.entra.token_endpoint import TokenEndpoint


def entra_application(
    directory: Directory,
    *,
    base_url: str,
    clock: Callable[[], datetime],
    randomness: Callable[[int], bytes],
    faults: Faults | None = None,
    make_key: Callable[[], RSAKey] = generate_key,
) -> Starlette:
    """Entra ID and Graph for ``directory``, reached at ``base_url``; see ``Entra`` for the arguments.

    ``application.state.entra`` is the world behind it. A server in front should leave out its own Date
    header (uvicorn: ``date_header=False``), since Entra's clock may be wrong on purpose.
    """
    entra = Entra(
        directory=directory,
        base_url=base_url.rstrip("/"),
        clock=clock,
        randomness=randomness,
        faults=faults or Faults(),
        make_key=make_key,
    )
    return application_of(entra)


def application_of(entra: Entra) -> Starlette:
    """The application for a world that exists already."""
    pages = Pages()
    application = Starlette(
        routes=[
            Mount(
                "/_admin",
                Guard(Router([*AdminApi(entra).routes(), *AdminPages(entra, pages).routes()]), entra),
            ),
            Mount("/_static", StaticFiles(packages=[("doorward.sample.entra", "static")])),
            *graph_routes(entra),
            *Discovery(entra).routes(),
            *SignIn(entra, pages).routes(),
            *TokenEndpoint(entra).routes(),
            *Logout(entra, pages).routes(),
        ],
        middleware=[Middleware(Faulty, entra=entra)],
    )
    application.state.entra = entra
    return application
