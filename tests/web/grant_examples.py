"""Pages of reasons and approvals as people meet them, and with the worst text."""

from __future__ import annotations

from collections.abc import Mapping

from doorward.web.forms import Form
from doorward.web.grant_views import Approvals, AskReason, Decision, Waiting
from doorward.web.pages import Page
from doorward.web.pass_views import Choice

FORM = Form(action="/cdn-cgi/access/reason", fields={"csrf": "d4e5f6", "flow": "a1b2c3"})
TIMES = (Choice(value="60", label="1 hour"), Choice(value="480", label="8 hours"))
LONG = (
    "The pump in hall three has stopped and the customer waits; ticket 4711, as agreed with the shift. " * 4
)


def decision(reason: str, *, given: bool = False) -> Decision:
    return Decision(
        person="ada@example.com",
        application="Hello",
        reason=reason,
        facts="given until 2026-11-24 18:00 UTC" if given else "asked at 2026-11-24 17:00 UTC; 0 of 2",
        approve=None if given else FORM,
        refuse=FORM,
        lifetimes=() if given else TIMES,
    )


GRANT_EXAMPLES: Mapping[str, Page] = {
    "reason": AskReason(
        form=FORM,
        application="Hello",
        email="ada@example.com",
        prompt="What do you need it for?",
        lifetimes=(),
        launcher_url="/",
    ),
    "reason-approval": AskReason(
        form=FORM,
        application="Hello",
        email="ada@example.com",
        prompt="Which ticket, and what has to be done on the production machines?",
        lifetimes=TIMES,
        launcher_url="/",
        reason="x",
        problem="Say in at most 500 characters what you need it for.",
        refused="Your last request was refused.",
    ),
    "waiting": Waiting(
        application="Hello",
        email="ada@example.com",
        reason=LONG[:480],
        approved=1,
        needed=2,
        look_url="/cdn-cgi/access/login",
        launcher_url="/",
    ),
    "approvals": Approvals(
        email="bob@example.com",
        decisions=(decision("to mend the pump"), decision(LONG[:480]), decision("x", given=True)),
        home_url="/",
        done="Approved.",
    ),
    "approvals-empty": Approvals(email="bob@example.com", decisions=(), home_url="/"),
}


def grant_examples_of(text: str) -> Mapping[str, Page]:
    """The same with this text wherever one comes from outside."""
    form = Form(action="/a", fields={text: text})
    choice = Choice(value=text, label=text)
    return {
        "reason": AskReason(
            form=form,
            application=text,
            email=text,
            prompt=text,
            lifetimes=(choice,),
            launcher_url="/",
            reason=text,
            problem=text,
            refused=text,
        ),
        "waiting": Waiting(
            application=text,
            email=text,
            reason=text,
            approved=0,
            needed=2,
            look_url="/?" + text,
            launcher_url="/",
        ),
        "approvals": Approvals(
            email=text,
            decisions=(
                Decision(
                    person=text,
                    application=text,
                    reason=text,
                    facts=text,
                    approve=form,
                    refuse=form,
                    lifetimes=(choice,),
                ),
            ),
            home_url="/",
            done=text,
            problem=text,
        ),
    }
