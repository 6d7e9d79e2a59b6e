"""How the control plane says no, and what the log is told of an answer."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from doorward.model.application import Application
from doorward.model.errors import Invalid, Refused
from doorward.policy.decision import Decision
from doorward.policy.explain import sentences
from doorward.policy.reasons import Reason
from doorward.services.questions import Deny, Facts, Kind, Question, SendAway


def facts_of(kind: Kind, decision: Decision, *, person: str = "", session: str = "") -> Facts:
    """What the log tells."""
    return Facts(
        decision=kind,
        person=person,
        session=session,
        policy=decision.policy or "",
        reason=",".join(decision.reasons),
    )


def denied(
    application: Application, decision: Decision, question: Question, *, person: str, session: str = ""
) -> Deny | SendAway:
    """No, by the application's policies, and with the page that it has for that."""
    page = application.deny_page
    if page is not None and page.redirect and question.is_navigation:
        facts = facts_of(Kind.DENY, decision, person=person, session=session)
        return SendAway(facts=facts, location=page.redirect)
    refused = refused_by_policies(application, decision, status=403, person=person, session=session)
    return replace(refused, page=page)


def refused_by_policies(
    application: Application, decision: Decision, *, status: int, person: str, session: str = ""
) -> Deny:
    """No, by the application's policies."""
    return Deny(
        facts=facts_of(Kind.DENY, decision, person=person, session=session),
        status=status,
        sentences=sentences(decision),
        application=application.name or application.id,
        application_id=application.id,
        failed_rule=failed_rule(decision),
    )


FAILED_RULES = MappingProxyType(
    {
        Reason.DENIED_BY_POLICY: "deny policy",
        Reason.EXCLUDED: "exclude",
        Reason.NOT_REQUIRED: "require",
        Reason.OTHER_IDENTITY_PROVIDER: "identity provider",
        Reason.CONTEXT_REQUIRED: "authentication context",
        Reason.PURPOSE_REQUIRED: "purpose",
        Reason.APPROVAL_REQUIRED: "approval",
        Reason.NOT_INCLUDED: "include",
        Reason.NO_POLICIES: "no policy",
    }
)


def failed_rule(decision: Decision) -> str:
    """The type of rule that failed, in a word or two; the most telling where several did."""
    return next((word for reason, word in FAILED_RULES.items() if reason in decision.reasons), "")


def sentence_of(error: Invalid | Refused) -> str:
    """An error as a sentence of its own."""
    words = str(error)
    return f"{words[:1].upper()}{words[1:]}."


def refusal(status: int, reason: str, sentence: str) -> Deny:
    """No, before any policy was looked at."""
    return Deny(facts=Facts(decision=Kind.DENY, reason=reason), status=status, sentences=[sentence])
