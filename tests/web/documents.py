"""Reads an HTML document as strictly as a test needs: every element closed, in the right order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset({"br", "hr", "img", "input", "link", "meta"})


@dataclass(frozen=True, slots=True)
class Element:
    """An element's name, its attributes, and the text directly inside it."""

    name: str
    attributes: Mapping[str, str]
    text: list[str] = field(default_factory=list)

    def get(self, attribute: str) -> str:
        return self.attributes.get(attribute, "")


class Document(HTMLParser):
    """A parsed document. Raises ValueError when elements are not nested properly."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self._open: list[Element] = []
        if not html.startswith("<!doctype html>\n"):
            raise ValueError("the document does not begin with its type")
        self.feed(html)
        self.close()
        if self._open:
            raise ValueError(f"never closed: {[element.name for element in self._open]}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            raise ValueError(f"<{tag}> has an attribute twice")
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop().name != tag:
            raise ValueError(f"</{tag}> closes something else")

    def handle_data(self, data: str) -> None:
        if self._open:
            self._open[-1].text.append(data)

    def all(self, *names: str) -> list[Element]:
        """Every element with one of these names, in order."""
        return [element for element in self.elements if element.name in names]

    @property
    def text(self) -> str:
        """All text, blanks joined."""
        return " ".join(" ".join(word for element in self.elements for word in element.text).split())

    @property
    def addresses(self) -> list[str]:
        """Everywhere the document points to."""
        names = ("href", "src", "action", "srcset", "poster", "data", "formaction")
        return [
            element.attributes[name]
            for element in self.elements
            for name in names
            if name in element.attributes
        ]
