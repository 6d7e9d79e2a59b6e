"""Rules: what a request must show. A selector is one test of one fact.

Rule: a selector's kind is kept as text, so that one this version does not know can still be read,
shown and exported; it never matches.
"""

from __future__ import annotations

from dataclasses import dataclass

from doorward.model.ids import IdentityProviderId, RuleGroupId


@dataclass(frozen=True, slots=True)
class Selector:
    """One test of one fact, such as ``Selector("email_domain", "example.com")``.

    ``value`` is in the canonical spelling of its kind (``doorward.policy.selectors`` makes it so).
    ``identity_provider`` narrows a ``group`` to one provider's groups.
    """

    kind: str
    value: str = ""
    identity_provider: IdentityProviderId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Include: at least one must match. Require: all must match. Exclude: none may match.

    Without an include nothing matches: an empty ``Rules`` matches nobody.
    """

    include: tuple[Selector, ...] = ()
    require: tuple[Selector, ...] = ()
    exclude: tuple[Selector, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleGroup:
    """Rules with a name, used from other rules by the selector kind ``rule_group``."""

    id: RuleGroupId
    rules: Rules
    name: str = ""
