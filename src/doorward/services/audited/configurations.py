"""Configurations, audited: each change with what it alters and with the whole result, without secrets.

The result is in the entry, and not in a table beside it, so that the chain covers it and the log alone
explains an old decision. It is the access file as compressed JSON: a thousand applications take some
20 KB.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping
from typing import Any

from doorward.audit.acts import ActName
from doorward.declaration import access_document, changes
from doorward.model.configuration import Configuration
from doorward.ports.audit import AuditLog
from doorward.ports.stores import Configurations
from doorward.services.audited.recording import recorded


class AuditedConfigurations:
    """``ports.stores.Configurations`` around another one."""

    def __init__(self, inner: Configurations, audit: AuditLog) -> None:
        self._inner = inner
        self._audit = audit
        self._known: tuple[Configuration, int] | None = None

    async def load(self) -> tuple[Configuration, int]:
        """See ``Configurations.load``."""
        self._known = await self._inner.load()
        return self._known

    async def version(self) -> int:
        """See ``Configurations.version``."""
        return await self._inner.version()

    async def save(self, configuration: Configuration, *, expected: int) -> int:
        """See ``Configurations.save``."""
        known = self._known
        if known is None or known[1] != expected:
            known = await self._inner.load()
        made = [str(change) for change in changes(known[0], configuration)]
        facts = {"changes": made, **configuration_facts(configuration, expected + 1)}
        async with recorded(self._audit, ActName.CONFIGURATION_CHANGED, facts):
            return await self._inner.save(configuration, expected=expected)


def configuration_facts(configuration: Configuration, version: int) -> dict[str, object]:
    """A configuration as facts of an act: its version, generations, and all rules."""
    document = access_document(configuration).encode()
    return {
        "version": version,
        "generation": configuration.generation,
        "configuration": base64.b64encode(zlib.compress(document, 6)).decode(),
    }


def access_document_of(facts: Mapping[str, Any]) -> str:
    """The access file that ``configuration_facts`` wrote, as JSON text, which is YAML too."""
    return zlib.decompress(base64.b64decode(facts["configuration"])).decode()
