"""What each type of identity provider brings: its fields, and how they are read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from doorward.declaration.declared import DeclaredAccounts, DeclaredSettings
from doorward.declaration.reading import Fields


@dataclass(frozen=True, slots=True)
class ProviderType:
    """``fields`` are those that a provider of this type may have beside ``id``, ``name`` and ``type``.
    ``shared`` are further ones, which the reference tells about under another type."""

    fields: tuple[str, ...]
    read: Callable[[Fields], DeclaredAccounts | DeclaredSettings]
    shared: tuple[str, ...] = ()
