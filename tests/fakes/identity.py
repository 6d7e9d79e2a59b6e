"""Identity providers that vouch for whom a test says, without any network or hashing."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from doorward.model.access import Identity
from doorward.model.errors import AccessError, Refused, Unavailable
from doorward.model.ids import IdentityProviderId
from doorward.ports.identity import Arrival, Departure

WRONG = "The email address or the password is wrong."


class FakePasswordProvider:
    """Knows the people that ``add`` named."""

    def __init__(self) -> None:
        self.checked: list[str] = []
        self._people: dict[tuple[str, str], Identity] = {}

    def add(self, identity: Identity, *, password: str) -> None:
        self._people[identity.email, password] = identity

    def disable(self, email: str) -> None:
        """From now on nobody has this address."""
        self._people = {key: found for key, found in self._people.items() if key[0] != email}

    def person(self, email: str) -> Identity:
        for identity in self._people.values():
            if identity.email == email:
                return identity
        raise Refused(WRONG)

    async def check(self, *, email: str, password: str) -> Identity:
        self.checked.append(email)
        try:
            return self._people[email, password]
        except KeyError:
            raise Refused(WRONG) from None


class FakeRedirectProvider:
    """Vouches for ``person`` when its own state comes back with the code ``good``.

    ``answer`` gives the query that a browser would bring to the callback. ``fault`` is raised by
    both methods while it is set.
    """

    def __init__(self, person: Identity, *, url: str = "https://idp.example.com/authorize") -> None:
        self.person = person
        self.fault: AccessError | None = None
        self.hints: list[str] = []
        self.prompts: list[str] = []
        self.contexts: list[Sequence[str]] = []
        self._url = url
        self._departures = 0

    def answer(self, departure: Departure, *, code: str = "good") -> dict[str, str]:
        return {"state": departure.state, "code": code}

    async def depart(
        self, *, callback: str, login_hint: str = "", contexts: Sequence[str] = (), prompt: str = ""
    ) -> Departure:
        self._raise_fault()
        self._departures += 1
        self.hints.append(login_hint)
        self.prompts.append(prompt)
        self.contexts.append(contexts)
        state = f"state-{self._departures}"
        query = urlencode({"redirect_uri": callback, "state": state})
        return Departure(
            url=f"{self._url}?{query}", state=state, transaction={"state": state, "callback": callback}
        )

    async def arrive(
        self, *, callback: str, transaction: Mapping[str, str], answer: Mapping[str, str]
    ) -> Arrival:
        self._raise_fault()
        if transaction.get("callback") != callback or transaction.get("state") != answer.get("state"):
            raise Refused("This sign-in does not belong to this browser. Start again.")
        if answer.get("code") != "good":
            raise Refused("The identity provider refused the sign-in.")
        return Arrival(identity=self.person)

    def _raise_fault(self) -> None:
        if self.fault is not None:
            raise self.fault

    def fail(self) -> None:
        """From now on be as a provider that does not answer."""
        self.fault = Unavailable("The identity provider does not answer.")


class FakePinProvider:
    """Keeps the mails it was asked to send, as pairs of address and code. ``fault`` is raised while it
    is set; ``gate`` holds every mail back while it is there and closed."""

    def __init__(self, provider: IdentityProviderId) -> None:
        self.mails: list[tuple[str, str]] = []
        self.fault: AccessError | None = None
        self.gate: asyncio.Event | None = None
        self._provider = provider

    async def send(self, *, email: str, pin: str, place: str) -> None:
        if self.gate is not None:
            await self.gate.wait()
        if self.fault is not None:
            raise self.fault
        self.mails.append((email, pin))

    def identity(self, email: str) -> Identity:
        methods = frozenset({"otp"})
        return Identity(identity_provider=self._provider, subject=email, email=email, methods=methods)
