"""Flows: the way of a browser from an application to the sign-in and back.

A flow is begun on the application's host, where a cookie binds it to the browser, and ended there by
a one-time code; so nobody can be signed in by a link that somebody else prepared (login CSRF,
RFC 9700 section 4.7). What must survive the way, the page that was asked for above all, travels
sealed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from urllib.parse import urlencode

from doorward.envoy import names
from doorward.model.application import Application
from doorward.model.errors import Refused
from doorward.model.ids import ApplicationId
from doorward.ports.clock import Randomness
from doorward.services.cookies import set_cookie
from doorward.services.questions import Question
from doorward.services.sealing import Seal
from doorward.services.secrets import hashed

LIFETIME: Final = timedelta(minutes=30)
LONGEST_TARGET: Final = 2048
"""Bytes of path and query that are kept; a longer deep link leads to the application's start."""

_BINDING = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class Flow:
    """Where a person is heading: an application, the hostname, and the path and query there.

    ``binding`` is the hash of the browser's flow cookie on that host. ``asked`` are authentication
    contexts that the person was sent to satisfy on this way already: they are not sent twice.
    """

    application: ApplicationId
    host: str
    target: str
    binding: str
    asked: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class FlowDeparture:
    """Where to send the browser, and the cookies to give it."""

    location: str
    cookies: Sequence[str] = field(repr=False)


def local_target(target: str) -> str:
    """``target`` if it is a path on the same host, else ``/``.

    Not two slashes, nor a slash and a backslash, at the start: other hosts to a browser. Nothing
    with control characters.
    """
    plain = target.startswith("/") and target[1:2] not in ("/", "\\") and target.isprintable()
    return target if plain and "\\" not in target and len(target) <= LONGEST_TARGET else "/"


class Flows:
    """Begins flows and reads them back. ``team_origin`` is ``https://`` and the team authority."""

    def __init__(self, *, team_origin: str, seal: Seal, randomness: Randomness) -> None:
        self._team_origin = team_origin
        self._seal = seal
        self._randomness = randomness

    def begin(self, application: Application, question: Question) -> FlowDeparture:
        """Send this browser to sign in for ``application``, and back to where it was going.

        Several tabs share one binding, so that each of them can come back.
        """
        cookie = names.flow_cookie(application)
        secret = question.cookie(cookie)
        if not _BINDING.fullmatch(secret):
            secret = self._randomness.token()
        flow = Flow(application.id, question.host, local_target(question.target), hashed(secret))
        return FlowDeparture(
            location=self.sign_in_url(flow),
            cookies=[set_cookie(cookie, secret, lifetime=LIFETIME)],
        )

    def sign_in_url(self, flow: Flow | None) -> str:
        """The team host's sign-in, with the flow if there is one."""
        url = f"{self._team_origin}{names.ACCESS_PATH}login"
        return f"{url}?{urlencode({'flow': self.sealed(flow)})}" if flow else url

    def sealed(self, flow: Flow) -> str:
        """The flow as an opaque text."""
        return self._seal.close(
            {
                "application": flow.application,
                "host": flow.host,
                "target": flow.target,
                "binding": flow.binding,
                "asked": " ".join(sorted(flow.asked)),
            }
        )

    def opened(self, sealed: str) -> Flow:
        """The flow that was sealed. Raises Refused for anything else."""
        values = self._seal.open(sealed)
        try:
            return Flow(
                ApplicationId(values["application"]),
                values["host"],
                values["target"],
                values["binding"],
                frozenset(values["asked"].split()),
            )
        except KeyError as error:
            raise Refused("this link is for something else; start again") from error
