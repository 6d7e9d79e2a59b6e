"""Whether the credential lives: the first half of the decision in the data plane, the same for all
applications.

An RBAC filter with shadow rules of its own judges it once a request, before the application's rules,
and says whose it is: a person's session that was not revoked and whose facts did not change after the
token was made, or a machine's credential that holds. The lists of what does
not count any more stand here and nowhere else, so that a revocation is one small resource.

Rule: it only ever takes away. ``lives`` is what an application's rules require of it, and what it did
not say is not so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from envoy.config.rbac.v3 import rbac_pb2
from envoy.extensions.filters.http.rbac.v3 import rbac_pb2 as rbac_filter_pb2

from doorward.envoy import names
from doorward.envoy.principals import all_of, among, metadata_is, principal_of, text
from doorward.model.claims import TOKEN_TYPE
from doorward.model.ids import Credential, SessionId
from doorward.policy.expression import ClaimEquals, ClaimPresent, Expression, IssuedBefore, both, either


def credential_rbac(
    *,
    revoked: Collection[SessionId],
    changed: Mapping[SessionId, datetime],
    machines: Collection[Credential],
) -> rbac_filter_pb2.RBAC:
    """The filter's rules.

    A person's token counts only if its session is not in ``revoked`` and was not ``changed`` after the
    token was made, a machine's only if the credential that it was made for is in ``machines``: those that
    hold. Without that list every machine is left to the control plane.
    """
    ours = principal_of(ClaimEquals("type", TOKEN_TYPE))
    lives = {
        names.LIVING_PERSON: all_of((ours, principal_of(ClaimPresent("sid")), *_counts(revoked, changed)))
    }
    if machines:
        lives[names.LIVING_MACHINE] = all_of((ours, among("credential", machines)))
    policies = {
        name: rbac_pb2.Policy(permissions=[rbac_pb2.Permission(any=True)], principals=[principal])
        for name, principal in lives.items()
    }
    rules = rbac_pb2.RBAC(action=rbac_pb2.RBAC.ALLOW, policies=policies)
    return rbac_filter_pb2.RBAC(shadow_rules=rules, shadow_rules_stat_prefix=names.CREDENTIAL_PREFIX)


def lives(whose: str) -> rbac_pb2.Principal:
    """Whether the credential was found to live and to be this one's (``names.LIVING_PERSON`` or
    ``LIVING_MACHINE``). Without a verdict it was not."""
    return metadata_is(names.RBAC, (names.CREDENTIAL_PREFIX + names.SHADOW_POLICY,), text(whose))


def _counts(
    revoked: Collection[SessionId], changed: Mapping[SessionId, datetime]
) -> Iterator[rbac_pb2.Principal]:
    """That the session was not revoked, and that the token knows of the last change."""
    if revoked:
        yield rbac_pb2.Principal(not_id=among("sid", revoked))
    if changed:
        outdated = principal_of(
            either(_made_before(session, changed[session]) for session in sorted(changed))
        )
        yield rbac_pb2.Principal(not_id=all_of((among("sid", changed), outdated)))


def _made_before(session: SessionId, changed: datetime) -> Expression:
    """Whether it is a token of this session that does not know of the change. A token says in which
    second it was made, so those of the same second count as made before."""
    return both((ClaimEquals("sid", session), IssuedBefore(int(changed.timestamp()) + 1)))
