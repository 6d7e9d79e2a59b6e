from __future__ import annotations

from xml.etree import ElementTree as ET

import segno

from doorward.web.qr import qr

TEXT = "otpauth://totp/a:b?secret=AAAA"


def test_a_code_is_drawn_dark_on_white_without_style_or_script() -> None:
    drawing = ET.fromstring(qr(TEXT))
    assert {element.tag.rpartition("}")[2] for element in drawing.iter()} == {"svg", "path"}
    assert {name for element in drawing.iter() for name in element.attrib} <= {
        "aria-hidden",
        "class",
        "d",
        "fill",
        "stroke",
        "viewBox",
        "transform",
    }
    size = len(segno.make(TEXT, micro=False, error="m").matrix) + 8
    assert drawing.get("viewBox") == f"0 0 {size} {size}"


def test_text_from_outside_does_not_stand_in_the_drawing() -> None:
    assert "script" not in qr("</svg><script>alert(1)</script>")
