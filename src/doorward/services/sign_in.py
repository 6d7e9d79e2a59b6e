"""Signing in: from "who are you?" to a session, and from a session to an application.

The steps on the team domain are ``begin`` (which provider?), ``with_password`` or ``depart`` and
``arrive``, then ``onward`` to the application with a one-time code; on the application's host
``enter`` turns the code into that host's own cookies.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from ipaddress import IPv4Address, IPv6Address
from typing import Final

import structlog

from doorward.envoy import names
from doorward.model.access import AccessRequest
from doorward.model.application import Application
from doorward.model.errors import Conflict, NotFound, Refused
from doorward.model.identity_provider import IdentityProvider, LocalAccounts
from doorward.model.ids import IdentityProviderId, SessionId
from doorward.model.session import ApplicationSession, Session
from doorward.policy.decision import Decision
from doorward.policy.evaluate import evaluate
from doorward.policy.launcher import visible
from doorward.ports.clock import Clock, Randomness
from doorward.ports.identity import Arrival, PasswordProvider, PinProvider, RedirectProvider
from doorward.ports.stores import Stores
from doorward.services import issue
from doorward.services.cookies import clear_cookie, set_cookie
from doorward.services.current import Current
from doorward.services.flows import Flow, Flows
from doorward.services.rate_limits import SignInLimits
from doorward.services.sealing import Seal
from doorward.services.secrets import fits, hashed
from doorward.services.tokens import Tokens

log = structlog.get_logger("services.sign_in")

CODE_LIFETIME: Final = timedelta(seconds=60)
TRANSACTION_LIFETIME: Final = timedelta(minutes=10)
TRANSACTION_COOKIE: Final = names.COOKIE_PREFIX + "signin-"
MOST_TRANSACTIONS: Final = 4
"""Sign-ins at a provider that one browser may have under way; older ones are forgotten, so that
abandoned ones do not pile up in the Cookie header."""

Provider = PasswordProvider | RedirectProvider | PinProvider


@dataclass(frozen=True, slots=True)
class Onward:
    """Where to send the browser next, with which cookies."""

    location: str
    cookies: Sequence[str] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class NotAllowed:
    """Signed in, but the application's policies say no."""

    application: Application
    decision: Decision


class SignIn:
    """The use cases of signing in. ``provider_for`` builds a provider from its settings."""

    def __init__(  # noqa: PLR0913 - it joins what a sign-in needs, once, in bootstrap
        self,
        stores: Stores,
        *,
        current: Current,
        flows: Flows,
        tokens: Tokens,
        transactions: Seal,
        provider_for: Callable[[IdentityProvider], Provider],
        limits: SignInLimits,
        authority: Callable[[str], str],
        callback: str,
        clock: Clock,
        randomness: Randomness,
    ) -> None:
        self._stores = stores
        self._current = current
        self._flows = flows
        self._tokens = tokens
        self._transactions = transactions
        self._provider_for = provider_for
        self._limits = limits
        self._authority = authority
        self._callback = callback
        self._clock = clock
        self._randomness = randomness

    def providers(self) -> Sequence[IdentityProvider]:
        """The identity providers that people may choose from."""
        return self._current.get().configuration.identity_providers

    def provider(self, provider_id: str) -> IdentityProvider:
        """Raises NotFound."""
        for provider in self.providers():
            if provider.id == provider_id:
                return provider
        raise NotFound(f"there is no identity provider {provider_id!r}")

    def applications(self) -> Sequence[Application]:
        """All applications."""
        return self._current.get().configuration.applications

    def url_of(self, application: Application) -> str:
        """Where people open the application."""
        return f"https://{self._authority(application.hostname)}/"

    def open_to(self, session: Session, *, source: IPv4Address | IPv6Address) -> Sequence[Application]:
        """The applications for the launcher: those that this person may open from there now."""
        in_force = self._current.get()
        return [
            application
            for application in in_force.configuration.applications
            if application.show_in_launcher
            and visible(in_force.compiled[application.id], session.identity, source)
        ]

    def application_of(self, flow: Flow | None) -> Application | None:
        """The application that a flow leads to, if it still exists."""
        if flow is None:
            return None
        try:
            return self._current.get().configuration.application(flow.application)
        except NotFound:
            return None

    async def session(self, secret: str) -> Session | None:
        """The live session whose cookie this is."""
        if not secret:
            return None
        try:
            session = await self._stores.sessions.by_secret(hashed(secret))
        except NotFound:
            return None
        return session if session.is_live(self._clock.now()) else None

    async def with_password(
        self, provider: IdentityProvider, *, email: str, password: str, visit: Visit
    ) -> Onward:
        """Sign in by password.

        Raises Refused for wrong credentials; TooMany when there were too many such attempts.
        """
        if not isinstance(provider.settings, LocalAccounts):
            raise Refused("this identity provider takes no password here")
        checker = self._provider_for(provider)
        if not isinstance(checker, PasswordProvider):
            raise Refused("this identity provider takes no password here")
        self._limits.check(email, visit.source)
        try:
            identity = await checker.check(email=email, password=password)
        except Refused:
            self._limits.failed(email, visit.source)
            log.info("sign-in failed", identity_provider=provider.id, source=str(visit.source))
            raise
        return await self._signed_in(Arrival(identity=identity), visit)

    async def depart(
        self, provider: IdentityProvider, *, flow: Flow | None, pending: Sequence[str]
    ) -> Onward:
        """Send the browser to a redirect provider. ``pending`` are its transaction cookies' names.

        Raises Unavailable when the provider cannot be reached.
        """
        redirecting = self._provider_for(provider)
        if not isinstance(redirecting, RedirectProvider):
            raise Refused("this identity provider asks for a password here")
        departure = await redirecting.depart(callback=self._callback)
        sealed = self._transactions.close(
            {
                "provider": provider.id,
                "state": departure.state,
                "transaction": json.dumps(dict(departure.transaction)),
                "flow": self._flows.sealed(flow) if flow else "",
            }
        )
        cookies = [clear_cookie(name) for name in pending[MOST_TRANSACTIONS - 1 :]]
        name = TRANSACTION_COOKIE + _short(departure.state)
        cookies.append(set_cookie(name, sealed, lifetime=TRANSACTION_LIFETIME))
        return Onward(departure.url, cookies)

    async def arrive(
        self, answer: Mapping[str, str], *, cookies: Mapping[str, str], visit: Visit
    ) -> tuple[Onward, Flow | None]:
        """Come back from a redirect provider: a session, and the flow to go on with.

        The state in the answer must be that of a sign-in that this very browser began, and that was
        not used before. Which provider it was comes from there, never from the answer (RFC 9700
        section 4.4, mix-up).

        Raises Refused and Unavailable as the provider does.
        """
        state = answer.get("state", "")
        name = TRANSACTION_COOKIE + _short(state)
        sealed = cookies.get(name, "")
        if not state or not sealed:
            raise Refused("this sign-in was not begun in this browser, or too long ago; start again")
        values = self._transactions.open(sealed)
        if not fits(values["state"], hashed(state)):
            raise Refused("this sign-in was not begun in this browser; start again")
        await self._use_once(state)
        redirecting = self._provider_for(self.provider(IdentityProviderId(values["provider"])))
        if not isinstance(redirecting, RedirectProvider):
            raise Refused("the identity provider has changed meanwhile; start again")
        arrival = await redirecting.arrive(
            callback=self._callback, transaction=json.loads(values["transaction"]), answer=answer
        )
        flow = self._flows.opened(values["flow"]) if values["flow"] else None
        onward = await self._signed_in(arrival, visit)
        return Onward(onward.location, [*onward.cookies, clear_cookie(name)]), flow

    async def _use_once(self, state: str) -> None:
        """Raises Refused when this state was used before."""
        now = self._clock.now()
        key = hashed(f"state {state}")
        try:
            await self._stores.one_time_values.put(key, "", expires=now + TRANSACTION_LIFETIME)
        except Conflict as error:
            raise Refused("this sign-in was finished already; start again") from error

    async def _signed_in(self, arrival: Arrival, visit: Visit) -> Onward:
        """A new session, under a new secret."""
        now = self._clock.now()
        identity = arrival.identity
        lifetime = self._current.get().configuration.session_duration
        secret = self._randomness.token()
        session = Session(
            id=SessionId(self._randomness.identifier()),
            identity=replace(identity, contexts=frozenset()),
            created=now,
            expires=now + lifetime,
            source=str(visit.source),
            user_agent=visit.user_agent[:200],
            contexts=dict.fromkeys(identity.contexts, now),
            authenticated=arrival.authenticated,
            provider_session=arrival.provider_session,
            checked=now,
        )
        await self._stores.sessions.create(
            session, secret_hash=hashed(secret), refresh_token=arrival.refresh_token
        )
        log.info(
            "signed in",
            person=identity.email,
            session=session.id,
            identity_provider=identity.identity_provider,
            source=session.source,
        )
        cookie = set_cookie(names.SESSION_COOKIE, secret, lifetime=lifetime)
        return Onward("", [cookie])

    async def onward(
        self, session: Session, flow: Flow, *, source: IPv4Address | IPv6Address
    ) -> Onward | NotAllowed:
        """From a session to the application of ``flow``: a one-time code for its host, or a refusal.

        Raises NotFound when the application is gone.
        """
        in_force = self._current.get()
        application = in_force.configuration.application(flow.application)
        request = AccessRequest(application=application.id, source=source, identity=session.identity)
        decision = evaluate(in_force.compiled[application.id], request)
        if not decision.allowed:
            log.info(
                "access denied",
                person=session.identity.email,
                application=application.id,
                reason=",".join(decision.reasons),
                source=str(source),
            )
            return NotAllowed(application, decision)
        code = self._randomness.token()
        value = json.dumps(
            {
                "session": session.id,
                "application": application.id,
                "target": flow.target,
                "binding": flow.binding,
            }
        )
        expires = self._clock.now() + CODE_LIFETIME
        await self._stores.one_time_values.put(hashed(code), value, expires=expires)
        home = self.url_of(application).removesuffix("/")
        return Onward(f"{home}{names.ACCESS_PATH}authorized?code={code}")

    async def enter(self, hostname: str, *, code: str, flow_secret: str) -> Onward:
        """On the application's host: the code becomes a foothold and a token, once, in the browser
        that began the flow.

        Raises Refused when the code does not hold here.
        """
        now = self._clock.now()
        try:
            value = await self._stores.one_time_values.take(hashed(code), now=now)
        except NotFound as error:
            raise Refused("this link was used already, or is too old; start again") from error
        content = json.loads(value)
        in_force = self._current.get()
        application = in_force.by_hostname.get(hostname)
        if application is None or application.id != content["application"]:
            raise Refused("this link is for another application; start again")
        if not fits(flow_secret, content["binding"]):
            raise Refused("this sign-in was begun in another browser; start again")
        session = await self._stores.sessions.get(SessionId(content["session"]))
        if not session.is_live(now):
            raise Refused("the session has ended; start again")
        secret = self._randomness.token()
        expires = min(session.expires, now + application.session_duration)
        await self._stores.sessions.create_foothold(
            ApplicationSession(session=session.id, application=application.id, created=now, expires=expires),
            secret_hash=hashed(secret),
        )
        issued = issue.for_person(self._tokens, in_force, application, session, now=now)
        return Onward(
            content["target"],
            [
                set_cookie(names.FOOTHOLD_COOKIE, secret, lifetime=expires - now),
                set_cookie(names.TOKEN_COOKIE, issued.token, lifetime=issued.lifetime),
            ],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Who is at the door: the address and the browser's name for itself."""

    source: IPv4Address | IPv6Address
    user_agent: str = ""


def _short(state: str) -> str:
    """The part of a state that names its cookie."""
    return hashed(state)[:8]
