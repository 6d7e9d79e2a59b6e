"""An ID token's header and signature: is it signed, by a key of the provider's, in a way of ours.

Rule: the header chooses among what is allowed and published; it brings nothing of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.exceptions import UnsupportedAlgorithm
from joserfc import jws
from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jwa import JWSAlgModel
from joserfc.jws import JWSRegistry
from joserfc.util import urlsafe_b64decode

from doorward.identity.oidc.claims import Claims, broken
from doorward.identity.oidc.keys import PublishedKey
from doorward.identity.oidc.strict_json import Malformed, parse_object
from doorward.identity.oidc.tokens import LONGEST

# Members that name or hold a key (RFC 7515 section 4.1). Ignoring them would be enough; a provider
# has no reason to send them in an ID token, an attacker has.
CARRIES_A_KEY = ("jwk", "jku", "x5u", "x5c")

# RFC 8725 section 3.11: an access token (RFC 9068: at+jwt), a logout token (logout+jwt) and a
# security event (secevent+jwt) of the same provider are signed with the same keys.
TYPES = frozenset({"jwt", "application/jwt"})


@dataclass(frozen=True, slots=True)
class Header:
    """What the signature check needs of it."""

    algorithm: str
    kid: str | None


def read_header(token: str, *, algorithms: frozenset[str], types: frozenset[str] = TYPES) -> Header:
    """The header of ``token``, with nothing proven. ``types`` are the kinds of token it may call itself.

    Raises:
        Refused: it is not a signed token, its algorithm is not one of ``algorithms``, or it holds
            something that must not be there.
    """
    if len(token) > LONGEST or not token.isascii() or token.count(".") != 2:
        raise broken("it is not a signed token")
    header = _object(token.partition(".")[0])
    algorithm, kid, kind = header.get("alg"), header.get("kid"), header.get("typ", "JWT")
    if not isinstance(algorithm, str) or algorithm not in algorithms:
        raise broken("its algorithm is not allowed")
    if "crit" in header or "b64" in header:  # Doorward understands no extension (RFC 7515 section 4.1.11).
        raise broken("it demands an extension")
    if any(name in header for name in CARRIES_A_KEY):
        raise broken("it brings a key of its own")
    if not isinstance(kind, str) or kind.lower() not in types:
        raise broken("it is another kind of token")
    if not isinstance(kid, str | None):
        raise broken("its key id is not text")
    return Header(algorithm, kid)


def read_signed(token: str, header: Header, key: PublishedKey) -> Claims:
    """The claims of ``token``, whose signature by ``key`` holds. What they say is still unchecked.

    Raises:
        Refused: the signature does not hold, or the claims are not one JSON object.
    """
    if not key.fits(header.algorithm):
        raise broken("its key does not go with its algorithm")
    try:
        signed = jws.deserialize_compact(token, key.key, registry=_OneAlgorithm(header.algorithm))
    except (JoseError, UnsupportedAlgorithm, ValueError, TypeError):
        raise broken("its signature is wrong") from None
    try:
        return Claims(parse_object(signed.payload or b""))
    except Malformed as error:
        raise broken(f"its claims cannot be read: {error}") from None


class _OneAlgorithm(JWSRegistry):
    """Knows one algorithm, and takes headers and payloads as large as ``LONGEST`` allows.

    joserfc warns at every use of the name EdDSA, which RFC 9864 deprecates and providers still
    send; which algorithm is used was decided before.
    """

    max_header_length = LONGEST
    max_payload_length = LONGEST

    def __init__(self, algorithm: str) -> None:
        super().__init__(algorithms=[algorithm], strict_check_header=False)

    def get_alg(self, name: str) -> JWSAlgModel:
        if self.allowed != [name]:
            raise UnsupportedAlgorithmError("not the algorithm that was checked")
        return self.algorithms[name]


def _object(segment: str) -> dict[str, object]:
    try:
        return dict(parse_object(urlsafe_b64decode(segment.encode())))
    except ValueError:  # Malformed and binascii.Error are both.
        raise broken("its header cannot be read") from None
