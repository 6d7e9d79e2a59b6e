"""Patterns of paths: how they are written, which paths they match, and how the data plane tests that.

A pattern is a path in which ``*`` stands for anything within one segment, and ``/**`` at the end for
everything below. There is nothing else to write, so no pattern takes long.

Rule: a path matches if it does so letter for letter. One that a server may take for such a path (because it
ignores case, decodes escapes, leaves parameters out, or minds no slash or dot at an end) is UNKNOWN: it is
not let in, and slips past no rule that keeps it out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from unicodedata import normalize

from doorward.model.errors import Invalid
from doorward.policy.match import Match

LONGEST = 1024
EVERYTHING_BELOW = "**"
_STAR = "*"
_ALLOWED = re.compile(r"[A-Za-z0-9._~!$&'()+,;=:@*/-]*")
"""What may stand in a path without an escape (RFC 3986 section 3.3), and the star."""

ODD = r".*(?:[%;\\].*|\.(?:/.*)?)"
"""Paths that servers read in more than one way: with an escape, a parameter (RFC 3986 section 3.3) or a
backslash, or with a dot at the end of a segment. What they are taken for is the control plane's to say."""

_ESCAPE = re.compile(r"%(?:25)*([0-9A-Fa-f]{2})")
"""An escape, or one that has been escaped again, however often."""
_QUERY = re.compile("[?#]")
_HEXADECIMAL = re.compile(r"%[0-9A-Fa-f]{2}")


def canonical_path(value: str, field: str) -> str:
    """``value`` without blanks around it. Raises Invalid for what is no pattern, or one of a path that never
    reaches an application."""
    pattern = value.strip()
    if not pattern.startswith("/") or not _ALLOWED.fullmatch(pattern) or len(pattern) > LONGEST:
        raise Invalid(
            field,
            f"{value[:64]!r} is not a path: begin it with / and use letters, digits and -._~!$&'()+,;=:@ "
            f"(no query, no escape; * for the rest), at most {LONGEST} characters",
        )
    *inner, last = pattern.split("/")[1:]
    for segment in (*inner, "" if last == EVERYTHING_BELOW else last):
        if EVERYTHING_BELOW in segment:
            raise Invalid(field, f"{value[:64]!r} has ** inside: it may only stand at the end, as /**")
        if segment.count(_STAR) > 1:
            raise Invalid(field, f"{value[:64]!r} has two stars in one segment: one is allowed")
    if "" in inner or {".", ".."} & {*inner, last}:
        raise Invalid(
            field,
            f"{value[:64]!r} has an empty segment, '.' or '..' in it, which the edge takes out of paths",
        )
    return pattern


def compare(pattern: str, path: str) -> Match:
    """Whether ``path``, as the edge normalised it and without its query, fits; UNKNOWN for a path that is not
    known. Takes time in proportion to both."""
    if not path.startswith("/"):
        return Match.UNKNOWN
    if _fits(pattern.split("/"), path.split("/")):
        return Match.YES
    plainest = _unescaped(path)
    if _HEXADECIMAL.search(plainest):  # escaped in a way that one pass does not undo
        return Match.UNKNOWN
    wanted = pattern.lower()
    taken_for = (path.lower(), plainest.lower())
    likely = any(_fits(wanted.split("/"), text.split("/")) for text in taken_for)
    return Match.UNKNOWN if likely or _fits(_folded(wanted), _folded(taken_for[1])) else Match.NO


def certain_regex(pattern: str) -> str:
    """A regular expression (RE2 syntax) for exactly the paths that fit."""
    *inner, last = pattern.split("/")[1:]
    if last == EVERYTHING_BELOW:
        return f"{_regex(inner)}(?:/.*)?" if inner else "/.*"
    return _regex([*inner, last])


def possible_regex(pattern: str) -> str:
    """A regular expression (RE2 syntax) for all paths, but those that fit ``ODD``, that ``compare`` does not
    say NO to."""
    *inner, last = pattern.split("/")[1:]
    bare = [found for segment in (*inner, last) if (found := _bare(segment)) and found != EVERYTHING_BELOW]
    if last != EVERYTHING_BELOW:
        return f"(?i){_regex(bare)}/?"
    return f"(?i){_regex(bare)}(?:/.*)?" if bare else "/.*"


def _regex(segments: Sequence[str]) -> str:
    return "".join(f"/{_segment_regex(segment)}" for segment in segments)


def _segment_regex(segment: str) -> str:
    if segment == _STAR:
        return "[^/]+"
    return "[^/]*".join(re.escape(part) for part in segment.split(_STAR))


def _unescaped(path: str) -> str:
    """The path without escapes, and without letters that only look different (such as wide ones)."""
    octets = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), path).encode("latin-1", errors="replace")
    return normalize("NFKC", octets.decode("utf-8", errors="replace"))


def _folded(path: str) -> list[str]:
    """The segments as the least particular server would have them, up to what it takes for the query; those
    that are empty then left out."""
    segments = map(_bare, _QUERY.split(path, maxsplit=1)[0].replace("\\", "/").split("/"))
    return ["", *(segment for segment in segments if segment)]


def _bare(segment: str) -> str:
    """A segment without parameters, and without dots and blanks at its end (which Windows ignores)."""
    return segment.partition(";")[0].rstrip(". ")


def _fits(pattern: Sequence[str], path: Sequence[str]) -> bool:
    if pattern[-1] == EVERYTHING_BELOW:
        pattern = pattern[:-1]
        path = path[: len(pattern)]
    if len(pattern) != len(path):
        return False
    return all(map(_segment_fits, pattern, path))


def _segment_fits(pattern: str, segment: str) -> bool:
    if _STAR not in pattern:
        return pattern == segment
    begin, _, end = pattern.partition(_STAR)
    enough = len(segment) >= max(1, len(begin) + len(end))
    return enough and segment.startswith(begin) and segment.endswith(end)
