"""What can be made to go wrong, settable while it runs. Nothing set: Entra is well.

Paths are compared by their beginning; ``/v1.0`` is all of Graph, ``/`` is everything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class IdTokenFault(StrEnum):
    """What can be wrong with an ID token."""

    WRONG_AUDIENCE = "wrong-audience"
    WRONG_TENANT = "wrong-tenant"
    WRONG_ISSUER = "wrong-issuer"
    WRONG_NONCE = "wrong-nonce"
    WRONG_VERSION = "wrong-version"
    V1_ISSUER = "v1-issuer"
    ARRAY_ISSUER = "array-issuer"
    NO_KID = "no-kid"
    UNKNOWN_KID = "unknown-kid"
    WRONG_SIGNATURE = "wrong-signature"
    EXPIRED = "expired"
    HUGE = "huge"
    HAS_GROUPS = "has-groups"


class Jwks(StrEnum):
    """How the keys are served."""

    WELL = "well"
    DOWN = "down"
    HTML = "html"


@dataclass
class Refusal:
    """The next ``times`` requests below ``path`` are answered with ``status``."""

    path: str = "/v1.0"
    status: int = 429
    retry_after: int | None = None
    times: int = 1


@dataclass
class Faults:
    """See the module.

    Attributes:
        auto_sign_in: Sign in whom ``login_hint`` (or ``default_user``) names, without a page.
        default_user: Who that is when an application gives no hint.
        refusals_return: Send back to the application what Entra would show on a page of its own.
        latency: Seconds before each answer.
        hang: Requests below this path are never answered.
        truncate: JSON below this path breaks off in the middle.
        refusals: Answers with 429 or 503; batches have theirs part by part.
        clock_skew: Seconds that Entra's clock is ahead: the Date header, and the times in tokens.
        id_token: What is wrong with ID tokens.
        claims: Claims of ID tokens to set; None leaves one out.
        jwks: How the keys are served.
        metadata: Members of discovery documents to set; None leaves one out.
        next_link_host: The host that ``@odata.nextLink`` leads to.
        delta_gone: Every delta token is too old (410).
        userinfo: Members of the userinfo answer to set; None leaves one out.
    """

    auto_sign_in: bool = False
    default_user: str = ""
    refusals_return: bool = False
    latency: float = 0
    hang: str = ""
    truncate: str = ""
    refusals: list[Refusal] = field(default_factory=list)
    clock_skew: float = 0
    id_token: IdTokenFault | None = None
    claims: dict[str, object] = field(default_factory=dict)
    jwks: Jwks = Jwks.WELL
    metadata: dict[str, object] = field(default_factory=dict)
    next_link_host: str = ""
    delta_gone: bool = False
    userinfo: dict[str, object] = field(default_factory=dict)

    def refuse(self, path: str) -> Refusal | None:
        """The refusal for a request to ``path``, which is used up by it once."""
        for refusal in self.refusals:
            if refusal.times > 0 and path.startswith(refusal.path):
                refusal.times -= 1
                return refusal
        return None


def changed(honest: Mapping[str, object], changes: Mapping[str, object]) -> dict[str, object]:
    """``honest`` with ``changes``; what is None there is left out."""
    return {
        name: value
        for name, value in {**honest, **changes}.items()
        if value is not None or name not in changes
    }
