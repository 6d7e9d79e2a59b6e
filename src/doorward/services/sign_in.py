"""Signing in on the team domain: by password, or at a provider and back.

What follows is elsewhere: ``arrivals`` makes the session, ``entering`` leads on to the application.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final, Protocol

import structlog

from doorward.envoy import names
from doorward.model.access import Identity
from doorward.model.application_options import SameSite
from doorward.model.errors import Conflict, NotFound, Refused, Unavailable
from doorward.model.identity_provider import IdentityProvider, LocalAccounts
from doorward.model.ids import IdentityProviderId
from doorward.ports.clock import Clock
from doorward.ports.identity import (
    Arrival,
    Check,
    Checked,
    GroupDirectory,
    PasswordProvider,
    PinProvider,
    RedirectProvider,
)
from doorward.ports.stores import OneTimeValues
from doorward.services.arrivals import Onward, Visit
from doorward.services.cookies import clear_cookie, set_cookie
from doorward.services.current import Current
from doorward.services.flows import Flow, Flows
from doorward.services.rate_limits import SignInLimits
from doorward.services.sealing import Seal
from doorward.services.secrets import fits, hashed

log = structlog.get_logger("services.sign_in")

TRANSACTION_LIFETIME: Final = timedelta(minutes=10)
TRANSACTION_COOKIE: Final = names.COOKIE_PREFIX + "signin-"
MOST_NAMED: Final = 100
"""Groups whose names are looked up for a trial."""
MOST_TRANSACTIONS: Final = 4
"""Sign-ins at a provider that one browser may have under way; older ones are forgotten, so that
abandoned ones do not pile up in the Cookie header."""

Provider = PasswordProvider | RedirectProvider | PinProvider


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """Why a browser goes to a provider.

    ``flow`` is where it goes afterwards. ``contexts`` are authentication contexts to satisfy.
    ``trial`` is the ticket of a trial, which makes no session.
    """

    flow: Flow | None = None
    contexts: Sequence[str] = ()
    login_hint: str = ""
    prompt: str = ""
    trial: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """A browser that came back: its provider and errand, who it is, and the cookie to forget."""

    provider: IdentityProvider
    arrival: Arrival
    flow: Flow | None
    trial: str
    cookies: Sequence[str]


class AfterPassword(Protocol):
    """What a right password leads to."""

    async def after_password(self, provider: IdentityProvider, identity: Identity, visit: Visit) -> Onward:
        """A session, or the page that asks for more."""
        ...


class SignIn:
    """The use cases of signing in. ``provider_for`` builds a provider from its settings."""

    def __init__(  # noqa: PLR0913 - it joins what a sign-in needs, once, in bootstrap
        self,
        one_time_values: OneTimeValues,
        *,
        current: Current,
        after_password: AfterPassword,
        flows: Flows,
        transactions: Seal,
        provider_for: Callable[[IdentityProvider], Provider],
        limits: SignInLimits,
        callback: str,
        clock: Clock,
    ) -> None:
        self._one_time_values = one_time_values
        self._current = current
        self._after_password = after_password
        self._flows = flows
        self._transactions = transactions
        self._provider_for = provider_for
        self._limits = limits
        self._callback = callback
        self._clock = clock

    def providers(self) -> Sequence[IdentityProvider]:
        """All identity providers."""
        return self._current.get().configuration.identity_providers

    def providers_for(self, flow: Flow | None) -> Sequence[IdentityProvider]:
        """The identity providers by which people are asked to sign in for the application of ``flow``."""
        application = self._current.get().by_id.get(flow.application) if flow else None
        if application is not None and application.sign_in_with is not None:
            return [self.provider(application.sign_in_with)]
        if application is None or not application.identity_providers:
            return self.providers()
        return [p for p in self.providers() if p.id in application.identity_providers]

    def provider(self, provider_id: str) -> IdentityProvider:
        """Raises NotFound."""
        for provider in self.providers():
            if provider.id == provider_id:
                return provider
        raise NotFound(f"there is no identity provider {provider_id!r}")

    async def with_password(
        self, provider: IdentityProvider, *, email: str, password: str, visit: Visit
    ) -> Onward:
        """Sign in by password; ``location`` of the answer is empty where that was all.

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
        return await self._after_password.after_password(provider, identity, visit)

    async def depart(self, provider: IdentityProvider, errand: Errand, *, pending: Sequence[str]) -> Onward:
        """Send the browser to a redirect provider. ``pending`` are its transaction cookies' names.

        Raises Unavailable when the provider cannot be reached.
        """
        redirecting = self._provider_for(provider)
        if not isinstance(redirecting, RedirectProvider):
            raise Refused("this identity provider asks for a password here")
        departure = await redirecting.depart(
            callback=self._callback,
            login_hint=errand.login_hint,
            contexts=errand.contexts,
            prompt=errand.prompt,
        )
        sealed = self._transactions.close(
            {
                "provider": provider.id,
                "state": departure.state,
                "transaction": json.dumps(dict(departure.transaction)),
                "flow": self._flows.sealed(errand.flow) if errand.flow else "",
                "trial": errand.trial,
            }
        )
        cookies = [clear_cookie(name) for name in pending[MOST_TRANSACTIONS - 1 :]]
        name = TRANSACTION_COOKIE + _short(departure.state)
        same_site = SameSite.NONE if departure.posted else SameSite.LAX
        cookies.append(set_cookie(name, sealed, lifetime=TRANSACTION_LIFETIME, same_site=same_site))
        return Onward(departure.url, cookies)

    async def returned(self, answer: Mapping[str, str], *, cookies: Mapping[str, str]) -> Returned:
        """Read the answer of a redirect provider.

        Its state must be that of a sign-in that this very browser began, and that was not used
        before. Which provider it was comes from there, never from the answer (RFC 9700 section 4.4,
        mix-up).

        Raises Refused and Unavailable as the provider does.
        """
        state = answer.get("state", "") or answer.get("RelayState", "")
        name = TRANSACTION_COOKIE + _short(state)
        sealed = cookies.get(name, "")
        if not state or not sealed:
            raise Refused("this sign-in was not begun in this browser, or too long ago; start again")
        values = self._transactions.open(sealed)
        if not fits(values["state"], hashed(state)):
            raise Refused("this sign-in was not begun in this browser; start again")
        await self._use_once(state)
        provider = self.provider(IdentityProviderId(values["provider"]))
        redirecting = self._provider_for(provider)
        if not isinstance(redirecting, RedirectProvider):
            raise Refused("the identity provider has changed meanwhile; start again")
        arrival = await redirecting.arrive(
            callback=self._callback, transaction=json.loads(values["transaction"]), answer=answer
        )
        return Returned(
            provider=provider,
            arrival=arrival,
            flow=self._flows.opened(values["flow"]) if values["flow"] else None,
            trial=values.get("trial", ""),
            cookies=[clear_cookie(name)],
        )

    def flow_of(self, answer: Mapping[str, str], *, cookies: Mapping[str, str]) -> Flow | None:
        """Where the person was heading with whom an answer came back, if this browser still knows: for the
        page that says why it did not work."""
        state = answer.get("state", "") or answer.get("RelayState", "")
        try:
            values = self._transactions.open(cookies.get(TRANSACTION_COOKIE + _short(state), ""))
            return self._flows.opened(values["flow"]) if values["flow"] else None
        except Refused:
            return None

    def checks_of(self, returned: Returned) -> Sequence[Check]:
        """What a trial showed, item by item, where the provider can tell."""
        adapter = self._provider_for(returned.provider)
        return adapter.arrival_checks(returned.arrival) if isinstance(adapter, Checked) else ()

    async def with_names(self, returned: Returned) -> Arrival:
        """A trial's arrival, with the names of some of its groups, where the provider tells them."""
        adapter = self._provider_for(returned.provider)
        if not isinstance(adapter, GroupDirectory):
            return returned.arrival
        groups = sorted(returned.arrival.identity.groups)[:MOST_NAMED]
        try:
            return replace(returned.arrival, group_names=await adapter.group_names(groups))
        except Unavailable:
            return returned.arrival

    async def _use_once(self, state: str) -> None:
        """Raises Refused when this state was used before."""
        now = self._clock.now()
        key = hashed(f"state {state}")
        try:
            await self._one_time_values.put(key, "", expires=now + TRANSACTION_LIFETIME)
        except Conflict as error:
            raise Refused("this sign-in was finished already; start again") from error


def _short(state: str) -> str:
    """The part of a state that names its cookie."""
    return hashed(state)[:8]
