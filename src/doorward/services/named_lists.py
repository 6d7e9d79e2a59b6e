"""Lists: shown, and changed by single items. Everything else about them is the access file's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from doorward.model.configuration import Configuration
from doorward.model.errors import Invalid, NotFound
from doorward.model.ids import ListId
from doorward.model.named_list import NamedList
from doorward.policy.named_lists import canonical_item
from doorward.services.configuration import Configurations, Outcome


@dataclass(frozen=True, slots=True)
class ListChange:
    """What became of the items, in canonical spelling: those that changed the list, and those that were as
    they should be already. ``outcome`` tells whether the edges have it."""

    changed: Sequence[str]
    unchanged: Sequence[str]
    outcome: Outcome


class NamedLists:
    """The administrator's verbs on lists."""

    def __init__(self, configurations: Configurations) -> None:
        self._configurations = configurations

    async def show(self, name: str) -> NamedList:
        """The list with this id. Raises NotFound."""
        return _found(await self._configurations.load(), name)

    async def add(self, name: str, items: Iterable[str]) -> ListChange:
        """Put the items on the list. Raises NotFound; Invalid for an item that cannot be on it."""
        return await self._change(name, items, adds=True)

    async def remove(self, name: str, items: Iterable[str]) -> ListChange:
        """Take the items off the list. Raises as ``add``."""
        return await self._change(name, items, adds=False)

    async def _change(self, name: str, items: Iterable[str], *, adds: bool) -> ListChange:
        given, spelt, changed = tuple(items), set[str](), set[str]()
        if not given:
            raise Invalid("items", "there is none: give one at least")

        def transform(configuration: Configuration) -> Configuration:
            before = _found(configuration, name)
            spelt.update(canonical_item(before.kind, item, f"items[{i}]") for i, item in enumerate(given))
            there = set(before.items)
            changed.update(spelt - there if adds else spelt & there)
            after = there | spelt if adds else there - spelt
            if not changed:
                return configuration
            new = replace(before, items=tuple(sorted(after)))
            lists = tuple(new if each.id == name else each for each in configuration.lists)
            return replace(configuration, lists=lists)

        outcome = await self._configurations.change(transform)
        return ListChange(sorted(changed), sorted(spelt - changed), outcome)


def _found(configuration: Configuration, name: str) -> NamedList:
    for each in configuration.lists:
        if each.id == ListId(name):
            return each
    known = ", ".join(each.id for each in configuration.lists) or "there is none yet"
    raise NotFound(f"there is no list {name!r}: add it to lists in the access file, or use one of: {known}")
