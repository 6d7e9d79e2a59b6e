"""A pass: a credential for an application that cannot sign in with a browser (a mobile or desktop
application, a script), bound to one person, one application and one device."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from doorward.model.ids import ApplicationId, PassId, SessionId


class Presented(StrEnum):
    """How a client shows its pass."""

    HEADER = "header"
    """In a header of its own, ``Doorward-Pass``."""
    BASIC = "basic"
    """As the password of HTTP Basic authentication (RFC 7617); the name beside it means nothing."""
    QUERY = "query"
    """As the query parameter ``doorward_pass``: for players and calendars that know a URL and no more. It
    ends up in histories and other people's logs, so it is the last choice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PassRules:
    """What an application allows: how its passes are shown, and for how long they may be made."""

    presented: frozenset[Presented]
    longest: timedelta = timedelta(days=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessPass:
    """``session`` is a session of its own, made for the pass: whatever ends or changes sessions of this
    person ends and changes it too. ``owner`` is ``claims.subject_of`` the person. ``name`` says which
    device or program it is for. With ``paths`` it opens only those and what is below them.
    ``used`` and ``used_from`` tell of the last use, to the minute.
    """

    id: PassId
    session: SessionId
    owner: str
    application: ApplicationId
    name: str
    paths: tuple[str, ...] = ()
    created: datetime
    expires: datetime
    used: datetime | None = None
    used_from: str = ""

    def opens(self, path: str) -> bool:
        """Whether ``path``, as the edge normalised it, is one that the pass is for."""
        return not self.paths or any(path == each or path.startswith(f"{each}/") for each in self.paths)
