"""What a machine shows: the client id and the secret of a service token, read from a request.

Rule: a request shows one service token, in one way, and nobody else's credentials. Whatever two readers
could understand differently is refused, never repaired: neither is a value trimmed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Final

from doorward.envoy import names
from doorward.model.application import Application
from doorward.model.errors import Invalid
from doorward.services.questions import Question

LONGEST: Final = 4096
"""Characters of a value that is looked at. A secret of our own has 53, an administrator's up to 1024."""

_PAIR = (names.CLIENT_ID_HEADER, names.CLIENT_SECRET_HEADER)


@dataclass(frozen=True, slots=True)
class MachineCredentials:
    """What was shown; nothing is proven by it yet."""

    client_id: str
    secret: str = field(repr=False)


def shown(question: Question, application: Application) -> MachineCredentials | None:
    """The service token that the request shows; None where it shows none.

    Raises:
        Invalid: it cannot be read as exactly one; names the header.
    """
    own = application.service_token_header
    in_pair = [name for name in _PAIR if name in question.headers]
    in_json = bool(own) and own in question.headers
    if not in_pair and not in_json:
        return None
    if in_pair and in_json:
        raise Invalid(own, f"stands beside {in_pair[0]}: send the service token in one way only")
    if _shows_a_person(question):
        raise Invalid(
            own if in_json else in_pair[0],
            "stands beside a person's cookie or token: send one or the other",
        )
    if in_json:
        return _of_json(own, _single(question, own))
    for name in _PAIR:
        if name not in question.headers:
            raise Invalid(name, f"is missing beside {in_pair[0]}: a service token is both")
    return MachineCredentials(*(_single(question, name) for name in _PAIR))


def _shows_a_person(question: Question) -> bool:
    """Whether a cookie or header is there that could stand for a person, whatever it is worth."""
    cookies = {
        pair.partition("=")[0].strip()
        for header in question.headers.get("cookie", ())
        for pair in header.split(";")
    }
    return (
        names.TOKEN_COOKIE in cookies
        or names.FOOTHOLD_COOKIE in cookies
        or names.CLIENT_TOKEN_HEADER in question.headers
    )


def _single(question: Question, name: str) -> str:
    values = question.headers[name]
    if len(values) != 1:
        raise Invalid(name, f"was sent {len(values)} times: send it once")
    if len(values[0]) > LONGEST:
        raise Invalid(name, f"has more than {LONGEST} characters")
    return values[0]


def _of_json(name: str, text: str) -> MachineCredentials:
    """``{"cf-access-client-id": …, "cf-access-client-secret": …}``: these two and no other, names in any
    case as in headers, each once."""
    wanted = f'write {{"{_PAIR[0]}": "…", "{_PAIR[1]}": "…"}}'
    found: list[tuple[str, object]] = []

    def noted(pairs: list[tuple[str, object]]) -> None:
        # Called for the innermost object first: the last call is about the outermost.
        found[:] = [(key.lower(), value) for key, value in pairs]

    try:
        whole = json.loads(text, object_pairs_hook=noted)
    except (ValueError, RecursionError):
        raise Invalid(name, f"is not JSON: {wanted}") from None
    values = dict(found)
    if whole is not None or len(found) != len(_PAIR) or values.keys() != set(_PAIR):
        raise Invalid(name, f"does not hold exactly the two parts of a service token: {wanted}")
    client_id, secret = (values[key] for key in _PAIR)
    if not isinstance(client_id, str) or not isinstance(secret, str):
        raise Invalid(name, f"holds a part that is not a text: {wanted}")
    return MachineCredentials(client_id, secret)
