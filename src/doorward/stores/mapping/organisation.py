"""What the configuration holds outside any list: columns of the organisation's row."""

from __future__ import annotations

from doorward.model.configuration import Configuration
from doorward.model.service_token import CleanUp, UnusedServiceTokens
from doorward.stores.mapping.rows import ReadRow, Row


def to_columns(configuration: Configuration) -> Row:
    """The columns that hold it."""
    unused = configuration.unused_service_tokens
    return {
        "generation": configuration.generation,
        "session_duration": configuration.session_duration,
        "unused_service_tokens_after": None if unused is None else unused.after,
        "unused_service_tokens_action": "" if unused is None else unused.action.value,
    }


def from_columns(row: ReadRow) -> Configuration:
    """A configuration without lists. Raises ValueError for a word that this version does not know."""
    after = row["unused_service_tokens_after"]
    return Configuration(
        generation=row["generation"],
        session_duration=row["session_duration"],
        unused_service_tokens=None
        if after is None
        else UnusedServiceTokens(after=after, action=CleanUp(row["unused_service_tokens_action"])),
    )
