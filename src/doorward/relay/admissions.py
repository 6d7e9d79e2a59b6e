"""Who may connect: the control plane's list of tunnels, and the answer to a connector's hello."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from hashlib import sha256

from doorward.model.ids import TunnelId
from doorward.model.tunnel import TunnelAdmission
from doorward.tunnel.control import Hello, Refuse

NOT_READY = Refuse(sentence="This relay does not know its tunnels yet; try again.", permanent=False)
WRONG_TOKEN = (
    "The tunnel token is not valid: it is wrong, it was revoked, or its tunnel was deleted. "
    "Ask an administrator for a new one."
)


class Admissions:
    """The last list that the control plane sent; nobody is admitted before the first.

    ``current`` says whether the control plane is connected now. While it is not, an unknown token may
    be newer than the list, so the refusal is not permanent.
    """

    def __init__(self) -> None:
        self.current = False
        self._tunnels: Mapping[TunnelId, TunnelAdmission] | None = None

    @property
    def known(self) -> bool:
        """Whether a list has ever come."""
        return self._tunnels is not None

    def replace(self, tunnels: Sequence[TunnelAdmission]) -> None:
        """Take a new list."""
        self._tunnels = {tunnel.id: tunnel for tunnel in tunnels}

    def get(self, tunnel: TunnelId) -> TunnelAdmission | None:
        """What the list says of a tunnel."""
        return None if self._tunnels is None else self._tunnels.get(tunnel)

    def judge(self, hello: Hello) -> TunnelAdmission | Refuse:
        """Admit a connector, or say why not. Unknown tunnels cost the same work as wrong secrets."""
        if self._tunnels is None:
            return NOT_READY
        admission = self._tunnels.get(TunnelId(hello.tunnel))
        shown = sha256(hello.secret.encode()).hexdigest()
        wanted = admission.secret_hash if admission is not None else "0" * len(shown)
        if hmac.compare_digest(shown, wanted) and admission is not None:
            return admission
        return Refuse(sentence=WRONG_TOKEN, permanent=self.current)

    def still_admits(self, tunnel: TunnelId, secret_hash: str) -> bool:
        """Whether a connector that was admitted with this secret still would be."""
        admission = self.get(tunnel)
        return admission is not None and hmac.compare_digest(admission.secret_hash, secret_hash)
