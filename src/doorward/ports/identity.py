"""What services need of identity providers.

A kind of provider implements ``RedirectProvider``, ``PasswordProvider`` or ``PinProvider``, and of
the others what it can: services ask with ``isinstance``.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable

from doorward.model.access import Identity


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """Sending a person away to sign in.

    ``url`` is where the browser goes; ``state`` comes back with it; ``transaction`` is what
    ``arrive`` needs again. The caller keeps ``transaction`` bound to the browser, encrypted, for ten
    minutes and for one use. ``posted`` says that the answer comes as a form sent from the
    provider's site, to which browsers add no ``SameSite=Lax`` cookie.
    """

    url: str
    state: str
    transaction: Mapping[str, str]
    posted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Somebody who was signed in, and what is remembered with their session.

    ``identity.contexts`` are the authentication contexts that were satisfied just now.
    ``authenticated`` is when the person last proved themselves to the provider, where it said so.
    ``provider_session`` is the provider's own name for its session (OpenID Connect ``sid``, SAML
    ``SessionIndex``). ``refresh_token`` may be redeemed by ``recheck``. ``group_names`` are display names by
    group id. ``raw`` is what the provider said, cleared of secrets, for ``doorward idp test``.
    """

    identity: Identity
    authenticated: datetime | None = None
    provider_session: str = ""
    refresh_token: str = field(default="", repr=False)
    group_names: Mapping[str, str] = field(default_factory=dict)
    raw: Mapping[str, object] = field(default_factory=dict, repr=False)


@runtime_checkable
class RedirectProvider(Protocol):
    """A provider that people are sent to and come back from."""

    async def depart(
        self, *, callback: str, login_hint: str = "", contexts: Sequence[str] = (), prompt: str = ""
    ) -> Departure:
        """Begin a sign-in that returns to the URL ``callback``.

        ``contexts`` are authentication contexts to satisfy; a provider that knows none ignores them.
        ``prompt`` asks for ``login`` or ``select_account`` (OpenID Connect Core 3.1.2.1) where the
        provider can.

        Raises Unavailable when the provider cannot be reached or is wrongly set up.
        """
        ...

    async def arrive(
        self, *, callback: str, transaction: Mapping[str, str], answer: Mapping[str, str]
    ) -> Arrival:
        """Finish it: ``answer`` holds the query or form parameters that came to ``callback``.

        Raises Refused (SignInRefused where there is more to say) when the answer or its tokens do
        not hold; Unavailable when the provider cannot be reached.
        """
        ...


@runtime_checkable
class PasswordProvider(Protocol):
    """A provider whose people give a password to Doorward itself."""

    async def check(self, *, email: str, password: str) -> Identity:
        """Return who this is.

        Raises Refused, with the same words and after the same work, for an unknown person, a
        wrong password and a disabled account.
        """
        ...

    def person(self, email: str) -> Identity:
        """Who has this (canonical) address, without asking for a password.

        Raises Refused when there is nobody, or the account is disabled.
        """
        ...


@runtime_checkable
class PinProvider(Protocol):
    """A provider that sends a code by mail. It keeps no codes: the caller makes and checks them."""

    async def send(self, *, email: str, pin: str, place: str) -> None:
        """Send ``pin`` to ``email``; ``place`` is the host where it is asked for.

        Raises Unavailable when the mail server does not take it.
        """
        ...

    def identity(self, email: str) -> Identity:
        """Who has proven to read this (canonical) address's mail."""
        ...


@runtime_checkable
class Rechecking(Protocol):
    """A provider that can be asked again without the person, by the refresh token of a session."""

    async def recheck(self, identity: Identity, *, refresh_token: str) -> Arrival:
        """Redeem the token; return the person as they are now, with the next refresh token.

        ``identity.contexts`` of the result are empty: nobody proved anything anew.

        Raises SignInRefused when the provider took its word back: the session must end.
        Unavailable when it could not be asked: the session goes on.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a directory says of one person. ``enabled`` is False for deleted people as well.

    ``groups`` are those of the groups asked for that the person is in. Sign-ins before
    ``valid_from`` do not count any more.
    """

    enabled: bool
    groups: frozenset[str] = frozenset()
    valid_from: datetime | None = None


@runtime_checkable
class Polled(Protocol):
    """A provider whose directory can be asked about people who are signed in."""

    async def standings(
        self, people: Sequence[Identity], *, groups: frozenset[str]
    ) -> Mapping[str, Standing]:
        """The standing of each person by subject, for the ``groups`` that policies mention. One whose
        standing could not be had is left out.

        Raises Unavailable when the directory cannot be asked at all.
        """
        ...


class CheckState(StrEnum):
    """How one item of a checklist came out."""

    PASSED = "passed"
    WARNING = "warning"
    FAILED = "failed"
    NOT_CHECKED = "not-checked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One item: ``what`` was looked at, what was ``found``, and the ``fix`` where one is needed."""

    name: str
    what: str
    state: CheckState
    found: str = ""
    fix: str = ""
    link: str = ""


@runtime_checkable
class Checked(Protocol):
    """A provider whose set-up can be tested, step by step, without anybody signing in."""

    def checklist(self, *, callback: str) -> AsyncIterator[Check]:
        """The items in order, each as soon as it is known. One that needs what failed before is
        ``NOT_CHECKED``."""
        ...

    def arrival_checks(self, arrival: Arrival) -> Sequence[Check]:
        """What a test sign-in showed: permissions granted, address, groups."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutNotice:
    """Whose sign-in a provider ended: everybody's with ``subject``, or the one of ``provider_session``.

    ``notice`` is the notice's own id, which must not be used twice.
    """

    notice: str
    subject: str = ""
    provider_session: str = ""


@runtime_checkable
class BackChannelLogout(Protocol):
    """A provider that tells of ended sign-ins (OpenID Connect Back-Channel Logout 1.0)."""

    async def logged_out(self, logout_token: str) -> LogoutNotice:
        """Read a logout token. Raises Refused when it does not hold."""
        ...


@runtime_checkable
class Described(Protocol):
    """A provider that wants a description of Doorward (SAML metadata)."""

    def description(self, *, callback: str) -> bytes:
        """The XML document."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFound:
    """A group of a provider's directory, for whoever writes policies."""

    id: str
    name: str
    description: str = ""


@runtime_checkable
class GroupDirectory(Protocol):
    """A provider whose groups can be searched."""

    async def find_groups(self, text: str) -> Sequence[GroupFound]:
        """Groups whose name has a word that begins with ``text``, or whose id it is; at most 25."""
        ...

    async def group_names(self, ids: Sequence[str]) -> Mapping[str, str]:
        """Display names by id, of those that have one. Raises Unavailable."""
        ...

    async def contexts_in_use(self) -> Mapping[str, bool]:
        """Authentication contexts by id, and whether an enabled Conditional Access policy uses each."""
        ...
