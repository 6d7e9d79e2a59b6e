"""Whether somebody of whom no more than an address is known could be let in somewhere.

A mail with a code goes only to addresses for which the answer is yes, so that nobody can have
Doorward write to strangers.
"""

from __future__ import annotations

from doorward.model.access import AccessRequest
from doorward.model.policy import Action
from doorward.model.rule import Selector
from doorward.policy.compiled import CompiledApplication
from doorward.policy.evaluate import match_of
from doorward.policy.match import Match
from doorward.policy.rules import judge

KNOWN = frozenset({"email", "email_domain", "everyone", "identity_provider"})
"""The kinds of selectors that can be answered from address and identity provider alone."""


def could_admit(compiled: CompiledApplication, request: AccessRequest) -> bool:
    """Whether this person might get in, all other facts about them and where they are being unknown.

    False is certain. True is no promise: it only says that nothing known forbids it.
    """
    taken, person = compiled.identity_providers, request.identity
    if person is None or (taken and person.identity_provider not in taken):
        return False
    for entry in compiled.policies:
        action = entry.policy.action
        if action not in (Action.ALLOW, Action.DENY):
            continue
        match = judge(
            entry.policy.rules, compiled.rule_groups, lambda selector: _test(selector, request)
        ).match
        if action is Action.DENY and match is Match.YES:
            return False
        if action is Action.ALLOW and match is not Match.NO:
            return True
    return False


def _test(selector: Selector, request: AccessRequest) -> Match:
    return match_of(selector, request) if selector.kind in KNOWN else Match.UNKNOWN
