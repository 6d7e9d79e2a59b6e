"""The addresses of signing in: where a flow is read from, where it leads on to."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from doorward.envoy import names
from doorward.model.errors import Refused
from doorward.model.identity_provider import IdentityProvider
from doorward.services.entering import Entering
from doorward.services.flows import Flow, Flows

LOGIN = names.ACCESS_PATH + "login"


class Ways:
    """Reads and writes the addresses of the team domain's pages. ``team_origin`` is ``https://`` and
    the team authority."""

    def __init__(self, flows: Flows, entering: Entering, *, team_origin: str) -> None:
        self._flows = flows
        self._entering = entering
        self._team_origin = team_origin

    def flow(self, sealed: str) -> Flow | None:
        """The flow, or none: an expired one leads to the launcher rather than to an error."""
        if not sealed:
            return None
        try:
            return self._flows.opened(sealed)
        except Refused:
            return None

    def fields(self, flow: Flow | None) -> dict[str, str]:
        """The flow as a form's hidden field or a query's parameter, if there is one."""
        return {"flow": self._flows.sealed(flow)} if flow is not None else {}

    def after(self, flow: Flow | None) -> str:
        """Where somebody goes who has just signed in."""
        return self.login(flow) if flow else f"{self._team_origin}/"

    def login(self, flow: Flow | None, provider: IdentityProvider | None = None) -> str:
        """The sign-in, at one provider where that is said."""
        query = self.fields(flow)
        if provider is not None:
            query["provider"] = provider.id
        return with_query(LOGIN, query)

    def heading_to(self, flow: Flow | None) -> str:
        """What people call the application that the flow leads to, empty for the launcher."""
        application = self._entering.application_of(flow)
        return (application.name or application.id) if application else ""


def with_query(path: str, query: Mapping[str, str]) -> str:
    """The path with these parameters, if there are any."""
    return f"{path}?{urlencode(query)}" if query else path
