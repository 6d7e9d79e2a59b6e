"""Named lists: spelt canonically, checked, and asked who and what is on them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    collapse_addresses,
    ip_network,
)
from types import MappingProxyType

from doorward.model.access import canonical_email
from doorward.model.errors import Invalid
from doorward.model.ids import ListId
from doorward.model.named_list import ListKind, NamedList
from doorward.policy.bounds import ANYTHING, Bounds, any_bounds, exactly
from doorward.policy.networks import canonical_network, plain, source_in

LONGEST = 100_000
"""How many items a list may have."""
AT_THE_EDGE = 500
"""Up to how many networks, neighbours joined, the edge tests by itself: it looks at one after another,
and every request would pay for more. Longer lists are for the control plane."""


def resolve(lists: Iterable[NamedList]) -> Mapping[ListId, NamedList]:
    """The lists by id, their items in canonical spelling, sorted, each once.

    Raises Invalid for an id used twice, an item that is no address or network, and too many of them.
    """
    found: dict[ListId, NamedList] = {}
    for each in lists:
        field = f"lists[{each.id}]"
        if each.id in found:
            raise Invalid(field, "there are two lists with this id: give one another id")
        if len(each.items) > LONGEST:
            raise Invalid(f"{field}.items", f"holds {len(each.items)} items: {LONGEST} are allowed")
        spelt = {canonical_item(each.kind, item, f"{field}.items[{i}]") for i, item in enumerate(each.items)}
        found[each.id] = NamedList(id=each.id, kind=each.kind, items=tuple(sorted(spelt)), name=each.name)
    return MappingProxyType(found)


def canonical_item(kind: ListKind, item: str, field: str) -> str:
    """The one spelling of an item. Raises Invalid for what is no email address or network."""
    if kind is ListKind.EMAIL:
        return canonical_email(item, field=field)
    return canonical_network(item, field)


def ip_list_bounds(networks: NamedList) -> Bounds:
    """What the edge may conclude about a list of networks."""
    joined = [str(network) for network in _collapsed(networks)]
    if len(joined) > AT_THE_EDGE:
        return ANYTHING
    return any_bounds(exactly(source_in(network)) for network in joined)


@dataclass(frozen=True, slots=True)
class Spans:
    """Networks of one family as spans of numbers, in order, none touching another: asking costs as
    much as the logarithm of their count."""

    firsts: tuple[int, ...]
    lasts: tuple[int, ...]

    def hold(self, address: int) -> bool:
        """Whether one of the spans holds it."""
        index = bisect_right(self.firsts, address) - 1
        return index >= 0 and address <= self.lasts[index]


@dataclass(frozen=True, slots=True)
class Membership:
    """Who and what is on which list."""

    emails: Mapping[ListId, frozenset[str]]
    networks: Mapping[ListId, Mapping[int, Spans]]

    @classmethod
    def of(cls, lists: Iterable[NamedList]) -> Membership:
        """Of lists in canonical spelling."""
        known = list(lists)
        return cls(
            emails={each.id: frozenset(each.items) for each in known if each.kind is ListKind.EMAIL},
            networks={
                each.id: {4: _spans(each, 4), 6: _spans(each, 6)}
                for each in known
                if each.kind is ListKind.IP
            },
        )

    def lists_of(self, source: IPv4Address | IPv6Address, email: str = "") -> frozenset[ListId]:
        """The lists that this source, or somebody with this (canonical) address, is on."""
        address = plain(source)
        by_email = (name for name, emails in self.emails.items() if email and email in emails)
        by_source = (
            name for name, spans in self.networks.items() if spans[address.version].hold(int(address))
        )
        return frozenset((*by_email, *by_source))


def _spans(networks: NamedList, version: int) -> Spans:
    joined = [network for network in _collapsed(networks) if network.version == version]
    return Spans(
        firsts=tuple(int(network.network_address) for network in joined),
        lasts=tuple(int(network.broadcast_address) for network in joined),
    )


def _collapsed(networks: NamedList) -> list[IPv4Network | IPv6Network]:
    parsed = [ip_network(item) for item in networks.items]
    v4 = [network for network in parsed if isinstance(network, IPv4Network)]
    v6 = [network for network in parsed if isinstance(network, IPv6Network)]
    return [*collapse_addresses(v4), *collapse_addresses(v6)]
