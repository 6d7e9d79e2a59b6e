"""What the mapping calls a row. In both, secrets are in clear: ``stores.sealing`` encrypts them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# A row to be written: by column name.
Row = dict[str, Any]

# A row that was read: by column name as well, but SQLAlchemy's mappings take other keys too.
ReadRow = Mapping[Any, Any]
