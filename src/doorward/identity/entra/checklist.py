"""Testing the set-up without anybody signing in: what is asked of Entra and Graph, in this order.

Rule: every item stands on its own. What needs something that failed before is "not checked".
Rule: each fault that has a fix of its own gets its own words (``aadsts``): a wrong secret, an expired one, an
application that is not there and a directory that does not exist are four different things to do.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from doorward.identity.entra import contexts
from doorward.identity.entra.aadsts import meaning_of
from doorward.identity.entra.application_tokens import question, read_application_token
from doorward.identity.entra.directory import Directory
from doorward.identity.entra.discovery import DirectoryMetadata, token_endpoint_of
from doorward.identity.entra.expiry import expiry_checks
from doorward.identity.entra.graph import IN_THE_BACKGROUND, Graph
from doorward.identity.entra.graph_answers import GraphRefused
from doorward.identity.entra.items import counted, failed, not_checked, passed, warning
from doorward.identity.entra.refusals import NotAccepted, Said
from doorward.identity.entra.scopes import ApplicationPermission, wanted_permissions
from doorward.identity.oidc.claims import SKEW
from doorward.identity.oidc.fetching import Answer, Unanswered
from doorward.identity.oidc.keys import read_keys
from doorward.model.errors import Unavailable
from doorward.ports.identity import Check

REACH = "See that Doorward's machine can reach {authority} by HTTPS."
GRANT = "Add it under App registrations → API permissions → Application permissions, and grant admin consent."
CLOSE = timedelta(seconds=10)
"""So far apart clocks may be: dates of HTTP are whole seconds, and the answer took a moment."""


class Checklist:
    """One run of it."""

    def __init__(self, directory: Directory, *, callback: str) -> None:
        self._directory = directory
        self._settings = directory.settings
        self._callback = callback
        self._answer: Answer | None = None
        self._metadata: DirectoryMetadata | None = None
        self._tokens: dict[str, str] = {}

    async def items(self) -> AsyncIterator[Check]:
        """The items in order. See ``Checked``."""
        yield await self._discovery()
        yield await self._keys()
        async for check in self._credentials():
            yield check
        for permission in wanted_permissions(self._settings):
            yield await self._permission(permission)
        if self._settings.conditional_access:
            yield await self._contexts()
        yield self._clocks()
        for check in expiry_checks(
            self._settings, self._directory.credentials.certificate, now=self._directory.clock.now()
        ):
            yield check

    async def _discovery(self) -> Check:
        name, what = "discovery", "Entra knows the directory, and issuer, endpoints and tenant agree"
        try:
            self._answer = await self._directory.ask_discovery()
            metadata = self._directory.read_metadata(self._answer)
        except NotAccepted as problem:
            return _refused(name, what, problem.said)
        except Unanswered as problem:
            return failed(name, what, str(problem), REACH.format(authority=self._directory.hosts.authority))
        except Unavailable as problem:
            return failed(
                name, what, str(problem), "Compare tenant and cloud with the registration's overview."
            )
        self._metadata = metadata
        return passed(
            name, what, f"the directory {metadata.tenant_id}" if metadata.tenant_id else metadata.issuer
        )

    async def _keys(self) -> Check:
        name, what = "keys", "Entra publishes keys that can verify its tokens"
        if self._metadata is None:
            return not_checked(name, what)
        try:
            keys = read_keys(await self._directory.fetch_keys(self._metadata)).keys
        except Unavailable as problem:
            return failed(name, what, str(problem), REACH.format(authority=self._directory.hosts.authority))
        fitting = [key for key in keys if key.fits("RS256")]
        if not fitting:
            return failed(name, what, "there is no key for RS256", "Look at status.cloud.microsoft.")
        return passed(name, what, f"{counted(len(fitting), 'key')} for RS256")

    async def _credentials(self) -> AsyncIterator[Check]:
        """One item for each credential and directory: of two secrets, each is tried."""
        what = "Entra takes Doorward's {credential}"
        if self._metadata is None:
            yield not_checked("credential", what.format(credential="credentials"))
            return
        tenant_id = self._metadata.tenant_id
        for each in [tenant_id] if tenant_id else [t.lower() for t in self._settings.allowed_tenants]:
            url = token_endpoint_of(self._directory.hosts, each)
            answers = await self._directory.endpoint.ask_with_each(url, question(self._directory.hosts))
            for number, (credential, answer) in enumerate(answers.items(), start=1):
                name = f"credential-{number}" if len(answers) > 1 else "credential"
                said = what.format(credential=credential) + ("" if tenant_id else f" in the directory {each}")
                yield self._credential(name, said, answer, each)

    def _credential(
        self, name: str, what: str, answer: Mapping[str, object] | Said | Unanswered, tenant_id: str
    ) -> Check:
        if isinstance(answer, Said):
            return _refused(name, what, answer)
        try:
            if isinstance(answer, Unanswered):
                raise answer
            token, _ = read_application_token(answer)
        except Unanswered as problem:
            return failed(name, what, str(problem), "Try again in a minute.")
        self._tokens.setdefault(tenant_id, token)
        return passed(name, what, "it gave a token for Microsoft Graph")

    async def _permission(self, permission: ApplicationPermission) -> Check:
        name, what = permission.name, f"Doorward has the application permission {permission.name}"
        graphs = self._graphs()
        if not graphs:
            return not_checked(name, what)
        for graph in graphs:
            try:
                await graph.get(permission.probe)
            except GraphRefused as problem:
                if problem.status != 403:
                    return warning(name, what, str(problem), "Try again in a minute.")
                return (failed if permission.is_demanded else warning)(
                    name,
                    what,
                    f"it is missing, or not consented to; it is needed {permission.purpose}",
                    GRANT,
                    link=self._directory.consent_url(self._callback),
                )
            except Unavailable as problem:
                return warning(name, what, str(problem), "Try again in a minute.")
        return passed(name, what, permission.purpose)

    async def _contexts(self) -> Check:
        name, what = (
            "contexts",
            "Each authentication context is demanded by an enabled Conditional Access policy",
        )
        graphs = self._graphs()
        if not graphs:
            return not_checked(name, what)
        found: dict[str, bool] = {}
        try:
            for graph in graphs:
                known = await contexts.contexts_in_use(graph)
                found |= {context: used and found.get(context, True) for context, used in known.items()}
        except Unavailable as problem:
            return not_checked(name, what, str(problem))
        bare = [context for context, used in found.items() if not used]
        if bare:
            return warning(
                name,
                what,
                f"no enabled policy refers to {', '.join(bare)}: Entra gives them to everybody who asks",
                "Let a Conditional Access policy target them (Target resources → Authentication context), or "
                "don't name them in Doorward's policies.",
            )
        if not found:
            return warning(
                name,
                what,
                "there are none",
                "Make one under Conditional Access → Authentication contexts, and publish it to apps.",
            )
        return passed(name, what, ", ".join(found))

    def _clocks(self) -> Check:
        name, what = "clock", "Entra's clock and Doorward's agree"
        said = date_of(self._answer)
        if said is None:
            return not_checked(name, what, "it does not tell its time")
        apart = abs(self._directory.clock.now() - said)
        found = f"{int(apart.total_seconds())} s apart"
        if apart <= CLOSE:
            return passed(name, what, found)
        fix = "Set the clock of Doorward's machine by NTP."
        return (warning if apart < SKEW else failed)(name, what, found, fix)

    def _graphs(self) -> list[Graph]:
        """Graph, for each directory that gave a token."""
        if self._metadata is None:
            return []
        metadata = self._metadata
        return [self._directory.graph(metadata, token, IN_THE_BACKGROUND) for token in self._tokens.values()]


def date_of(answer: Answer | None) -> datetime | None:
    """The header ``Date`` (RFC 9110 section 6.6.1)."""
    try:
        moment = parsedate_to_datetime(answer.headers["date"]) if answer else None
    except (KeyError, ValueError):
        return None
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)


def _refused(name: str, what: str, said: Said) -> Check:
    meaning = meaning_of(said.error, said.code)
    ids = f", Correlation ID {said.correlation}" if said.correlation else ""
    fix = meaning.administrator or "Look the code up at Microsoft: https://login.microsoftonline.com/error"
    return failed(name, what, f"Entra answered {said.name}{ids}", fix)
