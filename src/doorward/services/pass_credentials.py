"""Which pass a request shows, and how it gets rid of it again.

A pass never reaches the origin: what carries it is named here, and the edge takes it out.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote_plus, urlsplit

from doorward.envoy import names
from doorward.model.access_pass import Presented
from doorward.model.credential_secret import PASS_PREFIX
from doorward.model.errors import Refused
from doorward.services.questions import Question

LONGEST: Final = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A pass as it was shown. ``headers`` and ``query`` name what has to be taken out of the request."""

    secret: str = field(repr=False)
    headers: tuple[str, ...] = ()
    query: tuple[str, ...] = ()


def shown(question: Question, presented: frozenset[Presented]) -> Shown | None:
    """The pass that the request shows in one of the ways that the application takes; None for none.

    What is no pass of ours in a place that may hold other things (a password that the origin asks for)
    is not looked at.

    Raises Refused for two at once, or one that cannot be read: two readers could pick different ones.
    """
    found: list[Shown] = []
    if Presented.HEADER in presented and (secret := question.header(names.PASS_HEADER)):
        found.append(Shown(secret=secret, headers=(names.PASS_HEADER,)))
    if Presented.BASIC in presented and (secret := _basic(question.header("authorization"))):
        found.append(Shown(secret=secret, headers=("authorization",)))
    if Presented.QUERY in presented and (secrets := _query(question.target)):
        found += [Shown(secret=secret, query=(names.PASS_PARAMETER,)) for secret in secrets]
    if len(found) > 1:
        raise Refused("the request shows more than one pass")
    if found and len(found[0].secret) > LONGEST:
        raise Refused("the pass is too long to be one")
    return found[0] if found else None


def _basic(header: str) -> str:
    """The password of HTTP Basic authentication (RFC 7617 section 2), if it has the form of a pass."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic" or len(encoded) > 2 * LONGEST:
        return ""
    try:
        decoded = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
    password = decoded.partition(":")[2]
    return password if password.startswith(PASS_PREFIX) else ""


def _query(target: str) -> list[str]:
    """Values of our parameter, where its name stands letter for letter: the edge takes out no other."""
    pairs = (pair.partition("=") for pair in urlsplit(target).query.split("&"))
    return [unquote_plus(value) for name, _, value in pairs if name == names.PASS_PARAMETER]
