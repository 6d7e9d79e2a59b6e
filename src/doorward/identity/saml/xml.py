"""XML as a security decision needs it: one meaning per text, or an error.

Rule: nothing is fetched and no entity is resolved. A text with a document type is refused before a
parser sees it: entities could multiply (a small text that grows to gigabytes) or name files.
Rule: an answer has elements, attributes and text, nothing else. A comment inside a value makes
parsers disagree about where the value ends, and signatures do not cover it.
Rule: an id names one element. Which of two a signature means is not ours to guess.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from lxml import etree

LARGEST_MESSAGE = 256 * 1024
LARGEST_METADATA = 1024 * 1024
ID = "ID"

Element: TypeAlias = etree._Element  # noqa: SLF001 - lxml has no other name for it


class Malformed(ValueError):
    """The text is not XML as this module takes it. Its message never quotes the text."""


def read_message(text: bytes) -> Element:
    """The root of an answer of a provider.

    Raises:
        Malformed: see the rules above; or it is larger than ``LARGEST_MESSAGE``.
    """
    root = _parse(text, largest=LARGEST_MESSAGE, remove_comments=False)
    # Whatever begins with "<!" is a document type, a comment or a CDATA section.
    if b"<!" in text:
        raise Malformed("it holds a comment or a CDATA section")
    beside = root.getprevious(), root.getnext()
    if any(not isinstance(node.tag, str) for node in root.iter()) or beside != (None, None):
        raise Malformed("it holds a processing instruction")
    _check_ids(root)
    return root


def read_metadata_document(text: bytes) -> Element:
    """The root of a metadata document, which an administrator gave; comments count for nothing.

    Raises:
        Malformed: it has a document type, is no XML, or is larger than ``LARGEST_METADATA``.
    """
    return _parse(text, largest=LARGEST_METADATA, remove_comments=True)


def _parse(text: bytes, *, largest: int, remove_comments: bool) -> Element:
    if len(text) > largest:
        raise Malformed(f"it has more than {largest} bytes")
    # The parser is told that this is UTF-8, so these bytes can be spelled in no other way.
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise Malformed("it has a document type (<!DOCTYPE)")
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        recover=False,
        remove_comments=remove_comments,
        remove_pis=remove_comments,
    )
    try:
        root = etree.fromstring(text.removeprefix(b"\xef\xbb\xbf"), parser=parser)
    except (etree.XMLSyntaxError, ValueError):
        # From None: the parser quotes the text.
        raise Malformed("it is not well-formed XML in UTF-8") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise Malformed("it has a document type (<!DOCTYPE)")
    return root


def _check_ids(root: Element) -> None:
    """Unique over all attributes that some verifier might take for an id."""
    found: set[str] = set()
    for node in root.iter():
        for name, value in node.attrib.items():
            if etree.QName(str(name)).localname.lower() == "id":
                if value in found:
                    raise Malformed("an ID appears twice")
                found.add(str(value))


def text_of(node: Element | None) -> str:
    """The text of an element that has no others inside, without the blanks around it; else empty."""
    if node is None or len(node):
        return ""
    return (node.text or "").strip()


def children(node: Element, tag: str) -> list[Element]:
    """The children with this name, in their order."""
    return [child for child in node if child.tag == tag]


def everywhere(node: Element, *tags: str) -> Iterator[Element]:
    """Every element with one of these names, at any depth, the node itself included."""
    return node.iter(*tags)
