"""Passkeys (WebAuthn level 3): what the browser is asked, and whether its answer holds.

Rule: a challenge is for one purpose, one browser, a few minutes and one use.
Rule: the answer must come from the team domain's origin, port included, and be made for the team
domain; there are no others.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Final

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from doorward.model.errors import Conflict, NotFound, Refused
from doorward.ports.clock import Clock, Randomness
from doorward.ports.credentials import Credentials, Owner, Passkey
from doorward.ports.stores import OneTimeValues
from doorward.services.sealing import Seal
from doorward.services.secrets import fits, hashed

LIFETIME: Final = timedelta(minutes=10)
PATIENCE: Final = 5 * 60 * 1000
"""Milliseconds that the browser gives a person to find their passkey."""
LONGEST_ANSWER: Final = 12_000
NO_FIT: Final = "that passkey does not fit here"


class Purpose(StrEnum):
    """What a challenge is for."""

    ADD = "add"
    FIRST = "first"
    """Signing in with nothing but a passkey."""
    SECOND = "second"
    """After the password."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a page hands to the browser: ``options`` are JSON, ``challenge`` comes back with the
    answer."""

    options: str
    challenge: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back: the browser's JSON, and the challenge that went with the question. ``browser``
    is the secret by which the browser is known."""

    credential: str = field(repr=False)
    challenge: str = field(repr=False)
    browser: str = field(repr=False)


class Passkeys:
    """Asks and verifies. ``place`` is the team domain, ``origin`` is ``https://`` and the team
    authority."""

    def __init__(
        self,
        credentials: Credentials,
        one_time_values: OneTimeValues,
        *,
        place: str,
        origin: str,
        seal: Seal,
        clock: Clock,
        randomness: Randomness,
    ) -> None:
        self._credentials = credentials
        self._one_time_values = one_time_values
        self._place = place
        self._origin = origin
        self._seal = seal
        self._clock = clock
        self._randomness = randomness

    def ask(self, purpose: Purpose, *, browser: str, allowed: Sequence[Passkey] = ()) -> Question:
        """Ask for a passkey: any that the browser knows for here, or one of ``allowed``."""
        challenge = self._randomness.token()
        first = purpose is Purpose.FIRST
        options = generate_authentication_options(
            rp_id=self._place,
            challenge=base64url_to_bytes(challenge),
            timeout=PATIENCE,
            allow_credentials=_described(allowed),
            user_verification=_verification(required=first),
        )
        return Question(
            options=options_to_json(options), challenge=self._sealed(purpose, challenge, browser, "")
        )

    def ask_to_add(self, owner: Owner, *, browser: str, present: Sequence[Passkey]) -> Question:
        """Ask for a new passkey, on none of the devices that hold one of ``present``."""
        challenge = self._randomness.token()
        options = generate_registration_options(
            rp_id=self._place,
            rp_name=f"Doorward ({self._place})",
            user_name=owner.email,
            # Who finds the device learns no more than whoever sees the name beside it.
            user_id=hashlib.sha256(f"{owner.provider} {owner.email}".encode()).digest(),
            challenge=base64url_to_bytes(challenge),
            timeout=PATIENCE,
            exclude_credentials=_described(present),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
        )
        sealed = self._sealed(Purpose.ADD, challenge, browser, f"{owner.provider} {owner.email}")
        return Question(options=options_to_json(options), challenge=sealed)

    async def added(self, owner: Owner, answer: Answer, *, name: str) -> Passkey:
        """Keep the new passkey.

        Raises Refused when the answer does not hold; Conflict when the passkey is here already.
        """
        challenge = await self._challenge(Purpose.ADD, answer, about=f"{owner.provider} {owner.email}")
        try:
            verified = verify_registration_response(
                credential=_parsed(answer.credential),
                expected_challenge=challenge,
                expected_rp_id=self._place,
                expected_origin=self._origin,
                require_user_verification=True,
            )
        except Exception as error:  # the library and what it stands on raise of many kinds
            raise Refused("that is no passkey that can be used here") from error
        passkey = Passkey(
            id=bytes_to_base64url(verified.credential_id),
            owner=owner,
            public_key=verified.credential_public_key,
            sign_count=verified.sign_count,
            name=name,
            created=self._clock.now(),
            backup_eligible=verified.credential_device_type is CredentialDeviceType.MULTI_DEVICE,
        )
        await self._credentials.add_passkey(passkey)
        return passkey

    async def answered(self, purpose: Purpose, answer: Answer) -> Passkey:
        """The passkey that was used.

        Raises Refused, always with the same words, when it is unknown or the answer does not hold; a
        count that did not go up (WebAuthn section 6.1.1) is a copy of a passkey, and is refused too.
        """
        challenge = await self._challenge(purpose, answer)
        given = _parsed(answer.credential)
        try:
            passkey = await self._credentials.passkey(str(given.get("id", "")))
        except NotFound as error:
            raise Refused(NO_FIT) from error
        try:
            verified = verify_authentication_response(
                credential=given,
                expected_challenge=challenge,
                expected_rp_id=self._place,
                expected_origin=self._origin,
                credential_public_key=passkey.public_key,
                credential_current_sign_count=passkey.sign_count,
                require_user_verification=purpose is Purpose.FIRST,
            )
        except Exception as error:  # as above
            raise Refused(NO_FIT) from error
        now = self._clock.now()
        if not await self._credentials.use_passkey(passkey.id, sign_count=verified.new_sign_count, now=now):
            raise Refused(NO_FIT)
        return passkey

    def _sealed(self, purpose: Purpose, challenge: str, browser: str, about: str) -> str:
        return self._seal.close(
            {"purpose": purpose, "challenge": challenge, "browser": hashed(browser), "about": about}
        )

    async def _challenge(self, purpose: Purpose, answer: Answer, *, about: str = "") -> bytes:
        """The challenge, used up by this. Raises Refused when it is for something else."""
        values = self._seal.open(answer.challenge)
        if values["purpose"] != purpose or values["about"] != about:
            raise Refused("this page is for something else; start again")
        if not fits(answer.browser, values["browser"]):
            raise Refused("this page was shown in another browser; start again")
        expires = self._clock.now() + LIFETIME
        try:
            await self._one_time_values.put(hashed(f"passkey {values['challenge']}"), "", expires=expires)
        except Conflict as error:
            raise Refused("this was sent already; start again") from error
        return base64url_to_bytes(values["challenge"])


def _parsed(credential: str) -> dict[str, object]:
    """Raises Refused for what no browser sends."""
    if len(credential) > LONGEST_ANSWER:
        raise Refused(NO_FIT)
    try:
        given = json.loads(credential)
    except (ValueError, RecursionError) as error:
        raise Refused(NO_FIT) from error
    if not isinstance(given, dict):
        raise Refused(NO_FIT)
    return given


def _described(passkeys: Sequence[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=_bytes(passkey.id)) for passkey in passkeys]


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _verification(*, required: bool) -> UserVerificationRequirement:
    return UserVerificationRequirement.REQUIRED if required else UserVerificationRequirement.PREFERRED
