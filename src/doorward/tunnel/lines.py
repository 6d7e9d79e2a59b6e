"""JSON lines: bytes to objects, with a bound, and checked access to what is in them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from doorward.model.errors import Invalid


def printable(text: str) -> str:
    """The text with a question mark for each character that cannot be printed."""
    return text if text.isprintable() else "".join(c if c.isprintable() else "?" for c in text)


class LineBuffer:
    """Cuts arriving bytes into lines of at most ``limit`` bytes."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._parts: list[bytes] = []
        self._size = 0

    def feed(self, data: bytes) -> list[bytes]:
        """The lines that these bytes complete, without their ends.

        Raises:
            Invalid: a line is longer than the limit.
        """
        lines: list[bytes] = []
        *complete, rest = data.split(b"\n")
        for line in complete:
            self._check(len(line))
            lines.append(b"".join((*self._parts, line)))
            self._parts.clear()
            self._size = 0
        if rest:
            self._check(len(rest))
            self._parts.append(rest)
            self._size += len(rest)
        return lines

    def _check(self, more: int) -> None:
        if self._size + more > self.limit:
            raise Invalid("", f"a line is longer than {self.limit} bytes")


class Fields:
    """A JSON object whose fields are read with their types checked.

    Every method raises Invalid, naming the field, when it is missing or of another type.
    """

    def __init__(self, values: Mapping[str, object], path: str = "") -> None:
        self._values = values
        self._path = path

    @classmethod
    def parse(cls, line: bytes) -> Fields:
        """Read one line. Raises Invalid when it is not a JSON object."""
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise Invalid("", "a line is not JSON") from error
        return cls._object(value, "")

    @classmethod
    def _object(cls, value: object, path: str) -> Fields:
        if not isinstance(value, dict):
            raise Invalid(path, "is not an object")
        return cls(value, path)

    def _name(self, key: str) -> str:
        return f"{self._path}.{key}" if self._path else key

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def text(self, key: str, *, longest: int = 65_536) -> str:
        """A string of at most ``longest`` characters."""
        value = self._values.get(key)
        if not isinstance(value, str) or len(value) > longest:
            raise Invalid(self._name(key), f"must be a text of at most {longest} characters")
        return value

    def words(self, key: str, *, longest: int = 512) -> str:
        """A text that people will read: characters that cannot be printed have become question marks.

        Otherwise one end could forge lines in the other's log or terminal.
        """
        return printable(self.text(key, longest=longest))

    def number(self, key: str) -> int:
        """An integer that is not negative."""
        value = self._values.get(key)
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise Invalid(self._name(key), "must be a whole number, zero or more")
        return value

    def flag(self, key: str) -> bool:
        """A boolean."""
        value = self._values.get(key)
        if not isinstance(value, bool):
            raise Invalid(self._name(key), "must be true or false")
        return value

    def inner(self, key: str) -> Fields:
        """An object."""
        return self._object(self._values.get(key), self._name(key))

    def inners(self, key: str) -> list[Fields]:
        """A list of objects."""
        return [self._object(value, f"{self._name(key)}[{i}]") for i, value in enumerate(self._list(key))]

    def texts(self, key: str) -> list[str]:
        """A list of strings."""
        values = self._list(key)
        if not all(isinstance(value, str) for value in values):
            raise Invalid(self._name(key), "must be a list of texts")
        return [str(value) for value in values]

    def _list(self, key: str) -> list[object]:
        value = self._values.get(key)
        if not isinstance(value, list):
            raise Invalid(self._name(key), "must be a list")
        return value


def line(kind: str, **fields: object) -> bytes:
    """One message as a line."""
    return json.dumps({"type": kind, **fields}, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
