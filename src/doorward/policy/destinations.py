"""Which application answers at a hostname and path: the one answer, for the edge and the control plane.

The most specific destination wins: an exact hostname before a wildcard, a longer wildcard before a shorter,
then the longest path. Nothing is inherited: that application's policies alone decide. Where an exact
hostname has no application for a path, the wildcards that cover it are looked at.

Rule: paths are compared as the edge normalised them (RFC 3986 section 6.2.2: dot segments, doubled slashes
and needless percent-encoding are gone), without regard to case and to path parameters (``;`` and what
follows in a segment). An origin may well be blind to either, and what is spelt otherwise must not be judged
by a looser application than what it means.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from doorward.model.application import Application
from doorward.model.destination import Destination
from doorward.model.errors import Invalid


@dataclass(frozen=True, slots=True)
class Placed:
    """An application at one of its destinations. ``pattern`` matches the destination's paths."""

    destination: Destination
    application: Application
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Destinations:
    """``by_hostname`` holds what is at each hostname as it is written, most specific path first.
    ``reserved`` hostnames are Doorward's own: no application is there, whatever wildcard covers them."""

    by_hostname: Mapping[str, tuple[Placed, ...]]
    reserved: frozenset[str]

    @classmethod
    def of(cls, applications: Iterable[Application], *, reserved: Iterable[str] = ()) -> Destinations:
        """Raises Invalid when two applications are at the same place, or one at a reserved hostname."""
        own = frozenset(reserved)
        first: dict[tuple[str, str], str] = {}
        found: dict[str, list[Placed]] = {}
        for application in applications:
            for index, place in enumerate(application.destinations):
                field = f"applications[{application.id}].destinations[{index}]"
                if place.hostname in own:
                    raise Invalid(field, f"{place.hostname!r} is the team domain: choose another hostname")
                if place.key in first:
                    raise Invalid(
                        field,
                        f"{str(place)!r} is where application {first[place.key]!r} is already: give each "
                        "its own hostname or path",
                    )
                first[place.key] = application.id
                pattern = re.compile(path_regex(place.path), re.ASCII)
                found.setdefault(place.hostname, []).append(Placed(place, application, pattern))
        ordered = {host: tuple(sorted(there, key=_specific)) for host, there in found.items()}
        return cls(ordered, own)

    def at(self, hostname: str) -> tuple[Placed, ...]:
        """Everything that answers at a hostname, most specific first; nothing after what takes every path.

        ``hostname`` is canonical, or a wildcard: then what it is to the names that it stands for.
        """
        if hostname in self.reserved:
            return ()
        found: list[Placed] = []
        for pattern in _patterns(hostname):
            for placed in self.by_hostname.get(pattern, ()):
                found.append(placed)
                if not placed.destination.path:
                    return tuple(found)
        return tuple(found)

    def application_at(self, hostname: str, path: str) -> Application | None:
        """The application that answers there. ``path`` is without the query."""
        for placed in self.at(hostname):
            if placed.pattern.fullmatch(path):
                return placed.application
        return None


_UNCOUNTED = r"(?:\.|%20)*(?:(?:;|%3b)[^/]*)?"


def path_regex(path: str) -> str:
    """What matches the paths of a destination from end to end; means the same to Python and to RE2.

    ``;`` ends the part of a segment that counts: servlet containers read ``/admin;x`` as ``/admin``. Dots and
    blanks at its end do not count either: Windows opens ``/admin.`` as ``/admin``.
    """
    if not path:
        return "(?s).*"
    segments = (f"{_segment(segment)}{_UNCOUNTED}" for segment in path[1:].split("/"))
    return f"(?is)/{'/'.join(segments)}(/.*)?"


def _segment(segment: str) -> str:
    if segment == "*":
        return "[^/;]+"
    before, star, after = segment.partition("*")
    return re.escape(before) + ("[^/;]*" if star else "") + re.escape(after)


def _patterns(hostname: str) -> Iterator[str]:
    """The hostname, then the wildcards that stand for it, longest first: as Envoy looks domains up."""
    yield hostname
    name = hostname.removeprefix("*.")
    for index, sign in enumerate(name):
        if sign == "." and index:
            yield f"*{name[index:]}"


def _specific(placed: Placed) -> tuple[object, ...]:
    """Sorts more segments first, then segment by segment a word before one with a ``*``, more letters
    before fewer."""
    path = placed.destination.path.lower()
    segments = path.split("/")
    spelt = [("*" in segment, -len(segment), segment) for segment in segments]
    return (-len(segments) if path else 0, spelt)
