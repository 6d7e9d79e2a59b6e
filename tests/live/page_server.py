"""Serves every example page, the edge's own pages and the sample application, on loopback ports."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from doorward.web.edge_pages import REQUEST_ID, edge_page_csp, edge_pages
from doorward.web.forms import Form
from doorward.web.headers import STATIC_HEADERS, security_headers
from doorward.web.pages import Pages, SignIn, has_script
from doorward.web.static_files import STATIC_PATH, load_static_files
from tests.web import examples


def documents() -> Mapping[str, tuple[str, Mapping[str, str]]]:
    """Each page by its name, with its headers."""
    pages = Pages(load_static_files())
    own = {
        name: (pages.render(page), security_headers(script=has_script(page)))
        for name, page in examples.EXAMPLES.items()
    }
    edge_headers = {"Content-Security-Policy": edge_page_csp()}
    edge = {
        f"edge-{page}": (text.replace(REQUEST_ID, examples.REQUEST_ID).replace("%%", "%"), edge_headers)
        for page, text in edge_pages().items()
    }
    return own | edge


def page_server() -> Starlette:
    """The pages at ``/pages/NAME``, their static files, and a sign-in that leads to another origin.

    ``/sign-in?to=PORT&allowed=1`` shows a form whose answer redirects to that port on another host.
    """
    shown = documents()
    files = load_static_files()
    pages = Pages(files)

    async def page(request: Request) -> Response:
        text, headers = shown[request.path_params["name"]]
        return HTMLResponse(text, headers=dict(headers))

    async def static(request: Request) -> Response:
        file = files[request.path_params["name"]]
        return Response(file.content, media_type=file.content_type, headers=dict(STATIC_HEADERS))

    async def sign_in(request: Request) -> Response:
        target = f"http://hello.localhost:{request.query_params['to']}"
        if request.method == "POST":
            return RedirectResponse(target, status_code=303)
        form = Form(action=str(request.url.include_query_params()).partition(request.url.netloc)[2])
        targets = [target] if "allowed" in request.query_params else []
        return HTMLResponse(pages.render(SignIn(form=form)), headers=dict(security_headers(targets)))

    return Starlette(
        routes=[
            Route("/pages/{name}", page),
            Route(f"{STATIC_PATH}{{name}}", static),
            Route("/sign-in", sign_in, methods=["GET", "POST"]),
        ]
    )
