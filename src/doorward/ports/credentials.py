"""What services need of storage for what people sign in with beside, or instead of, a password.

Rule: every method is one transaction; what it reports as done survives a crash.
Rule: of callers at the same time, one uses a recovery code, a step of an app's clock or a passkey's
count; the others are told that it is used.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from doorward.model.ids import IdentityProviderId


@dataclass(frozen=True, slots=True, order=True)
class Owner:
    """Whose credentials: an account of a provider. ``email`` is canonical."""

    provider: IdentityProviderId
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """A WebAuthn credential. ``id`` is its id as unpadded base64url, ``public_key`` in COSE form.

    ``sign_count`` is what the authenticator counted last; 0 for one that does not count.
    ``backup_eligible`` says that it may be copied to other devices of the person's.
    """

    id: str
    owner: Owner
    public_key: bytes = field(repr=False)
    sign_count: int
    name: str
    created: datetime
    last_used: datetime | None = None
    backup_eligible: bool = False

    @property
    def methods(self) -> tuple[str, ...]:
        """What it proves, in the words of RFC 8176 section 2: ``swk`` for one that may be copied to other
        devices, ``hwk`` for one that cannot leave its own; and ``user``, that somebody was there."""
        return ("swk" if self.backup_eligible else "hwk", "user")


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeApp:
    """An app that shows one-time codes (RFC 6238). ``secret`` is base32 text."""

    secret: str = field(repr=False)
    created: datetime
    last_used: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What somebody has. Passkeys are in the order in which they were added."""

    passkeys: Sequence[Passkey] = ()
    app: CodeApp | None = None
    recovery_codes: int = 0

    @property
    def any(self) -> bool:
        """Whether there is a second factor. Recovery codes alone are none."""
        return bool(self.passkeys) or self.app is not None


class Credentials(Protocol):
    """Passkeys, apps and recovery codes. Recovery codes come in as hashes."""

    async def held(self, owner: Owner) -> Held:
        """Everything; nothing at all for somebody who set nothing up."""
        ...

    async def passkey(self, passkey_id: str) -> Passkey:
        """Raises NotFound."""
        ...

    async def add_passkey(self, passkey: Passkey) -> None:
        """Raises Conflict when the id is taken, by anybody."""
        ...

    async def rename_passkey(self, owner: Owner, passkey_id: str, name: str) -> None:
        """Raises NotFound when the owner has no such passkey."""
        ...

    async def remove_passkey(self, owner: Owner, passkey_id: str) -> None:
        """Raises NotFound when the owner has no such passkey."""
        ...

    async def use_passkey(self, passkey_id: str, *, sign_count: int, now: datetime) -> bool:
        """Remember a use; False when ``sign_count`` is not above the one before (a copy of the
        passkey may be about) or the passkey is gone. Passkeys that do not count stay at 0."""
        ...

    async def set_app(self, owner: Owner, secret: str, *, step: int, now: datetime) -> None:
        """Set up an app, in place of one that was there. ``step`` is used by that."""
        ...

    async def remove_app(self, owner: Owner) -> None:
        """Raises NotFound when the owner has none."""
        ...

    async def use_step(self, owner: Owner, step: int, *, now: datetime) -> bool:
        """Use one step of the app's clock; False when it, or one after it, was used before, or there
        is no app."""
        ...

    async def set_recovery_codes(self, owner: Owner, hashes: Collection[str]) -> None:
        """Replace all of them."""
        ...

    async def use_recovery_code(self, owner: Owner, code_hash: str) -> bool:
        """Use and forget one; False when there is none with this hash."""
        ...

    async def forget(self, owners: Collection[Owner]) -> None:
        """Forget everything of these people's."""
        ...
