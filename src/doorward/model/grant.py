"""A grant: access that one session is given under one policy, after a reason or an approval."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from doorward.model.errors import Conflict
from doorward.model.ids import ApplicationId, GrantId, PolicyId, SessionId


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """``person`` is the address of whoever asked, ``reason`` what they wrote, ``wanted`` for how long.

    ``approved_by`` are the addresses of those who said yes so far, in their order. It is given from the
    last yes that was needed ``until`` its end; before that ``until`` is None. ``closed`` is when it was
    refused or taken back, by ``closed_by``. ``version`` counts its changes.
    """

    id: GrantId
    session: SessionId
    application: ApplicationId
    policy: PolicyId
    person: str
    reason: str
    wanted: timedelta
    asked: datetime
    approved_by: tuple[str, ...] = ()
    until: datetime | None = None
    closed: datetime | None = None
    closed_by: str = ""
    version: int = 0

    @property
    def is_waiting(self) -> bool:
        """Whether somebody still has to say yes."""
        return self.until is None and self.closed is None

    def gives(self, now: datetime) -> bool:
        """Whether it lets the session in at ``now``."""
        return self.until is not None and self.closed is None and now < self.until

    def given(self, *, until: datetime) -> Grant:
        """The same, given. Raises Conflict when it is not waiting any more."""
        self._check_waiting()
        return replace(self, until=until)

    def approved(self, by: str, *, needed: int, until: datetime) -> Grant:
        """The same with one more yes; given ``until`` then, if that was the last one needed.

        Raises Conflict when it is not waiting any more, or this approver has said yes already.
        """
        self._check_waiting()
        if by in self.approved_by:
            raise Conflict("you have approved this already; somebody else has to as well")
        approved = replace(self, approved_by=(*self.approved_by, by))
        return replace(approved, until=until) if len(approved.approved_by) >= needed else approved

    def closed_at(self, now: datetime, *, by: str) -> Grant:
        """The same, refused or taken back. Raises Conflict when that was done already."""
        if self.closed is not None:
            raise Conflict("this was refused or taken back already")
        return replace(self, closed=now, closed_by=by)

    def _check_waiting(self) -> None:
        if not self.is_waiting:
            raise Conflict("this was decided already")
