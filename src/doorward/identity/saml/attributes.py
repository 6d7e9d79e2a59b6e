"""What an assertion says about the person beside the NameID (Core section 2.7.3).

Rule: an attribute is found by its Name; by its FriendlyName only if none has that Name, for those are made
up by whoever sends them (Core section 2.7.3.1).
Rule: a value is text. What holds elements, or is no single line, is refused where it is used, not repaired.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from doorward.identity.saml import names
from doorward.identity.saml.broken import broken
from doorward.identity.saml.response import TrustedAssertion
from doorward.identity.saml.xml import Element, children

MOST_VALUES = 10_000
LONGEST_VALUE = 1024


@dataclass(frozen=True, slots=True)
class Attributes:
    """Values by Name and by FriendlyName; an attribute that appears twice has the values of both.

    A value that is no text of a sensible length is None.
    """

    by_name: Mapping[str, Sequence[str | None]] = field(default_factory=dict)
    by_friendly_name: Mapping[str, Sequence[str | None]] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        """Whether there is an attribute of this name, with or without values."""
        return name in self.by_name or name in self.by_friendly_name

    def values(self, name: str) -> Sequence[str]:
        """The values; none where there is no such attribute.

        Raises:
            SignInRefused: one is no text.
        """
        found = self.by_name[name] if name in self.by_name else self.by_friendly_name.get(name, ())
        values = [value for value in found if value is not None]
        if len(values) != len(found):
            raise broken(
                f"its attribute {name!r} holds more than lines of at most {LONGEST_VALUE} characters"
            )
        return values

    def first_of(self, wanted: Iterable[str]) -> tuple[str, Sequence[str]]:
        """The first of these names that has values, and they; or nothing."""
        return next(((name, self.values(name)) for name in wanted if self.values(name)), ("", ()))

    def shown(self) -> dict[str, object]:
        """For people to look at."""
        return {
            name: [value if value is not None else "(no text)" for value in values]
            for name, values in self.by_name.items()
        }


def read_attributes(assertion: TrustedAssertion) -> Attributes:
    """All attributes.

    Raises:
        SignInRefused: one is encrypted, or there are too many.
    """
    by_name: dict[str, list[str | None]] = {}
    by_friendly_name: dict[str, list[str | None]] = {}
    for statement in children(assertion, names.assertion("AttributeStatement")):
        for attribute in statement:
            if attribute.tag != names.assertion("Attribute"):
                raise broken(
                    "it holds an encrypted attribute, which Doorward does not open",
                    administrator="Have the provider encrypt whole assertions instead.",
                )
            found = [_text(value) for value in children(attribute, names.assertion("AttributeValue"))]
            values = [value for value in found if value != ""]
            by_name.setdefault(attribute.get("Name") or "", []).extend(values)
            friendly = attribute.get("FriendlyName")
            if friendly:
                by_friendly_name.setdefault(friendly, []).extend(values)
    if sum(map(len, by_name.values())) > MOST_VALUES:
        raise broken(f"it holds more than {MOST_VALUES} values of attributes")
    return Attributes(by_name, by_friendly_name)


def _text(value: Element) -> str | None:
    text = (value.text or "").strip()
    return text if not len(value) and text.isprintable() and len(text) <= LONGEST_VALUE else None
