"""Who is in which group, through nested groups too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from doorward.sample.entra.directory import Group, Tenant, numbered_group
from doorward.sample.entra.numbered_groups import number_of


def direct_groups(tenant: Tenant, id: str) -> Iterator[Group]:
    """The groups that name ``id`` (a user's or a group's) as a member."""
    yield from (group for group in tenant.groups.values() if id in group.members)
    user = tenant.users.get(id)
    yield from (numbered_group(number) for number in range(user.numbered_groups if user else 0))


def transitive_groups(tenant: Tenant, id: str) -> list[Group]:
    """Each group once, the direct ones first. Groups may contain each other in a circle."""
    found: dict[str, Group] = {}
    waiting = list(direct_groups(tenant, id))
    while waiting:
        group = waiting.pop(0)
        if group.id not in found:
            found[group.id] = group
            # A numbered group is in no other: asking that of 5,000 would take long.
            if number_of(group.id) is None:
                waiting += direct_groups(tenant, group.id)
    return list(found.values())


def is_any_of(tenant: Tenant, user_id: str, principals: Iterable[str]) -> bool:
    """Whether one of ``principals`` is this person or a group the person is in."""
    wanted = set(principals)
    return user_id in wanted or any(group.id in wanted for group in transitive_groups(tenant, user_id))
