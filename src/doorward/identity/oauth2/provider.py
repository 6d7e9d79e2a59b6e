"""A service that speaks OAuth 2.0, put together: away, back, and who it was."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta

import httpx

from doorward.identity.groups.paging import Unwilling
from doorward.identity.oauth2.checklist import checklist
from doorward.identity.oauth2.redeeming import redeem
from doorward.identity.oauth2.services import service_of
from doorward.identity.oidc.authorization import (
    LONGEST_HINT,
    Transaction,
    code_of,
    proof_key,
    read_transaction,
)
from doorward.identity.oidc.fetching import PATIENCE, Fetcher
from doorward.model.access import Identity
from doorward.model.errors import SignInRefused
from doorward.model.identity_provider import OAuth2
from doorward.model.ids import IdentityProviderId
from doorward.ports.clock import Randomness
from doorward.ports.identity import Arrival, Check, Departure

UNWILLING = frozenset({401, 403, 404})
"""How an API says no to a person's own token; everything else is its own trouble."""


class OAuth2Provider:
    """Implements ``RedirectProvider`` and ``Checked``. ``client`` is the caller's to close.

    Raises:
        Invalid: there is no such service, or one of its addresses may not be called.
    """

    def __init__(
        self,
        *,
        id: IdentityProviderId,
        settings: OAuth2,
        client: httpx.AsyncClient,
        randomness: Randomness,
        patience: timedelta = PATIENCE,
    ) -> None:
        self._id = id
        self._settings = settings
        self._service = service_of(settings)
        self._randomness = randomness
        self._fetcher = Fetcher(client, patience=patience)

    async def depart(
        self, *, callback: str, login_hint: str = "", contexts: Sequence[str] = (), prompt: str = ""
    ) -> Departure:
        """Begin a sign-in. See ``RedirectProvider``."""
        endpoints = self._service.endpoints
        transaction = Transaction(
            # No service names an issuer; where people were sent says whose answer it must be.
            issuer=endpoints.authorize,
            callback=callback,
            state=self._randomness.token(),
            nonce=self._randomness.token(),  # nothing brings it back here: there is no ID token
            verifier=self._randomness.token(),
        )
        query = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": callback,
            "scope": " ".join(endpoints.scopes),
            "state": transaction.state,
            **proof_key(transaction.verifier),
            **endpoints.prompts.get(prompt, {}),
        }
        if endpoints.login_hint and login_hint and len(login_hint) <= LONGEST_HINT:
            query[endpoints.login_hint] = login_hint
        url = httpx.URL(endpoints.authorize).copy_merge_params(query)
        return Departure(url=str(url), state=transaction.state, transaction=transaction.as_mapping())

    async def arrive(
        self, *, callback: str, transaction: Mapping[str, str], answer: Mapping[str, str]
    ) -> Arrival:
        """Finish a sign-in. See ``RedirectProvider``."""
        endpoints = self._service.endpoints
        begun = read_transaction(transaction, answer, issuer=endpoints.authorize, callback=callback)
        granted = await redeem(
            self._settings,
            endpoints,
            code=code_of(answer),
            callback=callback,
            verifier=begun.verifier,
            fetcher=self._fetcher,
        )
        try:
            person = await self._service.person(granted.access_token, granted.scopes, self._fetcher)
        except Unwilling as no:
            if no.answer.status in UNWILLING:
                raise _not_told(endpoints.name, no) from None
            raise
        identity = Identity(
            identity_provider=self._id,
            subject=person.subject,
            email=person.email,
            name=person.name,
            groups=frozenset(person.groups),
            claims=person.claims,
        )
        return Arrival(identity=identity, group_names=person.groups, raw=person.raw)

    def checklist(self, *, callback: str) -> AsyncIterator[Check]:
        """Test the set-up. See ``Checked``."""
        return checklist(self._settings, self._service.endpoints, callback=callback, fetcher=self._fetcher)

    def arrival_checks(self, arrival: Arrival) -> Sequence[Check]:
        """What a test sign-in showed. See ``Checked``."""
        return self._service.arrival_checks(arrival)


def _not_told(name: str, no: Unwilling) -> SignInRefused:
    return SignInRefused(
        f"{name} does not tell Doorward who you are.",
        advice="Sign in again, and allow everything that is asked for.",
        administrator=f"{no} Compare the application's permissions with the access file's reference.",
        code=f"status_{no.answer.status}",
    )
