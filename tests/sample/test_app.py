from __future__ import annotations

import pytest

from tests.sample.asgi import ask


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("/static/sample.css", "text/css"),
        ("/static/mark.svg", "image/svg+xml"),
        ("/static/websocket.js", "javascript"),
        ("/static/events.js", "javascript"),
    ],
)
def test_static_files_are_served_with_their_types(path: str, content_type: str) -> None:
    answer = ask("GET", path)
    assert answer.status_code == 200
    assert content_type in answer.headers["content-type"]


def test_what_is_not_there_is_not_found() -> None:
    assert ask("GET", "/nothing").status_code == 404
    assert ask("GET", "/static/../app.py").status_code == 404
    assert ask("POST", "/").status_code == 405
