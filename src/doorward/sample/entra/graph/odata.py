"""The little of OData that the directory's lists understand: ``$filter``, ``$search`` and ``$select``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from doorward.sample.entra.graph.answers import bad_request, unsupported

Item = Mapping[str, object]
Test = Callable[[Item], bool]

_TEXT = r"'((?:[^']|'')*)'"
_STARTS = re.compile(rf"startswith\((\w+)\s*,\s*{_TEXT}\)")
_EQUALS = re.compile(rf"(\w+)\s+eq\s+(?:{_TEXT}|(true|false))")
_ONE_OF = re.compile(rf"(\w+)\s+in\s+\(\s*({_TEXT}(?:\s*,\s*{_TEXT})*)\s*\)")
_OR = re.compile(r"\s+or\s+(?=(?:[^']*'[^']*')*[^']*$)")
_SEARCH = re.compile(r'"(\w+):([^"]*)"')
_WORD = re.compile(r"\w+")


def parse_filter(text: str) -> Test:
    """The test that a ``$filter`` describes. Raises GraphError."""
    tests = [_parse_clause(clause.strip()) for clause in _OR.split(text)]
    return lambda item: any(test(item) for test in tests)


def parse_search(text: str) -> Test:
    """The test that a ``$search`` describes: words of the property begin with the words given."""
    clauses = [_SEARCH.fullmatch(clause.strip()) for clause in re.split(r"\s+OR\s+", text)]
    found = [(clause[1], clause[2]) for clause in clauses if clause]
    if len(found) != len(clauses) or any(name not in {"displayName", "description"} for name, _ in found):
        raise bad_request(f"Syntax error in the $search clause: {text}")

    def test(item: Item) -> bool:
        return any(_has_words(str(item.get(name) or ""), words) for name, words in found)

    return test


def ids_in_filter(text: str) -> tuple[str, ...]:
    """The ids of ``id eq 'a' or id eq 'b'``, which is all that a delta query may filter by."""
    matches = [_EQUALS.fullmatch(clause.strip()) for clause in _OR.split(text)] if text else []
    if any(match is None or match[1] != "id" or match[2] is None for match in matches):
        raise unsupported("Delta queries can be filtered by object id alone.")
    return tuple(match[2] for match in matches if match)


def chosen(item: Item, select: Iterable[str], usual: Iterable[str]) -> dict[str, object]:
    """The properties that were asked for, or the usual ones; ``id`` comes always."""
    names = tuple(select) or tuple(usual)
    return {name: item[name] for name in ("id", *names) if name in item}


def _parse_clause(clause: str) -> Test:
    if match := _STARTS.fullmatch(clause):
        name, start = match[1], _unquoted(match[2])
        return lambda item: str(item.get(name) or "").casefold().startswith(start)
    if match := _EQUALS.fullmatch(clause):
        return _equals(match[1], match[2], match[3])
    if match := _ONE_OF.fullmatch(clause):
        name = match[1]
        values = {_unquoted(value) for value in re.findall(_TEXT, match[2])}
        return lambda item: str(item.get(name) or "").casefold() in values
    raise unsupported(f"Unsupported or invalid query filter clause specified: {clause}")


def _equals(name: str, text: str | None, truth: str | None) -> Test:
    if text is None:
        return lambda item: item.get(name) is (truth == "true")
    wanted = _unquoted(text)
    return lambda item: str(item.get(name) or "").casefold() == wanted


def _unquoted(text: str) -> str:
    return text.replace("''", "'").casefold()


def _has_words(text: str, words: str) -> bool:
    present = [word.casefold() for word in _WORD.findall(text)]
    wanted = [word.casefold() for word in _WORD.findall(words)]
    return bool(wanted) and all(any(one.startswith(word) for one in present) for word in wanted)
