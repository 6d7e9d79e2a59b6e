"""The administrator's pages. Each is read afresh from the directory; every change is a plain form."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from doorward.sample.entra.admin.actions import Unusable, perform
from doorward.sample.entra.conditional_access import is_guarded
from doorward.sample.entra.directory import SIGN_IN, Directory, Outcome, PolicyState, Tenant
from doorward.sample.entra.entra import Entra
from doorward.sample.entra.faults import IdTokenFault, Jwks
from doorward.sample.entra.membership import transitive_groups
from doorward.sample.entra.pages import Pages

HOME = "/_admin/"
POLICY = "form-action 'self'"
SHOWN_GROUPS = 50


class AdminPages:
    """The endpoints. ``told`` is what the next page tells the person."""

    def __init__(self, entra: Entra, pages: Pages) -> None:
        self._entra = entra
        self._pages = pages
        self._told: list[tuple[str, bool]] = []

    def routes(self) -> list[Route]:
        """Their paths, as they are below ``/_admin``."""
        return [
            Route("/", self.home),
            Route("/applications/{id}", self.application),
            Route("/users/{id}", self.user),
            Route("/groups/{id}", self.group),
            Route("/conditional-access", self.conditional_access),
            Route("/faults", self.faults),
            Route("/do/{name}", self.perform, methods=["POST"]),
        ]

    async def home(self, request: Request) -> Response:
        """The organisation: its applications, users and groups."""
        return self._page("home.html", request)

    async def application(self, request: Request) -> Response:
        """One app registration."""
        registration = self._directory.registrations.get(request.path_params["id"])
        if registration is None:
            return self._missing(request)
        return self._page(
            "application.html",
            request,
            registration=registration,
            standings=[
                (tenant, tenant.applications.get(registration.client_id))
                for tenant in self._directory.tenants.values()
                if tenant.id == registration.tenant_id or registration.client_id in tenant.applications
            ],
            now=self._entra.now(),
            name_of=self._name_of,
        )

    async def user(self, request: Request) -> Response:
        """One user."""
        found = self._directory.find_user(request.path_params["id"])
        if found is None:
            return self._missing(request)
        tenant, user = found
        groups = transitive_groups(tenant, user.id)
        return self._page(
            "user.html",
            request,
            tenant=tenant,
            user=user,
            groups=groups[:SHOWN_GROUPS],
            group_count=len(groups),
            addable=[group for group in tenant.groups.values() if user.id not in group.members],
            contexts=self._contexts(tenant, user.id),
            outcomes=list(Outcome),
        )

    async def group(self, request: Request) -> Response:
        """One group."""
        for tenant in self._directory.tenants.values():
            group = tenant.group(request.path_params["id"])
            if group:
                people = [user for user in tenant.users.values() if user.id not in group.members]
                return self._page(
                    "group.html",
                    request,
                    tenant=tenant,
                    group=group,
                    is_stored=group.id in tenant.groups,
                    addable=people,
                    name_of=self._name_of,
                )
        return self._missing(request)

    async def conditional_access(self, request: Request) -> Response:
        """Contexts and policies."""
        return self._page("conditional_access.html", request, states=list(PolicyState), is_guarded=is_guarded)

    async def faults(self, request: Request) -> Response:
        """What can be made to go wrong."""
        return self._page(
            "faults.html", request, faults=self._entra.faults, id_tokens=list(IdTokenFault), jwks=list(Jwks)
        )

    async def perform(self, request: Request) -> Response:
        """Do one thing, and go back to where its form was."""
        form = {name: str(value) for name, value in (await request.form()).items()}
        try:
            told = perform(self._entra, request.path_params["name"], form)
            self._told.append((told or "Saved.", True))
        except Unusable as error:
            self._told.append((str(error), False))
        back = form.get("back", HOME)
        return RedirectResponse(back if back.startswith(HOME) else HOME, 303)

    @property
    def _directory(self) -> Directory:
        return self._entra.directory

    def _contexts(self, tenant: Tenant, user_id: str) -> list[tuple[str, str, Outcome, bool]]:
        """Id, name, outcome, and whether a policy makes it count: every sign-in first."""
        rows = [(SIGN_IN, "Every sign-in", True)]
        rows += [(one.id, one.display_name, is_guarded(tenant, one.id)) for one in tenant.contexts.values()]
        return [
            (id, name, tenant.outcomes.get((user_id, id), Outcome.SATISFIED), counts)
            for id, name, counts in rows
        ]

    def _name_of(self, tenant: Tenant, id: str) -> str:
        user, group = tenant.users.get(id), tenant.group(id)
        found = user or group
        return found.display_name if found else id

    def _missing(self, request: Request) -> Response:
        return self._page("missing.html", request, status=404)

    def _page(self, template: str, request: Request, *, status: int = 200, **values: object) -> Response:
        told, self._told = self._told, []
        return self._pages.render(
            f"admin/{template}",
            status=status,
            policy=POLICY,
            here=request.url.path,
            told=told,
            directory=self._directory,
            base_url=self._entra.base_url,
            **values,
        )
