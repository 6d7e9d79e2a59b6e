"""Logs of a part: one JSON object a line on standard error, from our own code and from libraries.

Rule: what came from outside stays inside its JSON string; line ends and terminal codes are escaped.
Rule: nobody logs a secret. Redacting here is the last line of defence, not a licence.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping
from typing import TextIO

import structlog
from structlog.typing import EventDict, WrappedLogger

LEVELS = ("debug", "info", "warning", "error")

QUIET = ("alembic", "asyncio", "grpc", "httpcore", "httpx", "sqlalchemy", "websockets")
"""Libraries that say too much: of these, warnings and worse."""

REDACTED = "[redacted]"
DEEPEST = 5

SECRET_WORDS = frozenset(
    {"assertion", "authorization", "cookie", "cookies", "jwt", "password", "secret", "token", "verifier"}
)
"""A field is secret when its name ends with one of these words: ``client_secret``, ``Set-Cookie``."""

SECRET_NAMES = frozenset({"authorization_code", "code", "device_code"})
"""These names as a whole: ``exit_code`` and ``status_code`` are not secret."""

IN_TEXT = re.compile(
    r"""(?ix)
    \b((?:[a-z0-9]+[_-])*(?:assertion|code|jwt|password|secret|token|verifier)=) [^&\s"']+
    | \b((?:bearer|basic)\s+) [a-z0-9._~+/=-]{8,}
    """
)
"""Secrets inside a text, such as the query of a URL or a copied header."""


def configure_logging(part: str, *, level: str = "info", stream: TextIO | None = None) -> None:
    """Send the logs of this process, which is the part ``part``, to ``stream`` (standard error).

    Libraries that bring their own set-up must be told to leave it: ``uvicorn`` by ``log_config=None``.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _Shape(part),
            structlog.processors.JSONRenderer(),
        ],
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(formatter)
    threshold = logging.getLevelNamesMapping()[level.upper()]
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(threshold)
    for name in QUIET:
        logging.getLogger(name).setLevel(max(threshold, logging.WARNING))
    logging.captureWarnings(True)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.stdlib.LoggerFactory(),
    )


class _Shape:
    """The last step before the line is written: the same fields first in every line, secrets taken out."""

    def __init__(self, part: str) -> None:
        self._part = part

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        first = {
            "timestamp": event.pop("timestamp", None),
            "level": event.pop("level", None),
            "part": self._part,
            "event": event.pop("event", ""),
        }
        if event.get("part") == self._part:
            del event["part"]
        return {name: redacted(name, value) for name, value in {**first, **event}.items()}


def redacted(name: str, value: object, depth: int = 0) -> object:
    """``value`` of the field ``name`` without what looks like a secret."""
    if value is not None and _is_secret(name):
        return REDACTED
    if isinstance(value, str):
        return IN_TEXT.sub(lambda match: f"{match[1] or match[2]}{REDACTED}", value)
    if depth >= DEEPEST:
        return repr(value) if not isinstance(value, Mapping | list | tuple | set) else REDACTED
    if isinstance(value, Mapping):
        return {str(key): redacted(str(key), inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [redacted("", inner, depth + 1) for inner in value]
    return value


def _is_secret(name: str) -> bool:
    words = re.split(r"[^a-z0-9]+", name.lower())
    return words[-1] in SECRET_WORDS or "_".join(words) in SECRET_NAMES
