"""Explanations: why somebody may open an application, or may not, as a tree of all that was looked at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from doorward.model.access import AccessRequest, Identity, canonical_email
from doorward.model.application import Application
from doorward.model.errors import NotFound
from doorward.model.identity_provider import IdentityProvider
from doorward.model.ids import ApplicationId, IdentityProviderId, SessionId
from doorward.model.session import Session
from doorward.policy.trace import Trace, trace
from doorward.ports.clock import Clock
from doorward.ports.stores import Sessions
from doorward.services.arrivals import Admission
from doorward.services.current import Current, InForce
from doorward.services.people import accounts_of
from doorward.services.requests import Requests


@dataclass(frozen=True, slots=True, kw_only=True)
class Supposed:
    """Facts that are taken for granted in an explanation, instead of what is known of the person."""

    identity_provider: IdentityProviderId | None = None
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """``whose`` says where the facts about the person come from, in a sentence."""

    application: Application
    whose: str
    request: AccessRequest
    trace: Trace


class Explanations:
    """The administrator's question "may this person open that?"."""

    def __init__(
        self,
        sessions: Sessions,
        *,
        current: Current,
        requests: Requests,
        admission: Admission,
        provider_for: Callable[[IdentityProvider], object],
        clock: Clock,
    ) -> None:
        self._sessions = sessions
        self._current = current
        self._requests = requests
        self._admission = admission
        self._provider_for = provider_for
        self._clock = clock

    async def of_person(
        self,
        email: str,
        application_id: str,
        *,
        source: IPv4Address | IPv6Address,
        method: str = "GET",
        target: str = "/",
        supposed: Supposed | None = None,
    ) -> Sequence[Explanation]:
        """One explanation for each way in which somebody with this address is known: by each identity
        provider through which they are signed in, else by each that has an account of theirs.

        ``supposed`` asks about somebody of whom only that is so.

        Raises:
            Invalid: a malformed address.
            NotFound: there is no such application, or nobody is known by this address.
        """
        address = canonical_email(email, field="email")
        in_force = self._current.get()
        application = in_force.configuration.application(ApplicationId(application_id))
        found: list[Explanation] = []
        for session, whose in await self._known(in_force, address, source, supposed):
            request = await self._requests.of(
                in_force, application, source=source, session=session, method=method, target=target
            )
            result = trace(in_force.compiled[application.id], request)
            found.append(Explanation(application=application, whose=whose, request=request, trace=result))
        return found

    async def _known(
        self,
        in_force: InForce,
        email: str,
        source: IPv4Address | IPv6Address,
        supposed: Supposed | None,
    ) -> Sequence[tuple[Session, str]]:
        if supposed is not None:
            return [(self._as_if(_supposed(in_force, email, supposed), source), "Facts as you gave them.")]
        live = await self._sessions.listed(email=email, now=self._clock.now())
        if live:
            newest: dict[tuple[str, str], Session] = {}
            for session in reversed(live):
                newest[session.identity.identity_provider, session.identity.subject] = session
            return [(session, f"Signed in (session {session.id}).") for session in newest.values()]
        accounts = [
            (
                self._as_if(await self._admission.admitted(person), source),
                "Not signed in; as their account says.",
            )
            for person in accounts_of(in_force, self._provider_for, email)
        ]
        if not accounts:
            raise NotFound(
                f"nobody is signed in as {email}, and no local account has that address: name the groups "
                "that they would come with (--group), or ask again when they have signed in"
            )
        return accounts

    def _as_if(self, identity: Identity, source: IPv4Address | IPv6Address) -> Session:
        """A session as it would be if they signed in now. It is kept nowhere."""
        now = self._clock.now()
        duration = self._current.get().configuration.session_duration
        return Session(
            id=SessionId("(none)"), identity=identity, created=now, expires=now + duration, source=str(source)
        )


def _supposed(in_force: InForce, email: str, supposed: Supposed) -> Identity:
    providers = [provider.id for provider in in_force.configuration.identity_providers]
    provider = supposed.identity_provider
    if provider is None and len(providers) == 1:
        provider = providers[0]
    if provider not in providers:
        named = ", ".join(providers) or "(there are none)"
        raise NotFound(f"say by which identity provider they would sign in (--idp): {named}")
    return Identity(identity_provider=provider, subject=email, email=email, groups=supposed.groups)
