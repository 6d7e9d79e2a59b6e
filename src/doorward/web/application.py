"""The web application: which handler answers on which host and path."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from doorward.envoy import names
from doorward.model.errors import AccessError, Invalid, NotFound
from doorward.services.current import Current
from doorward.services.second_factors import SECOND_FACTOR, SET_UP
from doorward.web import grants, passes, passwords, security
from doorward.web.access import AccessPages
from doorward.web.answers import Answers
from doorward.web.grants import GrantPages
from doorward.web.headers import STATIC_HEADERS
from doorward.web.launcher import LauncherPage
from doorward.web.passes import PassPages
from doorward.web.passwords import PasswordPages
from doorward.web.pins import CODE, PIN, PinPages
from doorward.web.provider_pages import ProviderPages
from doorward.web.second_factor import SecondFactorPages
from doorward.web.security import SecurityPages
from doorward.web.sign_in import SignInPages
from doorward.web.static_files import StaticFile
from doorward.web.trials import TrialPages
from doorward.web.visits import host_of, request_id_of, wants_html

log = structlog.get_logger("web")

Handler = Callable[[Request], Awaitable[Response]]


class Hosts:
    """Keeps handlers to the hosts they are for: the team domain, or applications."""

    def __init__(self, team_domain: str, current: Current) -> None:
        self._team_domain = team_domain
        self._current = current

    def team(self, handler: Handler) -> Handler:
        """Only on the team domain."""

        async def guarded(request: Request) -> Response:
            if host_of(request) != self._team_domain:
                raise NotFound("there is nothing at this address")
            return await handler(request)

        return guarded

    def application(self, handler: Handler) -> Handler:
        """Only on an application's hostname."""

        async def guarded(request: Request) -> Response:
            if not self._current.get().at(host_of(request)):
                raise NotFound("there is nothing at this address")
            return await handler(request)

        return guarded


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamPages:
    """The pages of the team domain."""

    launcher: LauncherPage
    sign_in: SignInPages
    passwords: PasswordPages
    pins: PinPages
    second_factor: SecondFactorPages
    security: SecurityPages
    trials: TrialPages
    providers: ProviderPages
    passes: PassPages
    grants: GrantPages


def web_application(
    *,
    hosts: Hosts,
    answers: Answers,
    team: TeamPages,
    access: AccessPages,
    static_files: dict[str, StaticFile],
) -> Starlette:
    """All routes. What none of them takes is a 404 page."""
    path = names.ACCESS_PATH

    async def static(request: Request) -> Response:
        found = static_files.get(request.path_params["name"])
        if found is None:
            raise NotFound("there is no such file")
        headers = {**STATIC_HEADERS, "etag": found.etag}
        if request.headers.get("if-none-match") == found.etag:
            return Response(status_code=304, headers=headers)
        return Response(found.content, media_type=found.content_type, headers=headers)

    async def problem(request: Request, error: Exception) -> Response:
        if not isinstance(error, AccessError):
            raise error
        return answers.problem(error, request_id=request_id_of(request), html=wants_html(request))

    async def nothing(request: Request, error: Exception) -> Response:
        status = getattr(error, "status_code", 404)
        told: AccessError = NotFound("there is nothing at this address")
        if status == 405:
            told = Invalid("method", f"{request.method[:20]} is not possible here")
        elif status == 400:
            told = Invalid("form", "it could not be read")
        return answers.problem(told, request_id=request_id_of(request), html=wants_html(request))

    async def fault(request: Request, error: Exception) -> Response:
        log.error("a page failed", path=request.url.path, exc_info=error)
        told = AccessError("something went wrong here; it was written to the log")
        return answers.problem(told, request_id=request_id_of(request), html=wants_html(request))

    handlers: dict[Any, Any] = {
        AccessError: problem,
        400: nothing,
        404: nothing,
        405: nothing,
        Exception: fault,
    }
    return Starlette(
        routes=[
            Route("/", hosts.team(team.launcher.launcher), methods=["GET"]),
            Route(path + "login", hosts.team(team.sign_in.login), methods=["GET"]),
            Route(path + "login", hosts.team(team.passwords.password), methods=["POST"]),
            Route(PIN, hosts.team(team.pins.code), methods=["GET"]),
            Route(PIN, hosts.team(team.pins.send), methods=["POST"]),
            Route(CODE, hosts.team(team.pins.answer), methods=["POST"]),
            Route(passwords.PASSKEY, hosts.team(team.passwords.passkey), methods=["POST"]),
            Route(SECOND_FACTOR, hosts.team(team.second_factor.ask), methods=["GET"]),
            Route(SECOND_FACTOR, hosts.team(team.second_factor.answer), methods=["POST"]),
            Route(SET_UP, hosts.team(team.second_factor.set_up), methods=["GET"]),
            Route(SET_UP, hosts.team(team.second_factor.set_up_answer), methods=["POST"]),
            *_security(hosts, team.security),
            Route(grants.REASON, hosts.team(team.grants.reason), methods=["POST"]),
            Route(grants.APPROVALS, hosts.team(team.grants.approvals), methods=["GET"]),
            Route(grants.APPROVE, hosts.team(team.grants.approve), methods=["POST"]),
            Route(grants.REFUSE, hosts.team(team.grants.refuse), methods=["POST"]),
            Route(passes.PASSES, hosts.team(team.passes.overview), methods=["GET"]),
            Route(passes.PASSES, hosts.team(team.passes.make), methods=["POST"]),
            Route(passes.REMOVE, hosts.team(team.passes.remove), methods=["POST"]),
            Route(path + "callback", hosts.team(team.sign_in.callback), methods=["GET", "POST"]),
            Route(path + "trial", hosts.team(team.trials.trial), methods=["GET"]),
            Route(
                path + "logout/backchannel/{provider}",
                hosts.team(team.providers.back_channel),
                methods=["POST"],
            ),
            Route(
                path + "logout/frontchannel/{provider}",
                hosts.team(team.providers.front_channel),
                methods=["GET"],
            ),
            Route(path + "saml-metadata", hosts.team(team.providers.metadata), methods=["GET"]),
            Route(path + "{provider}/saml-metadata", hosts.team(team.providers.metadata), methods=["GET"]),
            Route(path + "authorized", hosts.application(access.authorized), methods=["GET"]),
            Route(path + "get-identity", access.get_identity, methods=["GET"]),
            Route(path + "logout", access.logout, methods=["GET"]),
            Route(path + "certs", access.certs, methods=["GET"]),
            Route(path + "static/{name}", static, methods=["GET"]),
        ],
        exception_handlers=handlers,
    )


def _security(hosts: Hosts, pages: SecurityPages) -> list[Route]:
    """The routes of people's own sign-in."""
    return [
        Route(security.SECURITY, hosts.team(pages.overview), methods=["GET"]),
        Route(security.CONFIRM, hosts.team(pages.confirm), methods=["GET"]),
        Route(security.APP, hosts.team(pages.new_app), methods=["GET"]),
        Route(security.APP, hosts.team(pages.add_app), methods=["POST"]),
        Route(security.REMOVE_APP, hosts.team(pages.remove_app), methods=["POST"]),
        Route(security.PASSKEY, hosts.team(pages.new_passkey), methods=["GET"]),
        Route(security.PASSKEY, hosts.team(pages.add_passkey), methods=["POST"]),
        Route(security.RENAME_PASSKEY, hosts.team(pages.rename_passkey), methods=["POST"]),
        Route(security.REMOVE_PASSKEY, hosts.team(pages.remove_passkey), methods=["POST"]),
        Route(security.CODES, hosts.team(pages.new_codes), methods=["POST"]),
    ]
