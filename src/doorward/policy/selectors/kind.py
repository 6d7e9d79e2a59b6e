"""What each selector file holds. A file is one kind; ``SELECTORS`` lists them.

Three sorts of file: those whose facts are always known (``Exact``), those that the control plane judges
when it makes a token, which then carries the outcome (``Judged``), and those that say for
themselves what the data plane may conclude (``SelectorKind``).
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Protocol

from doorward.model.access import AccessRequest
from doorward.model.policy import Action
from doorward.model.rule import Selector
from doorward.policy.bounds import Bounds, exactly, in_token
from doorward.policy.expression import Expression
from doorward.policy.match import Match

EVERY_ACTION = frozenset(Action)
PEOPLE = frozenset({Action.ALLOW, Action.DENY})
"""The actions that look at a signed-in person."""
MACHINES = frozenset({Action.SERVICE_AUTH})
"""The action that looks at a service token."""


class Narrowing(StrEnum):
    """Whether selectors of a kind may say which identity provider's facts they mean."""

    NEVER = "never"
    OPTIONAL = "optional"
    REQUIRED = "required"


class Spelling(Protocol):
    """Where a kind of selector may stand, and how it is written: what every file has."""

    @property
    def actions(self) -> frozenset[Action]:
        """The actions whose policies may use it. A kind that ``bypass`` may use says something
        without knowing who asks."""
        ...

    @property
    def narrowing(self) -> Narrowing:
        """Whether it may, or must, be narrowed to one identity provider."""
        ...

    def parse(self, value: str, field: str, /) -> str:
        """The canonical spelling of ``value``.

        Raises Invalid, naming ``field`` and what is allowed.
        """
        ...


class SelectorKind(Spelling, Protocol):
    """One kind of selector, as the evaluator and the compiler see it."""

    def matches(self, selector: Selector, request: AccessRequest, /) -> Match:
        """Whether the facts of ``request`` fit; UNKNOWN where one is missing. ``selector.value`` is
        canonical."""
        ...

    def bounds(self, selector: Selector, /) -> Bounds:
        """What the data plane may conclude by itself, given a current token: ``certain`` is true of no
        request but those that match, ``possible`` of all but those that certainly do not."""
        ...


class ExactFile(Spelling, Protocol):
    """A file whose facts are known of every request: it holds or it does not."""

    def matches(self, selector: Selector, request: AccessRequest, /) -> bool:
        """Whether the facts of ``request`` fit."""
        ...

    def expression(self, selector: Selector, /) -> Expression:
        """The same test for the data plane: true of exactly the requests that ``matches`` holds
        for, given a current token."""
        ...


class JudgedFile(Spelling, Protocol):
    """A file that only the control plane can judge. It does so when it makes a token, and the token
    carries the outcome for as long as it holds."""

    def matches(self, selector: Selector, request: AccessRequest, /) -> Match:
        """Whether the facts of ``request`` fit; UNKNOWN where one is missing."""
        ...

    def until(self, selector: Selector, request: AccessRequest, /) -> datetime | None:
        """When the outcome may change by the mere passing of time; None where it does not. No token
        that carries it lives longer."""
        ...


class _Spelt:
    """The part of a kind that a file's spelling gives."""

    def __init__(self, file: Spelling) -> None:
        self.actions = file.actions
        self.narrowing = file.narrowing
        self._parse = file.parse

    def parse(self, value: str, field: str, /) -> str:
        """See ``Spelling.parse``."""
        return self._parse(value, field)


class Exact(_Spelt):
    """A kind made of an ``ExactFile``."""

    def __init__(self, file: ExactFile) -> None:
        super().__init__(file)
        self.file = file

    def matches(self, selector: Selector, request: AccessRequest, /) -> Match:
        """YES or NO."""
        return Match.of(self.file.matches(selector, request))

    def bounds(self, selector: Selector, /) -> Bounds:
        """The data plane knows as much."""
        return exactly(self.file.expression(selector))


class Judged(_Spelt):
    """A kind made of a ``JudgedFile``."""

    def __init__(self, file: JudgedFile) -> None:
        super().__init__(file)
        self.file = file

    def matches(self, selector: Selector, request: AccessRequest, /) -> Match:
        """See ``JudgedFile.matches``."""
        return self.file.matches(selector, request)

    def until(self, selector: Selector, request: AccessRequest, /) -> datetime | None:
        """See ``JudgedFile.until``."""
        return self.file.until(selector, request)

    def bounds(self, selector: Selector, /) -> Bounds:
        """What the token says of it."""
        return in_token(selector)
