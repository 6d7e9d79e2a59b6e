"""An identity provider with everything that one may have: a directory, rechecks, logout, metadata."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence

from doorward.model.access import Identity
from doorward.model.errors import AccessError, Refused
from doorward.ports.identity import (
    Arrival,
    Check,
    CheckState,
    GroupFound,
    LogoutNotice,
    Standing,
)
from tests.fakes.identity import FakeRedirectProvider


class FakeDirectoryProvider(FakeRedirectProvider):
    """``rechecked`` is what the next recheck says, ``standing`` what the directory says, by subject."""

    def __init__(self, person: Identity) -> None:
        super().__init__(person)
        self.rechecked: Arrival | AccessError = Arrival(identity=person)
        self.redeemed: list[str] = []
        self.standing: dict[str, Standing] = {}
        self.asked_groups: list[frozenset[str]] = []
        self.directory_fault: AccessError | None = None

    async def recheck(self, identity: Identity, *, refresh_token: str) -> Arrival:
        self.redeemed.append(refresh_token)
        if isinstance(self.rechecked, AccessError):
            raise self.rechecked
        return self.rechecked

    async def standings(
        self, people: Sequence[Identity], *, groups: frozenset[str]
    ) -> Mapping[str, Standing]:
        self.asked_groups.append(groups)
        if self.directory_fault is not None:
            raise self.directory_fault
        return {p.subject: self.standing[p.subject] for p in people if p.subject in self.standing}

    async def checklist(self, *, callback: str) -> AsyncIterator[Check]:
        yield Check(name="discovery", what="Discovery", state=CheckState.PASSED, found=callback)
        if self.directory_fault is not None:
            raise self.directory_fault
        yield Check(name="secret", what="Client secret", state=CheckState.FAILED, fix="Make a new one.")

    def arrival_checks(self, arrival: Arrival) -> Sequence[Check]:
        return [Check(name="email", what="Email", state=CheckState.PASSED, found=arrival.identity.email)]

    async def logged_out(self, logout_token: str) -> LogoutNotice:
        kind, _, value = logout_token.partition(":")
        if kind not in {"sub", "sid"}:
            raise Refused("the logout token does not hold")
        if kind == "sub":
            return LogoutNotice(notice=logout_token, subject=value)
        return LogoutNotice(notice=logout_token, provider_session=value)

    def description(self, *, callback: str) -> bytes:
        return f"<EntityDescriptor entityID='{callback}'/>".encode()

    async def find_groups(self, text: str) -> Sequence[GroupFound]:
        return [GroupFound(id="g1", name=f"{text}ineering")]

    async def group_names(self, ids: Sequence[str]) -> Mapping[str, str]:
        if self.directory_fault is not None:
            raise self.directory_fault
        return {id: f"The {id}" for id in ids}

    async def contexts_in_use(self) -> Mapping[str, bool]:
        return {"c1": True, "c2": False}
