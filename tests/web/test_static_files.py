from __future__ import annotations

import hashlib
import re
from xml.etree import ElementTree as ET

from doorward.web.static_files import StaticFile, load_static_files


def test_style_and_pictures_are_served_with_their_types() -> None:
    files = load_static_files()
    assert {name: file.content_type for name, file in files.items()} == {
        "doorward.css": "text/css; charset=utf-8",
        "favicon.svg": "image/svg+xml",
        "mark.svg": "image/svg+xml",
        "passkeys.js": "text/javascript; charset=utf-8",
    }


def test_an_address_changes_with_the_content_and_only_with_it() -> None:
    file = load_static_files()["doorward.css"]
    digest = hashlib.sha256(file.content).hexdigest()[:16]
    assert file.url == f"/cdn-cgi/access/static/doorward.css?v={digest}"
    assert file.etag == f'"{digest}"'
    assert load_static_files()["doorward.css"] == file


def test_no_static_file_names_another_host() -> None:
    def hosts(file: StaticFile) -> list[str]:
        text = file.content.decode().replace("http://www.w3.org/2000/svg", "")
        return re.findall(r"(?:https?:)?//[\w.-]+|@import|url\(", text)

    assert {name: hosts(file) for name, file in load_static_files().items() if hosts(file)} == {}


def test_pictures_hold_no_script_or_style() -> None:
    for file in load_static_files().values():
        if file.content_type == "image/svg+xml":
            for element in ET.fromstring(file.content).iter():
                assert element.tag.rpartition("}")[2] in {"svg", "title", "rect", "path"}
                assert not [name for name in element.attrib if name == "style" or name.startswith("on")]
