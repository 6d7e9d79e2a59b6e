"""Pages of passes as people meet them, and with the worst text."""

from __future__ import annotations

from collections.abc import Mapping

from doorward.web.forms import Form
from doorward.web.pages import Page
from doorward.web.pass_views import Choice, PassList, PassRow, ShownPass

FORM = Form(action="/cdn-cgi/access/passes", fields={"csrf": "d4e5f6"})
SECRET = "dwap_" + "k7" * 20 + "Gh3JkLmN"
DAYS = (Choice(value="7", label="7 days"), Choice(value="30", label="30 days"))
HELLO = Choice(value="hello", label="Hello")


def passes(*names: str, problem: str = "", done: str = "", offered: bool = True) -> PassList:
    facts = "hello, /dav; until 2027-02-22; last used on 2026-11-23 from 192.0.2.7"
    return PassList(
        email="ada@example.com",
        passes=tuple(PassRow(name=name, facts=facts, remove=FORM) for name in names),
        form=FORM,
        applications=(HELLO, Choice(value="wiki", label="Wiki")) if offered else (),
        days=DAYS,
        home_url="/",
        name="Phone" if problem else "",
        paths="/dav\n/../x" if problem else "",
        problem=problem,
        done=done,
    )


PASS_EXAMPLES: Mapping[str, Page] = {
    "passes": passes("Phone", "W" * 60, done="The pass was removed. What used it is cut off."),
    "passes-empty": passes(),
    "passes-again": passes(problem="'/../x' is not a path: write it plainly, such as /dav."),
    "passes-nowhere": passes(offered=False),
    "pass-shown": ShownPass(
        name="Phone",
        application="Hello",
        secret=SECRET,
        scan=SECRET,
        ways=(
            ("In a header of its own", f"Doorward-Pass: {SECRET}"),
            ("As a password, with any user name", f"curl -u any:{SECRET} https://hello.example.com/dav"),
        ),
        back_url="/",
    ),
}


def pass_examples_of(text: str) -> Mapping[str, Page]:
    """The same with this text wherever one comes from outside."""
    form = Form(action="/a", fields={text: text})
    return {
        "passes": PassList(
            email=text,
            passes=(PassRow(name=text, facts=text, remove=form),),
            form=form,
            applications=(Choice(value=text, label=text),),
            days=(Choice(value=text, label=text),),
            home_url="/",
            name=text,
            paths=text,
            problem=text,
            done=text,
        ),
        "pass-shown": ShownPass(
            name=text, application=text, secret=text, scan=text, ways=((text, text),), back_url="/"
        ),
    }
