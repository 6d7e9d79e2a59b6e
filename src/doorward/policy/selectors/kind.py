"""What each selector file holds. A file is one kind; ``SELECTORS`` lists them."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from doorward.model.access import AccessRequest
from doorward.model.policy import Action
from doorward.model.rule import Selector
from doorward.policy.expression import Expression

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


class SelectorKind(Protocol):
    """One kind of selector; a module of this package implements it."""

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

    def matches(self, selector: Selector, request: AccessRequest, /) -> bool:
        """Whether the facts of ``request`` fit; ``selector.value`` is canonical."""
        ...

    def expression(self, selector: Selector, /) -> Expression:
        """The same test for the data plane: true of exactly the requests that ``matches`` holds
        for, given a current token."""
        ...
