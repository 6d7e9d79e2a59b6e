from __future__ import annotations

import pytest

from doorward.identity.saml.xml import (
    LARGEST_MESSAGE,
    LARGEST_METADATA,
    Malformed,
    children,
    everywhere,
    read_message,
    read_metadata_document,
    text_of,
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "well-formed"),
        (b"<a>", "well-formed"),
        (b"<a/><b/>", "well-formed"),
        (b"<a>\xff</a>", "well-formed"),
        (b"<a x='1' x='2'/>", "well-formed"),
        (b"<a>&b;</a>", "well-formed"),
        (b"<p:a/>", "well-formed"),
        (b"<a><!-- --></a>", "comment"),
        (b"<!-- --><a/>", "comment"),
        (b"<a/><!-- -->", "comment"),
        (b"<a><![CDATA[x]]></a>", "comment or a CDATA"),
        (b"<a><?x y?></a>", "processing instruction"),
        (b"<?x y?><a/>", "processing instruction"),
        (b"<a/><?x y?>", "processing instruction"),
        (b"<!DOCTYPE a><a/>", "document type"),
        (b"<a ID='x'><b ID='x'/></a>", "appears twice"),
        (b"<a ID='x'><b Id='x'/></a>", "appears twice"),
        (b"<a ID='x'><b xml:id='x'/></a>", "appears twice"),
        (b"<a>" + b"x" * LARGEST_MESSAGE + b"</a>", "more than"),
    ],
)
def test_an_answer_has_elements_attributes_and_text_and_nothing_else(text: bytes, said: str) -> None:
    with pytest.raises(Malformed, match=said):
        read_message(text)


def test_a_plain_text_is_read() -> None:
    root = read_message(
        b"\xef\xbb\xbf<?xml version='1.0' encoding='UTF-8'?><a ID='x'><b ID='y'> t&#65; </b></a>"
    )
    assert text_of(root[0]) == "tA"
    assert children(root, "b") == [root[0]]
    assert list(everywhere(root, "a", "b")) == [root, root[0]]


def test_an_element_with_others_inside_has_no_text() -> None:
    root = read_message(b"<a><b>x<c/>y</b><d/></a>")
    assert [text_of(node) for node in (root[0], root[1], None)] == ["", "", ""]


def test_metadata_may_hold_comments_but_no_document_type() -> None:
    root = read_metadata_document(
        b"<?xml version='1.0' encoding='utf-16'?><!-- a --><a>x<!-- b -->y<?c?></a>"
    )
    assert text_of(root) == "xy"
    for text in (b"<!DOCTYPE a><a/>", b"<a>", b"<a>" + b" " * LARGEST_METADATA + b"</a>"):
        with pytest.raises(Malformed):
            read_metadata_document(text)
