"""The pages' own static files: read once, named by their content, so that browsers keep them for a year.

Rule: nothing is read on import; ``load_static_files`` does it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from types import MappingProxyType

STATIC_PATH = "/cdn-cgi/access/static/"
"""Where the files are, on the team host and on every application's host."""

CONTENT_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "css": "text/css; charset=utf-8",
        "js": "text/javascript; charset=utf-8",
        "svg": "image/svg+xml",
    }
)
"""The kinds of file that are served, by the end of their name; no other kind is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticFile:
    """One file as it is served. ``digest`` is the beginning of its SHA-256, in hexadecimal."""

    name: str
    content: bytes = field(repr=False)
    content_type: str
    digest: str

    @property
    def etag(self) -> str:
        """The entity tag, with its quotes (RFC 9110 section 8.8.3)."""
        return f'"{self.digest}"'

    @property
    def url(self) -> str:
        """The address that changes whenever the content does."""
        return f"{STATIC_PATH}{self.name}?v={self.digest}"


def load_static_files() -> Mapping[str, StaticFile]:
    """Read every file of this package's ``static`` folder; return them by name."""
    folder = resources.files("doorward.web").joinpath("static")
    files = {}
    for entry in sorted(folder.iterdir(), key=lambda found: found.name):
        content_type = CONTENT_TYPES.get(entry.name.rpartition(".")[2])
        if content_type is not None:
            files[entry.name] = _static_file(entry.name, entry.read_bytes(), content_type)
    return MappingProxyType(files)


def _static_file(name: str, content: bytes, content_type: str) -> StaticFile:
    digest = hashlib.sha256(content).hexdigest()[:16]
    return StaticFile(name=name, content=content, content_type=content_type, digest=digest)
