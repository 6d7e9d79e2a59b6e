"""What the data plane can test without asking anybody: claims of a verified token, the source, its country,
method and path.

A small closed algebra. The compiler builds it, ``doorward.envoy.rbac`` writes it as Envoy
principals. Build with ``both``, ``either`` and ``negation``, which simplify as they go: the result
holds ``Always`` or ``Never`` only as the whole expression, and no empty or single-item ``And``/``Or``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Always:
    """True of every request."""


@dataclass(frozen=True, slots=True)
class Never:
    """True of no request."""


@dataclass(frozen=True, slots=True)
class ClaimEquals:
    """The claim is a text equal to ``value``, letter for letter."""

    claim: str
    value: str


@dataclass(frozen=True, slots=True)
class ClaimContains:
    """The claim is a list with an item equal to ``value``, letter for letter."""

    claim: str
    value: str


@dataclass(frozen=True, slots=True)
class ClaimMatches:
    """The claim is a text that ``regex`` (RE2 syntax) matches from its first to its last letter."""

    claim: str
    regex: str


@dataclass(frozen=True, slots=True)
class ClaimPresent:
    """The claim is a text that is not empty."""

    claim: str


@dataclass(frozen=True, slots=True)
class SourceIn:
    """The request comes from an address in ``network``. Families never mix: an IPv4 address is in
    no IPv6 network, and ``::ffff:192.0.2.1`` is an IPv6 address."""

    network: IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class CountryIn:
    """The source is known to be in one of ``countries``, by their codes."""

    countries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CountryKnown:
    """The source is known to be in some country (``doorward.model.place.CODE``)."""


@dataclass(frozen=True, slots=True)
class IssuedBefore:
    """The token was issued before this second (of Unix time)."""

    second: int


@dataclass(frozen=True, slots=True)
class MethodIs:
    """The request's method is this one."""

    method: str


@dataclass(frozen=True, slots=True)
class PathMatches:
    """The request's path, normalised and without its query, is one that ``regex`` (RE2 syntax) matches from
    its first to its last letter."""

    regex: str


@dataclass(frozen=True, slots=True)
class Not:
    """True where ``operand`` is not."""

    operand: Expression


@dataclass(frozen=True, slots=True)
class And:
    """True where every one of two or more operands is."""

    operands: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """True where at least one of two or more operands is."""

    operands: tuple[Expression, ...]


TokenFact: TypeAlias = ClaimEquals | ClaimContains | ClaimMatches | ClaimPresent | IssuedBefore
RequestFact: TypeAlias = SourceIn | CountryIn | CountryKnown | MethodIs | PathMatches
Fact: TypeAlias = TokenFact | RequestFact
Expression: TypeAlias = Always | Never | Fact | Not | And | Or

ALWAYS = Always()
NEVER = Never()
COUNTRY_KNOWN = CountryKnown()


def both(operands: Iterable[Expression]) -> Expression:
    """The conjunction, simplified; ``Always`` for none."""
    kept: dict[Expression, None] = {}
    for operand in operands:
        kept.update(dict.fromkeys(operand.operands if isinstance(operand, And) else (operand,)))
    kept.pop(ALWAYS, None)
    if NEVER in kept or any(negation(operand) in kept for operand in kept):
        return NEVER
    return _joined(And, tuple(kept), none=ALWAYS)


def either(operands: Iterable[Expression]) -> Expression:
    """The disjunction, simplified; ``Never`` for none."""
    kept: dict[Expression, None] = {}
    for operand in operands:
        kept.update(dict.fromkeys(operand.operands if isinstance(operand, Or) else (operand,)))
    kept.pop(NEVER, None)
    if ALWAYS in kept or any(negation(operand) in kept for operand in kept):
        return ALWAYS
    return _joined(Or, tuple(kept), none=NEVER)


def _joined(join: type[And | Or], operands: tuple[Expression, ...], *, none: Expression) -> Expression:
    if not operands:
        return none
    return operands[0] if len(operands) == 1 else join(operands)


def negation(operand: Expression) -> Expression:
    """The negation, simplified."""
    match operand:
        case Always():
            return NEVER
        case Never():
            return ALWAYS
        case Not(inner):
            return inner
        case _:
            return Not(operand)


def simplify(expression: Expression) -> Expression:
    """An equal expression in the form that the module's docstring promises."""
    match expression:
        case And(operands):
            return both(simplify(operand) for operand in operands)
        case Or(operands):
            return either(simplify(operand) for operand in operands)
        case Not(operand):
            return negation(simplify(operand))
        case _:
            return expression
