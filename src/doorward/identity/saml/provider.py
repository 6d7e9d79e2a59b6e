"""A SAML 2.0 identity provider, put together: away, back, and who it was."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace

from doorward.identity.saml import checks, request
from doorward.identity.saml.attributes import read_attributes
from doorward.identity.saml.conditions import Expected, check
from doorward.identity.saml.contexts import read_methods
from doorward.identity.saml.description import describe
from doorward.identity.saml.idp import Idp, read_settings
from doorward.identity.saml.moments import written
from doorward.identity.saml.person import format_of, name_id, read_person, read_subject
from doorward.identity.saml.response import read_response
from doorward.identity.saml.xml import text_of
from doorward.model.errors import Invalid, Unavailable
from doorward.model.identity_provider import Saml
from doorward.model.ids import IdentityProviderId
from doorward.ports.clock import Clock, Randomness
from doorward.ports.identity import Arrival, Check, Departure


class SamlProvider:
    """Implements ``RedirectProvider``, ``Checked`` and ``Described``. It asks nobody anything.

    Settings that cannot be used do not keep it from being made: sign-ins say what is wrong, and so does
    the checklist.
    """

    def __init__(
        self, *, id: IdentityProviderId, settings: Saml, clock: Clock, randomness: Randomness
    ) -> None:
        self._id = id
        self._settings = settings
        self._clock = clock
        self._randomness = randomness
        self._read: Idp | Invalid
        try:
            self._read = read_settings(settings)
        except Invalid as problem:
            self._read = problem

    async def depart(
        self, *, callback: str, login_hint: str = "", contexts: Sequence[str] = (), prompt: str = ""
    ) -> Departure:
        """Begin a sign-in. See ``RedirectProvider``. SAML has no place for a login hint."""
        return request.depart(
            self._idp(),
            callback=callback,
            now=self._clock.now(),
            sign=self._settings.sign_requests,
            force=self._settings.force_authentication or prompt == "login",
            randomness=self._randomness,
        )

    async def arrive(
        self, *, callback: str, transaction: Mapping[str, str], answer: Mapping[str, str]
    ) -> Arrival:
        """Finish a sign-in. See ``RedirectProvider``."""
        settings, idp = self._settings, self._idp()
        begun = request.read_transaction(transaction, answer, issuer=idp.entity_id, callback=callback)
        found = read_response(answer.get("SAMLResponse", ""), idp=idp, begun=begun)
        now = self._clock.now()
        use = check(
            found.assertion,
            Expected(
                issuer=idp.entity_id,
                callback=callback,
                now=now,
                request=begun.request,
                proven_after=begun.departed if settings.force_authentication else None,
            ),
        )
        name = name_id(found.assertion)
        subject = read_subject(name, issuer=idp.entity_id, callback=callback)
        attributes = read_attributes(found.assertion)
        return Arrival(
            identity=replace(
                read_person(self._id, settings, name, attributes, subject=subject),
                methods=read_methods(found.assertion),
            ),
            authenticated=use.authenticated,
            provider_session=use.session,
            raw={
                "issuer": idp.entity_id,
                "name_id": text_of(name),
                "name_id_format": format_of(name),
                "session_index": use.session,
                "authenticated": written(use.authenticated),
                "issued": found.issued,
                "arrived": written(now),
                "attributes": attributes.shown(),
            },
        )

    def checklist(self, *, callback: str) -> AsyncIterator[Check]:
        """See ``Checked``."""
        return checks.checklist(
            self._settings,
            self._read,
            callback=callback,
            now=self._clock.now(),
            try_depart=lambda: self.depart(callback=callback),
        )

    def arrival_checks(self, arrival: Arrival) -> Sequence[Check]:
        """See ``Checked``."""
        return checks.arrival_checks(self._settings, arrival)

    def description(self, *, callback: str) -> bytes:
        """See ``Described``."""
        certificate = self._read.certificate if isinstance(self._read, Idp) else None
        return describe(
            callback=callback, signs_requests=self._settings.sign_requests, certificate=certificate
        )

    def _idp(self) -> Idp:
        """Raises Unavailable when the settings cannot be used now."""
        if isinstance(self._read, Invalid):
            raise Unavailable(f"The identity provider is wrongly set up: {self._read}.")
        if self._read.valid_until is not None and self._clock.now() >= self._read.valid_until:
            raise Unavailable(
                f"The identity provider's metadata was good until {written(self._read.valid_until)}. "
                "An administrator can give its new metadata."
            )
        return self._read
