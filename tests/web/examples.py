"""Pages as people meet them, and the same with the worst text that may come from outside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from doorward.model.errors import SignInRefused
from doorward.web.forms import Form, Link
from doorward.web.pages import (
    CheckRow,
    Chooser,
    Denied,
    Launcher,
    Page,
    Pages,
    SignedOut,
    SignIn,
    Tile,
    TrialResult,
)
from doorward.web.pin_views import PinAddress, PinCode
from doorward.web.problems import refused_sign_in, standard_problem
from doorward.web.static_files import load_static_files
from tests.web.factor_examples import FACTOR_EXAMPLES, factor_examples_of
from tests.web.grant_examples import GRANT_EXAMPLES, grant_examples_of
from tests.web.pass_examples import PASS_EXAMPLES, pass_examples_of

REQUEST_ID = "5c1a0e1e-8d0f-4f0a-9d0b-3f6f1f0d2a47"
HOSTILE = """"'><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7*7 }}&amp;"""
LONG = "An application whose name nobody thought of making any shorter than this sentence"

WORK = Link(name="Example staff", url="/cdn-cgi/access/login/start?provider=work")
SIGN_IN = Form(action="/cdn-cgi/access/login", fields={"flow": "a1b2c3"})
SIGN_OUT = Form(action="/cdn-cgi/access/logout", fields={"csrf": "d4e5f6"})
NAMES = ("Hello", "Wiki", "Build server", "Metrics", "Payroll", "Camera 3", "Library")


def tile(name: str) -> Tile:
    """A tile for an application of that name."""
    host = "".join(sign for sign in name.lower() if sign.isascii() and sign.isalnum()) + ".example.com"
    return Tile(name=name, url=f"https://{host}/", place=host)


DENIED = Denied(
    application="Hello",
    email="bob@example.com",
    reasons=(
        "No policy of this application lets bob@example.com in.",
        "The policy “Staff” asks for the email ada@example.com.",
    ),
    failed_rule="Include: email",
    request_id=REQUEST_ID,
    switch=SIGN_OUT,
    launcher_url="https://access.localhost:8443/",
)

FIRST_EXAMPLES: Mapping[str, Page] = {
    "sign-in": SignIn(form=SIGN_IN, application="Hello", provider="Example people"),
    "sign-in-again": SignIn(
        form=SIGN_IN,
        email="ada@example.com",
        problem="The email or the password is wrong.",
        application="Hello",
        provider="Example people",
        chooser_url="/cdn-cgi/access/login?choose=1",
    ),
    "chooser": Chooser(
        providers=(WORK, Link(name="Example people", url="/a"), Link(name=LONG, url="/b")),
        application="Hello",
    ),
    "launcher": Launcher(
        email="ada@example.com",
        name="Ada",
        tiles=(*(tile(name) for name in NAMES), Tile(name="Router", url="", place="ssh.example.com (TCP)")),
        sign_out=SIGN_OUT,
    ),
    "launcher-full": Launcher(
        email="a-person-with-a-remarkably-long-local-part@department.example.com",
        tiles=tuple(tile(name) for name in (LONG, "W" * 63, *NAMES)),
        sign_out=SIGN_OUT,
        links=(Link(name="Dashboard", url="/dashboard"),),
    ),
    "launcher-empty": Launcher(email="bob@example.com", name="Bob", sign_out=SIGN_OUT),
    "denied": DENIED,
    "denied-in-own-words": replace(
        DENIED,
        text=("Payroll is open to people of Finance.", "If you have just joined them, wait until tomorrow."),
        link=Link(name="How to ask for access", url="https://help.example.com/payroll"),
    ),
    "signed-out": SignedOut(sign_in_url="/"),
    "signed-out-from-outside": SignedOut(
        sign_in_url="/", why="Your account was disabled or deleted in your organisation's directory."
    ),
    "refused": refused_sign_in(
        SignInRefused(
            "Your device does not meet your organisation's rules.",
            advice="Open Company Portal, see what is missing, and try again.",
            code="AADSTS53000",
            correlation="7d1f6a3e-8f61-4c44-9a4c-1f8a4c0f5f10",
            occurred="2026-11-24 09:31:07Z",
        ),
        request_id=REQUEST_ID,
        again="/cdn-cgi/access/login",
    ),
    "trial": TrialResult(
        provider="Example staff",
        works=True,
        checks=(
            CheckRow(what="Email", state="passed", found="ada@example.com, from the claim email"),
            CheckRow(
                what="Permissions",
                state="failed",
                found="GroupMember.Read.All is missing",
                fix=LONG,
                link="https://login.example.com/adminconsent",
            ),
            CheckRow(what="Client secret", state="warning", found="expires in 12 days"),
            CheckRow(what="Groups", state="not-checked"),
        ),
        facts=(("Email", "ada@example.com"), ("Groups", "Engineering, " * 12)),
        raw='{"sub": "' + "x" * 200 + '"}',
    ),
    "problem": standard_problem(500, request_id=REQUEST_ID, links=(Link(name="Your applications", url="/"),)),
    "problem-alone": standard_problem(404, request_id=REQUEST_ID),
}

PIN_FORM = Form(action="/cdn-cgi/access/pin", fields={"csrf": "d4e5f6"})
EXAMPLES: Mapping[str, Page] = {
    **FIRST_EXAMPLES,
    **FACTOR_EXAMPLES,
    **PASS_EXAMPLES,
    **GRANT_EXAMPLES,
    "pin-address": PinAddress(form=PIN_FORM, application="Hello"),
    "pin-address-again": PinAddress(
        form=PIN_FORM,
        email="ada",
        problem="That is not an email address. Write it like name@example.com.",
        chooser_url="/cdn-cgi/access/login",
    ),
    "pin-code": PinCode(form=PIN_FORM, again=PIN_FORM, email="ada@example.com", other_url="/"),
    "pin-code-again": PinCode(
        form=PIN_FORM,
        again=PIN_FORM,
        email="a-person-with-a-remarkably-long-local-part@department.example.com",
        other_url="/",
        problem="That is not the code. You can try 4 more times.",
    ),
}

HOSTILE_EXAMPLES: Mapping[str, Page] = {
    **factor_examples_of(HOSTILE),
    **pass_examples_of(HOSTILE),
    **grant_examples_of(HOSTILE),
    "pin-address": PinAddress(
        form=Form(action="/a", fields={HOSTILE: HOSTILE}), email=HOSTILE, problem=HOSTILE
    ),
    "pin-code": PinCode(
        form=Form(action="/a", fields={HOSTILE: HOSTILE}),
        again=SIGN_IN,
        email=HOSTILE,
        other_url="/?" + HOSTILE,
        problem=HOSTILE,
    ),
    "sign-in": SignIn(
        form=Form(action="/a", fields={HOSTILE: HOSTILE}),
        provider=HOSTILE,
        email=HOSTILE,
        problem=HOSTILE,
        application=HOSTILE,
    ),
    "chooser": Chooser(
        providers=(Link(name=HOSTILE, url="/?" + HOSTILE),), application=HOSTILE, problem=HOSTILE
    ),
    "launcher": Launcher(
        email=HOSTILE,
        name=HOSTILE,
        tiles=(Tile(name=HOSTILE, url="/?" + HOSTILE, place=HOSTILE),),
        sign_out=SIGN_OUT,
        links=(Link(name=HOSTILE, url="/?" + HOSTILE),),
    ),
    "denied": Denied(
        application=HOSTILE,
        email=HOSTILE,
        reasons=(HOSTILE,),
        failed_rule=HOSTILE,
        request_id=HOSTILE,
        switch=SIGN_OUT,
        launcher_url="/?" + HOSTILE,
    ),
    "denied-in-own-words": Denied(
        application=HOSTILE,
        email=HOSTILE,
        reasons=(),
        failed_rule="",
        request_id=HOSTILE,
        switch=SIGN_OUT,
        launcher_url="/",
        text=(HOSTILE, HOSTILE),
        link=Link(name=HOSTILE, url="/?" + HOSTILE),
    ),
    "signed-out": SignedOut(sign_in_url="/", why=HOSTILE),
    "refused": refused_sign_in(
        SignInRefused(HOSTILE, advice=HOSTILE, administrator=HOSTILE, code=HOSTILE, correlation=HOSTILE),
        request_id=HOSTILE,
        again="/",
    ),
    "trial": TrialResult(
        provider=HOSTILE,
        works=False,
        checks=(CheckRow(what=HOSTILE, state="failed", found=HOSTILE, fix=HOSTILE),),
        facts=((HOSTILE, HOSTILE),),
        raw=HOSTILE,
    ),
    "problem": standard_problem(
        500, request_id=HOSTILE, sentences=(HOSTILE,), links=(Link(name=HOSTILE, url="/"),)
    ),
}


def render(page: Page) -> str:
    """The document of ``page``."""
    return Pages(load_static_files()).render(page)
