"""Rules in an access file: selectors, rule groups and policies."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from doorward.declaration import durations, values
from doorward.declaration.nodes import MapNode, TextNode, wrong_kind
from doorward.declaration.reading import At, Fields, unknown
from doorward.model.errors import Invalid
from doorward.model.ids import IdentityProviderId, ListId, PolicyId, RuleGroupId, slug
from doorward.model.policy import Action, Approval, Policy, Purpose
from doorward.model.rule import RuleGroup, Rules, Selector
from doorward.policy.selectors import RULE_GROUP, SELECTORS, WRITABLE, canonical
from doorward.policy.selectors.kind import Narrowing

RULE_FIELDS = ("include", "require", "exclude")
RULE_GROUP_FIELDS = ("id", "name", *RULE_FIELDS)
POLICY_FIELDS = ("id", "name", "action", "session_duration", *RULE_FIELDS, "purpose", "approval")
PURPOSE_FIELDS = ("prompt",)
APPROVAL_FIELDS = ("approvers", "lists", "needed", "longest")
PROVIDER = "identity_provider"
NARROWABLE = tuple(name for name, kind in SELECTORS.items() if kind.narrowing is not Narrowing.NEVER)
"""The kinds of selector that may have a second field, ``identity_provider``: whose facts they mean."""

KINDS = tuple(sorted((*WRITABLE, RULE_GROUP)))
"""The kinds of selector that may be written."""

_ACTIONS = {action.value: action for action in Action}


def rule_group(at: At) -> RuleGroup:
    """One rule group of the file."""
    fields = at.fields(RULE_GROUP_FIELDS)
    return RuleGroup(
        id=RuleGroupId(fields.required("id", values.thing_id, instead="")),
        name=fields.optional("name", values.display_name, ""),
        rules=_rules(fields),
    )


def shared_policy(at: At) -> Policy:
    """One policy of the section ``policies``, which applications name by its id."""
    fields = at.fields(POLICY_FIELDS)
    return _policy(fields, fields.required("id", values.thing_id, instead=""))


def own_policy(at: At, *, position: int) -> Policy:
    """A policy that stands in an application; without an id it is called after its position."""
    fields = at.fields(POLICY_FIELDS)
    return _policy(fields, fields.optional("id", values.thing_id, f"policy-{position}"))


def _policy(fields: Fields, policy_id: str) -> Policy:
    return Policy(
        id=PolicyId(policy_id),
        name=fields.optional("name", values.display_name, ""),
        action=fields.required("action", _action, instead=Action.DENY),
        session_duration=fields.optional("session_duration", _session_duration, None),
        rules=_rules(fields),
        purpose=fields.optional("purpose", _purpose, None),
        approval=fields.optional("approval", _approval, None),
    )


def _purpose(at: At) -> Purpose:
    return Purpose(prompt=at.fields(PURPOSE_FIELDS).optional("prompt", values.display_name, ""))


def _lists(at: At) -> tuple[ListId, ...]:
    return tuple(ListId(name) for name in at.items(values.thing_id))


def _approval(at: At) -> Approval:
    fields = at.fields(APPROVAL_FIELDS)
    return Approval(
        approvers=fields.optional("approvers", lambda inner: inner.items(values.email), ()),
        approver_lists=fields.optional("lists", _lists, ()),
        needed=fields.optional("needed", values.count, 1),
        longest=fields.optional("longest", durations.grant_lifetime, Approval().longest),
    )


def _session_duration(at: At) -> timedelta | None:
    return durations.session_duration(at)


def _action(at: At) -> Action:
    return values.one_of(at, _ACTIONS, noun="an action")


def _rules(fields: Fields) -> Rules:
    return Rules(
        include=fields.required("include", _selectors, instead=()),
        require=fields.optional("require", _selectors, ()),
        exclude=fields.optional("exclude", _selectors, ()),
    )


def _selectors(at: At) -> tuple[Selector, ...]:
    return at.items(selector)


def selector(at: At) -> Selector:
    """One selector: ``kind: value``, a bare ``kind`` without a value, or one narrowed to a provider."""
    if isinstance(at.node, TextNode):
        return _bare(at)
    if not isinstance(at.node, MapNode):
        raise wrong_kind(at.path, at.node, "a selector, such as 'email: ada@example.com'")
    kinds = tuple(at.node.entries)
    narrowable = next((kind for kind in kinds if kind in NARROWABLE), None)
    if narrowable is not None:
        return _narrowable(narrowable, at.fields((narrowable, PROVIDER)))
    if len(kinds) != 1:
        raise at.wrong(f"holds {_listed(kinds)}: give each selector an item of its own")
    kind = _known(at, kinds[0])
    value = At(at.node.entries[kind], f"{at.path}.{kind}", at.reading)
    if takes_no_value(kind) and isinstance(value.node, TextNode) and value.node.is_empty:
        return Selector(kind)
    return _canonical(kind, value)


def takes_no_value(kind: str) -> bool:
    """Whether selectors of this kind can say everything by their kind."""
    if kind not in SELECTORS:
        return False
    try:
        return SELECTORS[kind].parse("", "") == ""
    except Invalid:
        return False


def _bare(at: At) -> Selector:
    kind = _known(at, at.text())
    if not takes_no_value(kind):
        raise at.wrong(f"{kind} needs a value: write '{kind}: …'")
    return Selector(kind)


def _known(at: At, kind: str) -> str:
    if kind not in KINDS:
        raise unknown(at.path, kind, KINDS, noun="a kind of selector")
    return kind


def _narrowable(kind: str, fields: Fields) -> Selector:
    value = At(fields.entries[kind], fields.path(kind), fields.at.reading)
    narrowed = fields.optional(PROVIDER, values.thing_id, "")
    provider = IdentityProviderId(narrowed) if narrowed else None
    return canonical(Selector(kind, value.text(), provider), field=value.path)


def _canonical(kind: str, value: At) -> Selector:
    if kind == RULE_GROUP:
        return Selector(kind, slug(value.text(), field=value.path))
    return canonical(Selector(kind, value.text()), field=value.path)


def _listed(kinds: Sequence[str]) -> str:
    return f"{len(kinds)} selectors ({', '.join(kind[:60] for kind in kinds)})" if kinds else "no selector"
