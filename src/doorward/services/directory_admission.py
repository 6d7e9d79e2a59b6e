"""Admission by the directory: who was disabled or deleted there gets no session here."""

from __future__ import annotations

from doorward.model.access import Identity
from doorward.model.directory import ALL, Attribute, Criterion, DirectoryUser, Part
from doorward.model.errors import SignInRefused
from doorward.model.ids import IdentityProviderId
from doorward.ports.directory import Directory
from doorward.services.current import Current
from doorward.services.recognition import names_of, recognised, with_groups

WHY_DISABLED = "Your account is disabled in your organisation's directory."
WHY_DELETED = "Your account was deleted from your organisation's directory."


class DirectoryAdmission:
    """Asks what the provider's directory pushed. A provider without SCIM is believed as it is."""

    def __init__(self, directory: Directory, *, current: Current) -> None:
        self._directory = directory
        self._current = current

    async def admitted(self, identity: Identity) -> Identity:
        """The person, in the groups that the directory says where it pushes groups.

        Whom the directory does not know is the provider's own to vouch for.

        Raises SignInRefused for somebody who was disabled or deleted there.
        """
        provider = identity.identity_provider
        if not self._has_scim(provider):
            return identity
        person = recognised(await self._directory.known_as(provider, names_of(identity)), identity)
        if person is None:
            return identity
        if not person.may_sign_in:
            raise SignInRefused(
                why_refused(person),
                advice="Ask whoever looks after accounts in your organisation.",
                administrator=f"SCIM pushed {person.user_name!r} as inactive or deleted: enable the person "
                "there, and let it push again.",
            )
        if await pushes_groups(self._directory, provider):
            return await grouped(self._directory, identity, person)
        return identity

    def _has_scim(self, provider: IdentityProviderId) -> bool:
        providers = self._current.get().configuration.identity_providers
        return any(known.id == provider and known.scim_token_hash for known in providers)


def why_refused(person: DirectoryUser) -> str:
    """The sentence for somebody who may not sign in."""
    return WHY_DELETED if person.deleted else WHY_DISABLED


async def pushes_groups(directory: Directory, provider: IdentityProviderId) -> bool:
    """Whether groups are the directory's business: it pushed at least one."""
    return (await directory.groups(provider, [], Part(count=0), with_members=False)).total > 0


async def grouped(directory: Directory, identity: Identity, person: DirectoryUser) -> Identity:
    """The identity in the groups that ``person`` is in."""
    inside = [Criterion(Attribute.MEMBER, person.id)]
    groups = await directory.groups(person.provider, inside, ALL, with_members=False)
    return with_groups(identity, groups.items)
