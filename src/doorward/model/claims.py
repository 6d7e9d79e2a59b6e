"""The claims of an application token: what the edge knows of who is asking.

Names follow Cloudflare Access where it has one (``common_name``, ``type``), and RFC 7519.
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from doorward.model.access import Identity
from doorward.model.identity_headers import fit_into_token, identity_headers
from doorward.model.ids import (
    Audience,
    Credential,
    IdentityProviderId,
    PolicyId,
    ServiceTokenId,
    SessionId,
)

TOKEN_TYPE = "app"
"""The ``type`` of a token that admits to one application. No other token may be taken for one."""
PASS_TYPE = "pass"
"""The ``type`` of the assertion that goes to an origin for somebody who showed a pass. It admits to nothing:
whoever sees it at the origin cannot come back with it."""
CERTIFICATE_TYPE = "certificate"
"""The same, for a machine that showed a client certificate and nothing else."""


def subject_of(identity: Identity) -> str:
    """A person's ``sub``: the same at every application and sign-in, different for everybody else.

    Subjects of two identity providers may be equal, so both parts go in; hashed, to have one form
    (32 hexadecimal digits).
    """
    key = f"{identity.identity_provider}\0{identity.subject}"
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def token_generation(organisation: int, application: int, fingerprint: str) -> str:
    """The ``gen`` claim. A token with another one than the application's present one is stale.

    ``organisation`` and ``application`` are the generations of the configuration and of the
    application; ``fingerprint`` is ``CompiledApplication.fingerprint``.
    """
    return f"{organisation}.{application}.{fingerprint}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentioned:
    """The facts of people that an application's policies look for: all that its tokens carry.

    ``claims`` are pairs of name and value, ``methods`` are authentication methods. ``upn`` is whether
    any user principal name is looked for.
    ``headers`` are ``Origin.identity_headers``. ``policy`` is whether it matters which one admitted them.
    """

    groups: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    claims: frozenset[tuple[str, str]] = frozenset()
    contexts: frozenset[str] = frozenset()
    methods: frozenset[str] = frozenset()
    upn: bool = False
    headers: tuple[tuple[str, str], ...] = ()
    policy: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdicts:
    """What the control plane found about the selectors that only it can judge, by their names: those
    that matched, those that certainly did not, and until when all that holds (None: as long as the
    token lives)."""

    met: frozenset[str] = frozenset()
    unmet: frozenset[str] = frozenset()
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Validity:
    """As what, where and when a token counts. ``issued`` and ``expires`` are cut to whole seconds,
    downwards."""

    issuer: str
    audience: Audience
    generation: str
    issued: datetime
    expires: datetime
    type: str = TOKEN_TYPE


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenClaims:
    """The claims of one token.

    ``claims`` holds further facts as ``name=value``; ``contexts`` are authentication contexts, none of
    which the token outlives; ``methods`` are ways in which the person proved themselves. ``met`` and
    ``unmet`` are those of ``Verdicts``. ``headers`` are what the
    origin is told of the person, by header: all of it, or None where that would be too much for a token.
    ``policy`` is the one that admitted them, where it matters.
    A person's token has ``session``, ``email`` and ``identity_provider``; a machine's has
    ``service_token``, ``credential`` and ``common_name`` (its client id) and none of those. That of a client
    certificate has its ``fingerprint`` (SHA-256, hexadecimal) and ``common_name`` only. Policies
    tell people by the presence of ``sid``, so a machine's token never has that.
    """

    validity: Validity
    subject: str = ""
    email: str = ""
    identity_provider: IdentityProviderId | None = None
    upn: str = ""
    groups: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    contexts: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    met: tuple[str, ...] = ()
    unmet: tuple[str, ...] = ()
    headers: Mapping[str, str] | None = None
    policy: PolicyId | None = None
    session: SessionId | None = None
    service_token: ServiceTokenId | None = None
    credential: Credential | None = None
    common_name: str = ""
    fingerprint: str = ""

    @classmethod
    def for_person(
        cls,
        identity: Identity,
        *,
        session: SessionId,
        mentioned: Mentioned,
        verdicts: Verdicts,
        validity: Validity,
        policy: PolicyId | None = None,
    ) -> TokenClaims:
        """A person's claims. Of their facts only those that the policies mention go in."""
        headers = identity_headers(mentioned.headers, identity)
        return cls(
            validity=validity,
            subject=subject_of(identity),
            email=identity.email,
            identity_provider=identity.identity_provider,
            upn=identity.upn if mentioned.upn else "",
            groups=tuple(sorted(identity.groups & mentioned.groups)),
            roles=tuple(sorted(identity.roles & mentioned.roles)),
            claims=tuple(sorted(f"{name}={value}" for name, value in identity.claims & mentioned.claims)),
            contexts=tuple(sorted(identity.contexts & mentioned.contexts)),
            methods=tuple(sorted(identity.methods & mentioned.methods)),
            met=tuple(sorted(verdicts.met)),
            unmet=tuple(sorted(verdicts.unmet)),
            headers=headers if mentioned.headers and fit_into_token(headers) else None,
            policy=policy if mentioned.policy else None,
            session=session,
        )

    @classmethod
    def for_machine(
        cls,
        service_token: ServiceTokenId,
        *,
        credential: Credential,
        client_id: str,
        verdicts: Verdicts,
        validity: Validity,
    ) -> TokenClaims:
        """A machine's claims."""
        return cls(
            validity=validity,
            met=tuple(sorted(verdicts.met)),
            unmet=tuple(sorted(verdicts.unmet)),
            service_token=service_token,
            credential=credential,
            common_name=client_id,
        )

    @classmethod
    def for_certificate(
        cls, *, fingerprint: str, common_name: str, verdicts: Verdicts, validity: Validity
    ) -> TokenClaims:
        """The claims of a machine that showed a client certificate alone."""
        return cls(
            validity=validity,
            met=tuple(sorted(verdicts.met)),
            unmet=tuple(sorted(verdicts.unmet)),
            common_name=common_name,
            fingerprint=fingerprint,
        )

    def as_claims(self) -> dict[str, object]:
        """The claims set to sign.

        Raises ValueError for a token that would be a person's and a machine's at once, or nobody's.
        """
        whose = (self.session is not None, self.service_token is not None, bool(self.fingerprint))
        if sum(whose) != 1:
            raise ValueError("a token is a person's, a machine's or a certificate's")
        claims: dict[str, object] = {
            "iss": self.validity.issuer,
            "aud": [self.validity.audience],
            "sub": self.subject,
            "type": self.validity.type,
            "gen": self.validity.generation,
            "iat": int(self.validity.issued.timestamp()),
            "nbf": int(self.validity.issued.timestamp()),
            "exp": int(self.validity.expires.timestamp()),
        }
        if self.session is not None:
            claims |= {
                "email": self.email,
                "idp": self.identity_provider,
                "groups": list(self.groups),
                "sid": self.session,
            }
        elif self.fingerprint:
            # RFC 8705 section 3.1
            digest = urlsafe_b64encode(bytes.fromhex(self.fingerprint)).rstrip(b"=").decode()
            claims |= {"common_name": self.common_name, "cnf": {"x5t#S256": digest}}
        else:
            claims |= {
                "common_name": self.common_name,
                "service_token": self.service_token,
                "credential": self.credential,
            }
        facts: dict[str, object] = {
            "upn": self.upn,
            "roles": list(self.roles),
            "claims": list(self.claims),
            "acrs": list(self.contexts),
            "amr": list(self.methods),
            "met": list(self.met),
            "unmet": list(self.unmet),
            "policy": self.policy,
            "headers": self.headers,
            "told": "" if self.headers is None else "all",
        }
        return claims | {name: value for name, value in facts.items() if value}
