"""Between the password and the session: a second factor, where somebody has one or needs one. And
signing in with nothing but a passkey, which is both at once.

Rule: the browser holds a half sign-in, sealed, for ten minutes; it is worth nothing without a second
factor, and is used up by one.
Rule: how somebody signed in stands in the session as methods (RFC 8176), so that rules can ask
for it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

import structlog

from doorward.envoy import names
from doorward.model.access import Identity
from doorward.model.errors import Conflict, NotFound, Refused
from doorward.model.identity_provider import IdentityProvider, LocalAccounts, SecondFactor
from doorward.ports.clock import Clock, Randomness
from doorward.ports.credentials import Credentials, Held, Owner, Passkey
from doorward.ports.identity import Arrival, PasswordProvider
from doorward.ports.stores import OneTimeValues
from doorward.services.arrivals import Onward, Visit
from doorward.services.cookies import clear_cookie, set_cookie
from doorward.services.current import Current
from doorward.services.enrolment import Enrolment
from doorward.services.passkeys import Answer, Passkeys, Purpose, Question
from doorward.services.pins import SignsIn
from doorward.services.rate_limits import FactorLimits, SignInLimits
from doorward.services.sealing import Seal
from doorward.services.secrets import hashed

log = structlog.get_logger("services.second_factors")

LIFETIME: Final = timedelta(minutes=10)
COOKIE: Final = names.COOKIE_PREFIX + "half"
SECOND_FACTOR: Final = names.ACCESS_PATH + "second-factor"
SET_UP: Final = names.ACCESS_PATH + "second-factor/set-up"

WRONG_CODE: Final = "that code is wrong, too old, or was used already"


@dataclass(frozen=True, slots=True, kw_only=True)
class Half:
    """A sign-in whose password was right. ``setting_up`` says that a second factor must be set up
    first."""

    owner: Owner
    nonce: str = field(repr=False)
    setting_up: bool


class SecondFactors:
    """The use cases of second factors at sign-in."""

    def __init__(  # noqa: PLR0913 - it joins what a sign-in needs, once, in bootstrap
        self,
        credentials: Credentials,
        one_time_values: OneTimeValues,
        *,
        current: Current,
        arrivals: SignsIn,
        provider_for: Callable[[IdentityProvider], object],
        passkeys: Passkeys,
        enrolment: Enrolment,
        limits: SignInLimits,
        factor_limits: FactorLimits,
        seal: Seal,
        clock: Clock,
        randomness: Randomness,
    ) -> None:
        self._credentials = credentials
        self._one_time_values = one_time_values
        self._current = current
        self._arrivals = arrivals
        self._provider_for = provider_for
        self._passkeys = passkeys
        self._enrolment = enrolment
        self._limits = limits
        self._factor_limits = factor_limits
        self._seal = seal
        self._clock = clock
        self._randomness = randomness

    async def after_password(self, provider: IdentityProvider, identity: Identity, visit: Visit) -> Onward:
        """Go on from a right password: to a session, or to the page that asks for more."""
        owner = Owner(provider.id, identity.email)
        held = await self._credentials.held(owner)
        required = isinstance(provider.settings, LocalAccounts) and (
            provider.settings.second_factor is SecondFactor.REQUIRED
        )
        if not held.any and not required:
            return await self._signed_in(identity, ("pwd",), visit)
        sealed = self._seal.close(
            {
                "provider": provider.id,
                "email": identity.email,
                "nonce": self._randomness.token(),
                "setting up": "" if held.any else "yes",
            }
        )
        location = SECOND_FACTOR if held.any else SET_UP
        return Onward(location, [set_cookie(COOKIE, sealed, lifetime=LIFETIME)])

    def half(self, cookie: str) -> Half | None:
        """The half sign-in of this browser; None when there is none, or it is too old."""
        if not cookie:
            return None
        try:
            values = self._seal.open(cookie)
            provider = self._provider(values["provider"])
        except (Refused, NotFound):
            return None
        return Half(
            owner=Owner(provider.id, values["email"]),
            nonce=values["nonce"],
            setting_up=bool(values["setting up"]),
        )

    async def held(self, half: Half) -> Held:
        """What the person may use."""
        return await self._credentials.held(half.owner)

    def ask_passkey(self, *, browser: str, allowed: Sequence[Passkey] = ()) -> Question:
        """Ask for any passkey, as the whole sign-in; or for one of ``allowed``, after the password."""
        purpose = Purpose.SECOND if allowed else Purpose.FIRST
        return self._passkeys.ask(purpose, browser=browser, allowed=allowed)

    async def with_code(self, half: Half, *, code: str, visit: Visit) -> Onward:
        """Finish with a code from the app, or a recovery code.

        Raises:
            Refused: the code does not fit, or the half sign-in was used.
            TooMany: too many codes were wrong.
        """
        self._refuse_setting_up(half)
        self._factor_limits.check(half.owner)
        if not await self._enrolment.use_code(half.owner, code):
            self._factor_limits.failed(half.owner)
            log.info("second factor wrong", person=half.owner.email, source=str(visit.source))
            raise Refused(WRONG_CODE)
        return await self._finished(half, ("pwd", "otp", "mfa"), visit)

    async def with_passkey(self, half: Half, answer: Answer, *, visit: Visit) -> Onward:
        """Finish with a passkey. Raises Refused when it does not fit."""
        self._refuse_setting_up(half)
        passkey = await self._passkeys.answered(Purpose.SECOND, answer)
        if passkey.owner != half.owner:
            raise Refused("that passkey belongs to another account")
        return await self._finished(half, ("pwd", *passkey.methods, "mfa"), visit)

    async def passkey_only(self, provider: IdentityProvider, answer: Answer, *, visit: Visit) -> Onward:
        """Sign in with nothing but a passkey, which has made sure of the person itself.

        Raises:
            Refused: it does not fit, always with the same words.
            TooMany: too many from this network did not.
        """
        self._limits.check("(passkey)", visit.source)
        try:
            passkey = await self._passkeys.answered(Purpose.FIRST, answer)
            if passkey.owner.provider != provider.id:
                raise Refused("that passkey belongs to another provider's account")
            identity = self._person(provider, passkey.owner)
        except Refused:
            self._limits.failed("(passkey)", visit.source)
            log.info("passkey refused", identity_provider=provider.id, source=str(visit.source))
            raise
        return await self._signed_in(identity, (*passkey.methods, "mfa"), visit)

    async def set_up(self, half: Half, *, how: Collection[str], visit: Visit) -> Onward:
        """Finish for somebody who has just set up a second factor, ``how`` being its methods.

        Raises Refused when the half sign-in was used.
        """
        return await self._finished(half, ("pwd", *how, "mfa"), visit)

    async def _finished(self, half: Half, how: Collection[str], visit: Visit) -> Onward:
        key = hashed(f"half {half.nonce}")
        expires = self._clock.now() + LIFETIME
        try:
            await self._one_time_values.put(key, "", expires=expires)
        except Conflict as error:
            raise Refused("this sign-in was finished already; start again") from error
        self._factor_limits.forget(half.owner)
        identity = self._person(self._provider(half.owner.provider), half.owner)
        onward = await self._signed_in(identity, how, visit)
        return Onward(onward.location, [*onward.cookies, clear_cookie(COOKIE)])

    async def _signed_in(self, identity: Identity, how: Collection[str], visit: Visit) -> Onward:
        proven = replace(identity, methods=frozenset(how))
        arrival = Arrival(identity=proven, authenticated=self._clock.now())
        return await self._arrivals.signed_in(arrival, visit)

    def _refuse_setting_up(self, half: Half) -> None:
        if half.setting_up:
            raise Refused("a second factor must be set up first; start again")

    def _person(self, provider: IdentityProvider, owner: Owner) -> Identity:
        """The account as it is now. Raises Refused when it is gone or disabled."""
        adapter = self._provider_for(provider)
        if not isinstance(adapter, PasswordProvider):
            raise Refused("this identity provider keeps no accounts here")
        return adapter.person(owner.email)

    def _provider(self, provider_id: str) -> IdentityProvider:
        for provider in self._current.get().configuration.identity_providers:
            if provider.id == provider_id:
                return provider
        raise NotFound(f"there is no identity provider {provider_id!r}")
