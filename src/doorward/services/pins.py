"""Signing in by a code that is mailed: an address in, a code by mail, the code in, a session.

Rule: what a person sees, and how long it takes, is the same for every address. Whether a mail goes
out is decided beside the answer, and it is sent behind it.
Rule: a code is six digits, lives ten minutes, works once, in the browser that asked for it, and is
gone after five wrong ones. Only its hash is kept, and that is made with the browser's secret, so
that who reads the database cannot find the code by trying all of them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Protocol

import structlog

from doorward.envoy import names
from doorward.model.access import AccessRequest, Identity, canonical_email
from doorward.model.errors import AccessError, NotFound, Refused
from doorward.model.identity_provider import IdentityProvider
from doorward.policy.could_admit import could_admit
from doorward.ports.clock import Clock, Randomness
from doorward.ports.identity import Arrival, PinProvider
from doorward.ports.stores import OneTimeValues
from doorward.services.arrivals import Onward, Visit
from doorward.services.background import Background
from doorward.services.cookies import clear_cookie, set_cookie
from doorward.services.current import Current
from doorward.services.rate_limits import MailLimits, SignInLimits
from doorward.services.sealing import Seal
from doorward.services.secrets import fits, hashed

log = structlog.get_logger("services.pins")

LIFETIME: Final = timedelta(minutes=10)
TRIES: Final = 5
DIGITS: Final = 6
COOKIE: Final = names.COOKIE_PREFIX + "pin"


class SignsIn(Protocol):
    """What a proof of who somebody is ends with."""

    async def signed_in(self, arrival: Arrival, visit: Visit) -> Onward:
        """A session, and its cookie. Raises SignInRefused for somebody who was shut out."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A code that a browser asked for: at which provider, for whom. ``secret`` is that browser's."""

    provider: str
    email: str
    secret: str = field(repr=False)

    @property
    def key(self) -> str:
        """Under which it is kept."""
        return hashed(f"pin {self.secret}")

    def proof(self, pin: str) -> str:
        """What is compared, and what is kept the hash of."""
        return f"{self.secret} {self.provider} {self.email} {pin}"


class WrongPin(Refused):
    """The code is not the one that was sent. ``left`` is how often it may be tried still."""

    def __init__(self, left: int) -> None:
        super().__init__("that is not the code that was sent")
        self.left = left


class Pins:
    """The use cases of one-time PINs. ``place`` is the host whose sign-in it is, ``seal`` is for the
    browser's cookie; mails are sent by ``background``."""

    def __init__(  # noqa: PLR0913 - it joins what a sign-in needs, once, in bootstrap
        self,
        one_time_values: OneTimeValues,
        *,
        current: Current,
        arrivals: SignsIn,
        provider_for: Callable[[IdentityProvider], object],
        background: Background,
        limits: SignInLimits,
        mails: MailLimits,
        seal: Seal,
        place: str,
        clock: Clock,
        randomness: Randomness,
    ) -> None:
        self._one_time_values = one_time_values
        self._current = current
        self._arrivals = arrivals
        self._provider_for = provider_for
        self._background = background
        self._limits = limits
        self._mails = mails
        self._seal = seal
        self._place = place
        self._clock = clock
        self._randomness = randomness

    async def ask(self, provider: IdentityProvider, *, email: str, visit: Visit) -> Onward:
        """Ask for a code. The answer is a cookie, and says nothing about the address.

        Raises:
            Invalid: this is no address at all.
            Refused: the provider sends no codes.
            TooMany: too many were asked for.
            Unavailable: more mails are waiting to be sent than can be.
        """
        address = canonical_email(email)
        adapter = self._adapter(provider)
        self._mails.ask(address, visit.source)
        asked = Asked(provider=provider.id, email=address, secret=self._randomness.token())
        # Where no mail goes out there is no code either: what is kept then fits nothing that a
        # person could type.
        pin = self._pin()
        admitted = self._could_admit(provider, address, visit)
        proof = asked.proof(pin if admitted else self._randomness.token())
        await self._keep(asked, hashed(proof), left=TRIES, expires=self._clock.now() + LIFETIME)
        self._background.begin(partial(self._send, adapter, asked, pin if admitted else ""))
        sealed = self._seal.close({"provider": provider.id, "email": address, "secret": asked.secret})
        return Onward("", [set_cookie(COOKIE, sealed, lifetime=LIFETIME)])

    def asked(self, cookie: str) -> Asked | None:
        """What this browser asked for, as its cookie tells; None when that is too long ago."""
        if not cookie:
            return None
        try:
            values = self._seal.open(cookie)
        except Refused:
            return None
        return Asked(provider=values["provider"], email=values["email"], secret=values["secret"])

    async def answer(self, asked: Asked, *, pin: str, visit: Visit) -> Onward:
        """Sign in with the code.

        Raises:
            WrongPin: it is another one, and may be tried again.
            NotFound: it was used, tried too often, or has expired; or the provider is gone.
            TooMany: too many codes were wrong.
            SignInRefused: the person was shut out.
        """
        provider = self._provider(asked.provider)
        adapter = self._adapter(provider)
        self._limits.check(asked.email, visit.source)
        # Taken out whole and put back with one try less: of two attempts at the same time, one finds
        # nothing, so that nobody gets more than five by being quick.
        kept = json.loads(await self._one_time_values.take(asked.key, now=self._clock.now()))
        if not fits(asked.proof(_typed(pin)), kept["hash"]):
            await self._wrong(asked, kept, visit)
        log.info("code accepted", person=asked.email, identity_provider=provider.id)
        arrival = Arrival(identity=adapter.identity(asked.email), authenticated=self._clock.now())
        onward = await self._arrivals.signed_in(arrival, visit)
        return Onward(onward.location, [*onward.cookies, clear_cookie(COOKIE)])

    async def _wrong(self, asked: Asked, kept: dict[str, str], visit: Visit) -> None:
        self._limits.failed(asked.email, visit.source)
        left = int(kept["left"]) - 1
        log.info("code wrong", identity_provider=asked.provider, source=str(visit.source), left=left)
        if left <= 0:
            raise NotFound("the code was wrong too often; ask for a new one")
        expires = datetime.fromisoformat(kept["expires"])
        await self._keep(asked, kept["hash"], left=left, expires=expires)
        raise WrongPin(left)

    async def _keep(self, asked: Asked, proof_hash: str, *, left: int, expires: datetime) -> None:
        value = json.dumps({"hash": proof_hash, "left": str(left), "expires": expires.isoformat()})
        await self._one_time_values.put(asked.key, value, expires=expires)

    async def _send(self, adapter: PinProvider, asked: Asked, pin: str) -> None:
        """Send the mail if there is one to send."""
        if not pin:
            log.info("no code sent: nobody could be let in", identity_provider=asked.provider)
            return
        try:
            await adapter.send(email=asked.email, pin=pin, place=self._place)
        except AccessError as error:
            log.error(  # noqa: TRY400 - the traceback would hold the message, and with it the code
                "a code could not be sent",
                person=asked.email,
                identity_provider=asked.provider,
                problem=str(error),
            )
        else:
            log.info("code sent", person=asked.email, identity_provider=asked.provider)

    def _pin(self) -> str:
        return f"{self._randomness.number(10**DIGITS):0{DIGITS}}"

    def _could_admit(self, provider: IdentityProvider, email: str, visit: Visit) -> bool:
        """Whether any application might let this address in. All are looked at, whatever comes out."""
        in_force = self._current.get()
        found = [
            could_admit(
                in_force.compiled[application.id],
                AccessRequest(
                    application=application.id,
                    source=visit.source,
                    identity=Identity(identity_provider=provider.id, subject=email, email=email),
                ),
            )
            for application in in_force.configuration.applications
        ]
        return any(found)

    def _provider(self, provider_id: str) -> IdentityProvider:
        for provider in self._current.get().configuration.identity_providers:
            if provider.id == provider_id:
                return provider
        raise NotFound(f"there is no identity provider {provider_id!r}")

    def _adapter(self, provider: IdentityProvider) -> PinProvider:
        adapter = self._provider_for(provider)
        if not isinstance(adapter, PinProvider):
            raise Refused("this identity provider sends no codes")
        return adapter


def _typed(pin: str) -> str:
    """The digits of what was typed or pasted, which may hold blanks or hyphens."""
    return "".join(sign for sign in pin if sign.isascii() and sign.isdigit())[: DIGITS + 1]
