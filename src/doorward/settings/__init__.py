"""Process settings: what a machine's Doorward must know before it can read anything else.

Everything else is data in the store, set by ``doorward apply``.
"""

from __future__ import annotations

from doorward.settings.load import load_settings
from doorward.settings.settings import Settings

__all__ = ["Settings", "load_settings"]
