"""Secrets in an access file: written there, in a file beside it, or in an environment variable.

Rule: no error message here holds a secret, nor its length.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from doorward.declaration import values
from doorward.declaration.nodes import TextNode
from doorward.declaration.reading import At, Fields
from doorward.model.errors import Invalid


def secret(fields: Fields, name: str, *others: str) -> str | None:
    """The secret that one of ``name``, ``name_file`` and ``name_env`` gives; None if none is there.

    More than one, or one beside one of the fields ``others``, is noted as a problem. Only ``name``
    itself may be ``""``.
    """
    given = only_one(fields, (name, f"{name}_file", f"{name}_env", *others))
    if given == name:
        return fields.optional(name, _written, None)
    if given == f"{name}_file":
        return fields.optional(given, _of_file, None)
    if given == f"{name}_env":
        return fields.optional(given, _of_environment, None)
    return None


def given_secrets(fields: Fields, *names: str) -> tuple[dict[str, Any], frozenset[str]]:
    """The secrets that the file gives, by name, and the names of those it leaves out."""
    found = {name: secret(fields, name) for name in names}
    given = {name: value for name, value in found.items() if value is not None}
    return given, frozenset(found.keys() - given.keys())


def pem_secret(fields: Fields, name: str) -> str | None:
    """A private key, of several lines, that ``name`` or ``name_file`` gives; None if none is there."""
    given = only_one(fields, (name, f"{name}_file"))
    if given == name:
        return fields.optional(name, _key_text, None)
    return fields.optional(given, _key_of_file, None) if given else None


def json_secret(fields: Fields, name: str, check: Callable[[At, str], str]) -> str | None:
    """A secret that is a JSON document of several lines, as ``secret`` gives others. ``check`` raises
    Invalid for one that is not the right one, and returns it on one line."""

    def written(at: At) -> str:
        # "" is no document, and says that there is none any more.
        return check(at, at.text()) if not isinstance(at.node, TextNode) or at.node.text else at.text()

    def of_file(at: At) -> str:
        return check(at, file_text(at))

    def of_environment(at: At) -> str:
        return check(at, _of_environment(at, one_line=False))

    given = only_one(fields, (name, f"{name}_file", f"{name}_env"))
    how = {name: written, f"{name}_file": of_file, f"{name}_env": of_environment}
    return fields.optional(given, how[given], None) if given else None


def ca(fields: Fields) -> str:
    """Certificates to trust, given as ``ca`` or as ``ca_file``; empty for the system's."""
    return pem_certificates(fields, "ca")


def pem_certificates(fields: Fields, name: str) -> str:
    """Certificates, given as ``name`` or as ``name_file``; empty where there are none."""
    if only_one(fields, (name, f"{name}_file")) == f"{name}_file":
        return fields.optional(f"{name}_file", _certificates_of_file, "")
    return fields.optional(name, values.certificates, "")


def only_one(fields: Fields, names: tuple[str, ...]) -> str | None:
    """Which one of these fields is there, if any. A second one is noted as a problem."""
    given = [name for name in names if name in fields]
    for extra in given[1:]:
        problem = f"stands beside {given[0]}: give only one of {', '.join(names)}"
        fields.at.reading.note(Invalid(fields.path(extra), problem))
    return given[0] if given else None


def file_text(at: At) -> str:
    """The text of the file that this field names. Raises Invalid when it cannot be read."""
    name = at.text()
    try:
        return at.reading.read_file(name)
    except OSError as error:
        reason = error.strerror or "there is no such file"
    except UnicodeError:
        reason = "it is not UTF-8 text"
    raise at.wrong(f"cannot read {name!r}: {reason}; relative names begin at the access file's folder")


def _certificates_of_file(at: At) -> str:
    return values.checked_certificates(at, file_text(at))


def _key_text(at: At) -> str:
    return values.checked_private_key(at, at.text())


def _key_of_file(at: At) -> str:
    return values.checked_private_key(at, file_text(at))


def _written(at: At) -> str:
    return _one_line(at, at.text())


def _of_file(at: At) -> str:
    text = file_text(at).rstrip("\r\n")
    if not text:
        raise at.wrong("names a file that is empty: it must hold the secret and nothing else")
    return _one_line(at, text)


def _of_environment(at: At, *, one_line: bool = True) -> str:
    name = at.text()
    if not at.reading.environment.get(name):
        raise at.wrong(f"names the environment variable {name!r}, which is not set or empty")
    text = at.reading.environment[name]
    return _one_line(at, text) if one_line else text


def _one_line(at: At, text: str) -> str:
    """A secret that nobody could type at a prompt is a slip, such as the line end of a ``|`` block."""
    if text and not text.isprintable():
        raise at.wrong("gives a secret with a line end or control character: it must be one line of text")
    return text
