"""Reasons and approvals: what people are asked before they are let in, and where others decide on it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from doorward.envoy import names
from doorward.model.errors import AccessError, Conflict, Invalid
from doorward.model.grant import Grant
from doorward.model.ids import GrantId
from doorward.model.session import Session
from doorward.ports.clock import Randomness
from doorward.services.arrivals import Arrivals
from doorward.services.entering import NeedsGrant
from doorward.services.flows import Flow
from doorward.services.grants import Grants, ToDecide
from doorward.web.answers import Answers
from doorward.web.forms import Form
from doorward.web.grant_views import Approvals, AskReason, Decision, Waiting
from doorward.web.pass_views import Choice
from doorward.web.visits import CSRF_FIELD, cookie_of, csrf_token, posted_form, source_of, text
from doorward.web.ways import LOGIN, Ways, with_query

REASON: Final = names.ACCESS_PATH + "reason"
APPROVALS: Final = names.ACCESS_PATH + "approvals"
APPROVE: Final = APPROVALS + "/approve"
REFUSE: Final = APPROVALS + "/refuse"

PROMPT: Final = "What do you need it for?"
MINUTES: Final = (15, 30, 60, 120, 240, 480, 1440, 10080)
DONE = {
    "approved": "Approved.",
    "refused": "Refused. What was open is cut off.",
}


class GrantPages:
    """Handlers of ``reason`` and ``approvals``, on the team domain."""

    def __init__(
        self, grants: Grants, arrivals: Arrivals, *, ways: Ways, answers: Answers, randomness: Randomness
    ) -> None:
        self._grants = grants
        self._arrivals = arrivals
        self._ways = ways
        self._answers = answers
        self._randomness = randomness

    # --- the person who wants in ------------------------------------------------------------------

    def ask(
        self,
        request: Request,
        session: Session,
        flow: Flow,
        needed: NeedsGrant,
        *,
        problem: str = "",
        reason: str = "",
    ) -> Response:
        """Why? And, where it was asked already, what became of it."""
        name = needed.application.name or needed.application.id
        grant, approval, purpose = needed.asked, needed.policy.approval, needed.policy.purpose
        if grant is not None and grant.is_waiting and approval is not None:
            return self._waiting(session, flow, grant, name, needed=approval.needed)
        refused = grant is not None and grant.closed is not None
        token = csrf_token(request, self._randomness)
        page = AskReason(
            form=Form(action=REASON, fields={CSRF_FIELD: token, **self._ways.fields(flow)}),
            application=name,
            email=session.identity.email,
            prompt=(purpose.prompt if purpose is not None else "") or PROMPT,
            lifetimes=_lifetimes(approval.longest) if approval is not None else (),
            launcher_url="/",
            reason=reason,
            problem=problem,
            refused="Your last request was refused." if refused else "",
        )
        status = 400 if problem else 200
        return self._answers.form(page, token, status=status, form_targets=[self._answers.team_origin])

    def _waiting(self, session: Session, flow: Flow, grant: Grant, name: str, *, needed: int) -> Response:
        look = self._ways.login(flow)
        page = Waiting(
            application=name,
            email=session.identity.email,
            reason=grant.reason,
            approved=len(grant.approved_by),
            needed=needed,
            look_url=look,
            launcher_url="/",
        )
        response = self._answers.page(page)
        response.headers["refresh"] = f"5; url={look}"
        return response

    async def reason(self, request: Request) -> Response:
        """The reason comes."""
        form = await posted_form(request, origin=self._answers.team_origin)
        session = await self._session(request)
        flow = self._ways.flow(text(form, "flow"))
        if session is None or flow is None:
            return self._answers.redirect(self._ways.login(flow))
        try:
            await self._grants.ask(
                session,
                flow.application,
                reason=text(form, "reason"),
                wanted=_minutes(text(form, "minutes") or "0"),
                source=source_of(request),
                target=flow.target,
            )
        except Invalid as error:
            query = {**self._ways.fields(flow), "problem": error.field}
            return self._answers.redirect(with_query(LOGIN, query))
        except Conflict:
            pass  # asked in another tab, or not needed any more: what is so now is on the next page
        return self._answers.redirect(self._ways.login(flow))

    # --- those who decide ---------------------------------------------------------------------------

    async def approvals(self, request: Request) -> Response:
        """What this person has to decide."""
        session = await self._session(request)
        if session is None:
            return self._answers.redirect(LOGIN)
        return await self._list(request, session, done=DONE.get(request.query_params.get("done", ""), ""))

    async def approve(self, request: Request) -> Response:
        """Yes."""
        return await self._decide(request, yes=True)

    async def refuse(self, request: Request) -> Response:
        """No, or not any more."""
        return await self._decide(request, yes=False)

    async def _decide(self, request: Request, *, yes: bool) -> Response:
        form = await posted_form(request, origin=self._answers.team_origin)
        session = await self._session(request)
        if session is None:
            return self._answers.redirect(LOGIN)
        grant_id = GrantId(text(form, "grant"))
        try:
            if yes:
                await self._grants.approve(session, grant_id, lifetime=_minutes(text(form, "minutes")))
            else:
                await self._grants.refuse(session, grant_id)
        except (Conflict, Invalid) as error:
            status = 409 if isinstance(error, Conflict) else 400
            return await self._list(request, session, problem=_sentence(error), status=status)
        return self._answers.redirect(with_query(APPROVALS, {"done": "approved" if yes else "refused"}))

    async def _list(
        self, request: Request, session: Session, *, done: str = "", problem: str = "", status: int = 200
    ) -> Response:
        token = csrf_token(request, self._randomness)
        page = Approvals(
            email=session.identity.email,
            decisions=_decisions(await self._grants.to_decide(session), token),
            home_url="/",
            done=done,
            problem=problem,
        )
        return self._answers.form(page, token, status=status)

    async def _session(self, request: Request) -> Session | None:
        return await self._arrivals.session(cookie_of(request, names.SESSION_COOKIE))


def problem_of(request: Request) -> str:
    """What was wrong with a reason that was sent, by the word in the address."""
    field = request.query_params.get("problem", "")
    return {
        "reason": "Say in at most 500 characters what you need it for.",
        "lifetime": "Choose one of the times that are offered.",
    }.get(field, "")


def _decisions(found: Sequence[ToDecide], token: str) -> tuple[Decision, ...]:
    return tuple(_decision(each, token) for each in found)


def _decision(each: ToDecide, token: str) -> Decision:
    grant, approval = each.grant, each.policy.approval
    fields = {CSRF_FIELD: token, "grant": grant.id}
    needed = approval.needed if approval is not None else 1
    waits = f"asked at {grant.asked:%Y-%m-%d %H:%M} UTC; {len(grant.approved_by)} of {needed} have approved"
    given = f"given until {grant.until:%Y-%m-%d %H:%M} UTC" if grant.until is not None else ""
    return Decision(
        person=grant.person,
        application=each.application.name or each.application.id,
        reason=grant.reason,
        facts=given or waits,
        approve=None if given else Form(action=APPROVE, fields=fields),
        refuse=Form(action=REFUSE, fields=fields),
        lifetimes=() if given else _lifetimes(each.longest),
    )


def _lifetimes(longest: timedelta) -> tuple[Choice, ...]:
    """Times to choose from, up to ``longest``, which is the last."""
    most = longest // timedelta(minutes=1)
    offered = [minutes for minutes in MINUTES if minutes < most] + [most]
    return tuple(Choice(value=str(minutes), label=_in_words(minutes)) for minutes in offered)


def _in_words(minutes: int) -> str:
    for unit, size in (("day", 1440), ("hour", 60)):
        if minutes >= size and minutes % size == 0:
            count = minutes // size
            return f"{count} {unit}" if count == 1 else f"{count} {unit}s"
    return f"{minutes} minutes"


def _minutes(given: str) -> timedelta:
    """Raises Invalid for what is no number of minutes."""
    if not given.isascii() or not given.isdigit() or len(given) > 6:
        raise Invalid("lifetime", "choose one of the times that are offered")
    return timedelta(minutes=int(given))


def _sentence(error: AccessError) -> str:
    words = error.problem if isinstance(error, Invalid) else str(error)
    return f"{words[:1].upper()}{words[1:]}."
