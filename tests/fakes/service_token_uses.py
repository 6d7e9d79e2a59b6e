"""The use of service tokens, in a dictionary."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from doorward.model.ids import ServiceTokenId
from doorward.ports.service_token_uses import ServiceTokenUse
from tests.fakes.faults import Faults


class FakeServiceTokenUses:
    """Implements ``ports.service_token_uses.ServiceTokenUses``. ``writes`` counts what was written."""

    def __init__(self, faults: Faults | None = None) -> None:
        self._uses: dict[ServiceTokenId, ServiceTokenUse] = {}
        self._faults = faults or Faults()
        self.writes = 0

    async def listed(self) -> Mapping[ServiceTokenId, ServiceTokenUse]:
        self._faults.check()
        return dict(self._uses)

    async def write(self, uses: Sequence[ServiceTokenUse]) -> None:
        self._faults.check()
        self.writes += len(uses)
        self._uses |= {use.service_token: use for use in uses}

    async def keep_only(self, tokens: Collection[ServiceTokenId]) -> None:
        self._faults.check()
        self._uses = {token: use for token, use in self._uses.items() if token in tokens}
