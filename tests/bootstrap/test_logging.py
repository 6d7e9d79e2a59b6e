"""Log lines as they leave the process."""

from __future__ import annotations

import io
import json
import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
import structlog

from doorward.bootstrap.logging import configure_logging

Lines = Callable[[], list[dict[str, Any]]]


@contextmanager
def logging_to(stream: io.StringIO) -> Iterator[None]:
    """Logging as a part has it, to ``stream``; afterwards as it was."""
    root = logging.getLogger()
    before = (list(root.handlers), root.level)
    configure_logging("control", stream=stream)
    try:
        yield
    finally:
        logging.captureWarnings(False)
        root.handlers[:], level = before
        root.setLevel(level)
        structlog.reset_defaults()


@pytest.fixture(name="lines")
def logging_to_memory() -> Iterator[Lines]:
    """Returns the lines that were written, each parsed as JSON."""
    stream = io.StringIO()
    with logging_to(stream):
        yield lambda: [json.loads(line) for line in stream.getvalue().split("\n")[:-1]]


def test_a_line_says_when_how_bad_who_and_what_in_this_order(lines: Lines) -> None:
    structlog.get_logger("services.sessions").info("session revoked", session="s1", count=2)
    (line,) = lines()
    assert list(line)[:4] == ["timestamp", "level", "part", "event"]
    assert datetime.fromisoformat(line["timestamp"]).utcoffset() == timedelta(0)
    del line["timestamp"]
    assert line == {
        "level": "info",
        "part": "control",
        "event": "session revoked",
        "session": "s1",
        "count": 2,
        "logger": "services.sessions",
    }


def test_libraries_go_the_same_way(lines: Lines) -> None:
    logging.getLogger("uvicorn.error").info("started with %d workers", 2)
    (started,) = lines()
    assert (started["event"], started["logger"]) == ("started with 2 workers", "uvicorn.error")


def test_the_level_holds_and_chatty_libraries_are_quiet(lines: Lines) -> None:
    structlog.get_logger().debug("a")
    logging.getLogger("uvicorn.error").debug("b")
    logging.getLogger("httpx").info("c")
    logging.getLogger("httpx").warning("d")
    assert [line["event"] for line in lines()] == ["d"]


@pytest.mark.parametrize(
    "hostile",
    [
        'ada"}\n{"level":"info","part":"control","event":"session revoked"}',
        "ada\r\nforged",
        "\x1b[2J\x1b[31mred",
        "\x9b31mred",
        "\x00\x07\x7f\u2028\u2029\u0085",
    ],
)
def test_a_log_cannot_be_forged(lines: Lines, hostile: str) -> None:
    structlog.get_logger().info(hostile, email=hostile, **{hostile: 1})
    logging.getLogger("uvicorn.error").info("%s", hostile)
    ours, theirs = lines()
    assert ours["email"] == ours["event"] == theirs["event"] == hostile
    assert (ours["part"], ours["level"]) == ("control", "info")


def test_a_line_holds_no_character_that_a_terminal_obeys() -> None:
    stream = io.StringIO()
    with logging_to(stream):
        structlog.get_logger().info("\x1b[2J\x9b\x85\x08", name="\x1b]0;title\x07")
    assert stream.getvalue()[:-1].isprintable()


def test_warnings_are_lines_too() -> None:
    stream = io.StringIO()
    with warnings.catch_warnings(), logging_to(stream):
        warnings.simplefilter("always")
        warnings.warn("old ways", DeprecationWarning, stacklevel=1)
    line = json.loads(stream.getvalue())
    assert line["level"] == "warning"
    assert "old ways" in line["event"]


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "Password",
        "client_secret",
        "token",
        "access_token",
        "Cookie",
        "Set-Cookie",
        "code",
        "authorization",
        "Proxy-Authorization",
        "code_verifier",
        "Cf-Access-Jwt-Assertion",
    ],
)
def test_secret_fields_are_taken_out_at_any_depth(lines: Lines, name: str) -> None:
    structlog.get_logger().info("x", **{name: "hunter2"}, headers=[{name: "hunter2"}, (name, "fine")])
    (line,) = lines()
    assert "hunter2" not in json.dumps(line)
    assert line[name] == "[redacted]"
    assert line["headers"][1] == [name, "fine"]


@pytest.mark.parametrize("name", ["exit_code", "status_code", "token_version", "secret_hash", "tokens"])
def test_fields_that_only_sound_secret_stay(lines: Lines, name: str) -> None:
    structlog.get_logger().info("x", **{name: 7})
    assert lines()[0][name] == 7


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("GET /callback?code=hunter2&state=s", "GET /callback?code=[redacted]&state=s"),
        ("POST client_secret=hunter2&x=1", "POST client_secret=[redacted]&x=1"),
        ("Authorization: Bearer hunter2.hunter2", "Authorization: Bearer [redacted]"),
        ("basic hunter2hunter2=", "basic [redacted]"),
        ("a basic test", "a basic test"),
    ],
)
def test_secrets_inside_a_text_are_taken_out(lines: Lines, text: str, left: str) -> None:
    logging.getLogger("library").warning("saw %s", text)
    assert lines()[0]["event"] == f"saw {left}"


def test_an_exception_stays_on_its_line(lines: Lines) -> None:
    def fail() -> None:
        raise ValueError("token=hunter2\nforged")

    try:
        fail()
    except ValueError:
        structlog.get_logger().exception("failed")
        logging.getLogger("library").exception("failed too")
    ours, theirs = lines()
    for line in (ours, theirs):
        assert "ValueError: token=[redacted]\nforged" in line["exception"]


def test_values_that_json_does_not_know_are_shown(lines: Lines) -> None:
    structlog.get_logger().info("x", when=datetime(2026, 1, 1), deep={"a": {"b": {"c": {"d": {"e": {}}}}}})  # noqa: DTZ001
    assert "2026" in lines()[0]["when"]
