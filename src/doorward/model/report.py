"""Reports: facts as sources tell them, about whom, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from doorward.model.access import Identity
from doorward.model.ids import SessionId


class WhomKind(StrEnum):
    """What sort of thing facts are about."""

    PERSON = "person"
    SESSION = "session"


@dataclass(frozen=True, slots=True, order=True)
class Whom:
    """Whom facts are about.

    A person is named by the provider that vouches for them and their subject there: the two that
    ``claims.subject_of`` makes their ``sub`` of. A session has no provider, and its own id.
    """

    kind: WhomKind
    identity_provider: str
    id: str

    @classmethod
    def person(cls, identity: Identity) -> Whom:
        """This very person, in every session of theirs."""
        return cls(WhomKind.PERSON, identity.identity_provider, identity.subject)

    @classmethod
    def session(cls, session_id: SessionId) -> Whom:
        """Whoever is in this session, and only there."""
        return cls(WhomKind.SESSION, "", session_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one source says of somebody. Each source has one value for a name, the last it gave.

    ``email`` is the address by which the person is known, for people who read it.
    """

    whom: Whom
    name: str
    source: str
    value: str
    reported: datetime
    expires: datetime
    email: str = ""

    @property
    def key(self) -> tuple[Whom, str, str]:
        """What a new report takes the place of."""
        return (self.whom, self.name, self.source)

    def is_current(self, now: datetime) -> bool:
        """Whether it still counts at ``now``."""
        return now < self.expires
