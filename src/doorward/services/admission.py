"""Admission: whether somebody whom a provider vouches for may have a session at all."""

from __future__ import annotations

from doorward.model.access import Identity


class Admission:
    """Admits whom the provider vouches for, as the provider describes them."""

    async def admitted(self, identity: Identity) -> Identity:
        """The person."""
        return identity
