"""Who is who: whether somebody in a provider's directory is the person that the provider vouches for.

Rule: both are of one provider. An address says nothing about people of another.
Rule: the directory's own id counts most, then the user name, then the address. The first of these under
which anybody is known decides, and there the living count before tombstones.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from doorward.model.access import Identity
from doorward.model.directory import DirectoryGroup, DirectoryUser, folded

OBJECT_ID = re.compile(r"[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}", re.IGNORECASE)
"""What directories call things by themselves. A group's name in this form could be meant to be taken for
another group's id, so it counts for nothing."""


def names_of(identity: Identity) -> frozenset[str]:
    """All that a directory may know this person by, as ``Directory.known_as`` takes it."""
    return (_directory_ids(identity) | _addresses(identity)) - {""}


def recognised(people: Iterable[DirectoryUser], identity: Identity) -> DirectoryUser | None:
    """The person among ``people`` of the identity's provider; a tombstone where the person was deleted,
    and None when the directory does not know them."""
    there = sorted(
        (user for user in people if user.provider == identity.identity_provider),
        key=lambda user: (user.created, user.id),
    )
    ids, addresses = _directory_ids(identity), _addresses(identity)
    for matching in (
        [user for user in there if user.external_id and user.external_id in ids],
        [user for user in there if folded(user.user_name) in addresses],
        [user for user in there if user.email and folded(user.email) in addresses],
    ):
        living = [user for user in matching if not user.deleted]
        if living:
            return next((user for user in living if not user.active), living[0])
        if matching and not _came_back(matching[0], there):
            return matching[0]
    return None


def all_recognised(
    people: Iterable[DirectoryUser], identities: Sequence[Identity]
) -> list[DirectoryUser | None]:
    """``recognised`` for each, in one pass over ``people``."""
    known: defaultdict[str, dict[str, DirectoryUser]] = defaultdict(dict)
    for user in people:
        for name in (user.external_id, folded(user.user_name), folded(user.email)):
            known[name][user.id] = user
    found: list[DirectoryUser | None] = []
    for identity in identities:
        candidates: dict[str, DirectoryUser] = {}
        for name in sorted(names_of(identity)):
            candidates |= known.get(name, {})
        found.append(recognised(candidates.values(), identity))
    return found


def with_groups(identity: Identity, groups: Sequence[DirectoryGroup]) -> Identity:
    """The person as a member of exactly these groups, each by its name and by its ids."""
    names = {group.display_name for group in groups if not OBJECT_ID.fullmatch(group.display_name)}
    ids = {name for group in groups for name in (group.id, group.external_id) if name}
    return replace(identity, groups=frozenset(names | ids))


def _directory_ids(identity: Identity) -> frozenset[str]:
    """The directory's id of the person: Entra's subjects are the tenant's and the person's, and some
    clients write object ids in capitals."""
    found = {identity.subject}
    tenant, _, person = identity.subject.rpartition(":")
    if OBJECT_ID.fullmatch(tenant) and OBJECT_ID.fullmatch(person):
        found.add(person)
    found |= {
        spelling for name in found if OBJECT_ID.fullmatch(name) for spelling in (name.lower(), name.upper())
    }
    return frozenset(found)


def _addresses(identity: Identity) -> frozenset[str]:
    return frozenset(folded(name) for name in (identity.email, identity.upn) if name)


def _came_back(tombstone: DirectoryUser, people: Iterable[DirectoryUser]) -> bool:
    """Whether the deleted person is there again under the same user name. Two object ids that differ are
    two people, though: a name may be given to somebody else."""
    return any(
        folded(user.user_name) == folded(tombstone.user_name)
        and not _differ(user.external_id, tombstone.external_id)
        for user in people
        if not user.deleted
    )


def _differ(one: str, other: str) -> bool:
    if OBJECT_ID.fullmatch(one) and OBJECT_ID.fullmatch(other):
        return one.lower() != other.lower()
    return False
