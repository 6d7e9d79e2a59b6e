"""Setting up, using and taking away what people sign in with beside a password."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

import structlog

from doorward.model.errors import Invalid, Refused
from doorward.ports.clock import Clock, Randomness
from doorward.ports.credentials import Credentials, Held, Owner, Passkey
from doorward.services import code_apps, recovery_codes
from doorward.services.passkeys import Answer, Passkeys, Question
from doorward.services.sealing import Seal

log = structlog.get_logger("services.enrolment")

LIFETIME: Final = timedelta(minutes=30)
MOST_PASSKEYS: Final = 20
LONGEST_NAME: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class NewApp:
    """An app about to be set up: its secret as text and as an address for a QR code. ``sealed`` comes
    back with the first code."""

    secret: str = field(repr=False)
    address: str = field(repr=False)
    sealed: str = field(repr=False)


class Enrolment:
    """The use cases of second factors beside sign-in. ``place`` is the team domain."""

    def __init__(
        self,
        credentials: Credentials,
        passkeys: Passkeys,
        *,
        place: str,
        seal: Seal,
        clock: Clock,
        randomness: Randomness,
    ) -> None:
        self._credentials = credentials
        self._passkeys = passkeys
        self._place = place
        self._seal = seal
        self._clock = clock
        self._randomness = randomness

    async def held(self, owner: Owner) -> Held:
        """What this person has."""
        return await self._credentials.held(owner)

    # --- apps that show codes -------------------------------------------------------------------

    def new_app(self, owner: Owner, *, sealed: str = "") -> NewApp:
        """A secret for an app; the same as before for ``sealed``, so that who mistyped the first
        code need not scan anew. Nothing is kept yet."""
        secret = self._secret(owner, sealed) if sealed else code_apps.new_secret(self._randomness)
        values = {"secret": secret, "provider": owner.provider, "email": owner.email}
        return NewApp(
            secret=secret,
            address=code_apps.address_of(secret, account=owner.email, place=self._place),
            sealed=sealed or self._seal.close(values),
        )

    async def confirm_app(self, owner: Owner, *, sealed: str, code: str) -> Sequence[str]:
        """Keep the app, now that it has shown the right code; return the recovery codes, if these
        are the first ones.

        Raises Refused when the code does not fit, or the page is too old.
        """
        secret = self._secret(owner, sealed)
        now = self._clock.now()
        step = code_apps.matching_step(secret, code, now)
        if step is None:
            raise Refused("that code does not fit; take the one that the app shows now")
        await self._credentials.set_app(owner, secret, step=step, now=now)
        log.info("app for codes set up", person=owner.email)
        return await self._first_codes(owner)

    async def remove_app(self, owner: Owner) -> None:
        """Raises NotFound."""
        await self._credentials.remove_app(owner)
        log.info("app for codes removed", person=owner.email)

    # --- passkeys -------------------------------------------------------------------------------

    async def ask_passkey(self, owner: Owner, *, browser: str) -> Question:
        """Ask the browser for a new passkey. Raises Refused when there are too many."""
        present = (await self._credentials.held(owner)).passkeys
        if len(present) >= MOST_PASSKEYS:
            raise Refused(f"there are {MOST_PASSKEYS} passkeys already; remove one first")
        return self._passkeys.ask_to_add(owner, browser=browser, present=present)

    async def add_passkey(self, owner: Owner, answer: Answer, *, name: str) -> tuple[Passkey, Sequence[str]]:
        """Keep the passkey; return it with the recovery codes, if these are the first ones.

        Raises Refused when the answer does not hold; Conflict when the passkey is here already.
        """
        present = (await self._credentials.held(owner)).passkeys
        if len(present) >= MOST_PASSKEYS:
            raise Refused(f"there are {MOST_PASSKEYS} passkeys already; remove one first")
        passkey = await self._passkeys.added(owner, answer, name=passkey_name(name) or "Passkey")
        log.info("passkey added", person=owner.email, passkey=passkey.id[:12])
        return passkey, await self._first_codes(owner)

    async def rename_passkey(self, owner: Owner, passkey_id: str, name: str) -> None:
        """Raises NotFound; Invalid for an empty name."""
        plain = passkey_name(name)
        if not plain:
            raise Invalid("name", "is empty: give the passkey a name")
        await self._credentials.rename_passkey(owner, passkey_id, plain)

    async def remove_passkey(self, owner: Owner, passkey_id: str) -> None:
        """Raises NotFound."""
        await self._credentials.remove_passkey(owner, passkey_id)
        log.info("passkey removed", person=owner.email, passkey=passkey_id[:12])

    # --- codes ----------------------------------------------------------------------------------

    async def use_code(self, owner: Owner, code: str) -> bool:
        """Whether this is a code of the person's app, or a recovery code; used up by this."""
        now = self._clock.now()
        app = (await self._credentials.held(owner)).app
        step = code_apps.matching_step(app.secret, code, now) if app else None
        if step is not None:
            return await self._credentials.use_step(owner, step, now=now)
        used = await self._credentials.use_recovery_code(owner, recovery_codes.hash_of(owner, code))
        if used:
            log.info("recovery code used", person=owner.email)
        return used

    async def new_recovery_codes(self, owner: Owner) -> Sequence[str]:
        """Ten new ones in place of the old ones, to be shown this once."""
        codes = recovery_codes.new_codes(self._randomness)
        await self._credentials.set_recovery_codes(
            owner, {recovery_codes.hash_of(owner, code) for code in codes}
        )
        log.info("recovery codes made", person=owner.email)
        return codes

    async def _first_codes(self, owner: Owner) -> Sequence[str]:
        held = await self._credentials.held(owner)
        return () if held.recovery_codes else await self.new_recovery_codes(owner)

    def _secret(self, owner: Owner, sealed: str) -> str:
        """Raises Refused when it is somebody else's, or too old."""
        values = self._seal.open(sealed)
        if (values["provider"], values["email"]) != (owner.provider, owner.email):
            raise Refused("this page is for another account; start again")
        return values["secret"]


def passkey_name(name: str) -> str:
    """A name as it is kept: one line, not long."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in name).split())[:LONGEST_NAME]
