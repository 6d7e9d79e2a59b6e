"""Denials on the way into an application, audited.

Whoever signs in and may not open the application never comes to it: they are told so on a page of
Doorward's own, and the edge's entry of that request knows of no decision. So the control plane writes the
decision itself, in the fields in which the edge writes decisions, before it answers.
"""

from __future__ import annotations

import structlog

from doorward.audit.acts import Act, ActName
from doorward.model.access import AccessRequest
from doorward.model.errors import Unavailable
from doorward.model.session import Session
from doorward.policy.decision import Decision
from doorward.ports.audit import AuditLog
from doorward.services.acting import acting
from doorward.services.flows import Flow
from doorward.services.questions import Kind

log = structlog.get_logger("services.audited.denials")


class Denials:
    """Writes such decisions into the audit log."""

    def __init__(self, audit: AuditLog) -> None:
        self._audit = audit

    async def record(
        self,
        flow: Flow,
        session: Session,
        request: AccessRequest,
        decision: Decision,
        *,
        kind: Kind,
        policy_version: str,
        request_id: str,
    ) -> None:
        """``flow`` is where the person was heading, and ``request_id`` is that of the page which tells of it.
        Where nothing can be written they are denied all the same."""
        facts = {
            "application": flow.application,
            "country": request.country or None,
            "decided_by": "control",
            "decision": kind.value,
            "host": flow.host,
            "method": request.method,
            "path": request.path,
            "person": session.identity.email,
            "policy": decision.policy,
            "policy_version": policy_version,
            "reason": ",".join(decision.reasons),
            "request_id": request_id,
            "session": session.id,
            "source": str(request.source),
            "status": 403 if kind is Kind.DENY else 0,
        }
        try:
            await self._audit.record(Act(name=ActName.ACCESS_DENIED, facts=facts, by=acting()))
        except Unavailable as error:
            log.warning("a denial was not recorded", request_id=request_id, problem=str(error))
