"""Pages of passkeys, codes and recovery codes as people meet them, and with the worst text."""

from __future__ import annotations

from collections.abc import Mapping

from doorward.web.factor_views import (
    NewApp,
    NewPasskey,
    PasskeyForm,
    PasskeyRow,
    RecoveryCodes,
    SecondFactor,
    Security,
)
from doorward.web.forms import Form
from doorward.web.pages import Page, SignIn

FORM = Form(action="/cdn-cgi/access/second-factor", fields={"csrf": "d4e5f6"})
GET = PasskeyForm(form=FORM, kind="get", options='{"challenge": "AAAA", "rpId": "access.localhost"}')
CREATE = PasskeyForm(form=FORM, kind="create", options='{"challenge": "AAAA"}')
ADDRESS = (
    "otpauth://totp/access.example.com:ada%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    "&issuer=access.example.com&algorithm=SHA1&digits=6&period=30"
)
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
CODES = tuple(f"ABCD-EFGH-IJKL-MNO{letter}" for letter in "ABCDEFGHIJ")


def row(name: str, number: int) -> PasskeyRow:
    """A passkey in the list."""
    facts = "added on 2026-03-01, last used on 2026-03-02; stays on its device"
    return PasskeyRow(key=f"key-{number}", name=name, facts=facts, rename=FORM, remove=FORM)


def security(*names: str, app: str = "", confirm_url: str = "", done: str = "", codes: int = 0) -> Security:
    """The page of somebody's own sign-in."""
    return Security(
        email="ada@example.com",
        passkeys=tuple(row(name, number) for number, name in enumerate(names)),
        app=app,
        recovery_codes=codes,
        required=True,
        home_url="/",
        confirm_url=confirm_url,
        add_passkey_url="/a",
        add_app_url="/b",
        remove_app=FORM,
        new_codes=FORM,
        done=done,
    )


FACTOR_EXAMPLES: Mapping[str, Page] = {
    "sign-in-passkey": SignIn(form=FORM, passkey=GET, provider="Staff", application="Hello"),
    "second-factor": SecondFactor(
        form=FORM,
        email="ada@example.com",
        has_app=True,
        passkey=GET,
        again_url="/",
        application="Hello",
    ),
    "second-factor-again": SecondFactor(
        form=FORM,
        email="ada@example.com",
        has_app=False,
        passkey=None,
        again_url="/",
        problem="That code does not fit. Take the one that the app shows now; each one works once.",
    ),
    "new-app": NewApp(form=FORM, email="ada@example.com", address=ADDRESS, secret=SECRET, back_url="/"),
    "set-up": NewApp(
        form=FORM,
        email="ada@example.com",
        address=ADDRESS,
        secret=SECRET,
        back_url="/",
        required=True,
        passkey=CREATE,
    ),
    "new-passkey": NewPasskey(passkey=CREATE, back_url="/"),
    "recovery-codes": RecoveryCodes(codes=CODES, onward_url="/"),
    "security": security(
        "Phone", "W" * 60, app="added on 2026-03-01, not used yet", done="The passkey was added.", codes=9
    ),
    "security-empty": security(),
    "security-confirm": security("Phone", confirm_url="/confirm", codes=10),
}


def factor_examples_of(text: str) -> Mapping[str, Page]:
    """The same with this text wherever one comes from outside."""
    form = Form(action="/a", fields={text: text})
    passkey = PasskeyForm(form=form, kind="get", options=text)
    return {
        "sign-in-passkey": SignIn(form=form, passkey=passkey, problem=text),
        "second-factor": SecondFactor(
            form=form, email=text, has_app=True, passkey=passkey, again_url="/", problem=text
        ),
        "new-app": NewApp(form=form, email=text, address=text, secret=text, back_url="/", problem=text),
        "new-passkey": NewPasskey(passkey=passkey, back_url="/", problem=text),
        "recovery-codes": RecoveryCodes(codes=(text,), onward_url="/"),
        "security": Security(
            email=text,
            passkeys=(PasskeyRow(key="key", name=text, facts=text, rename=form, remove=form),),
            app=text,
            recovery_codes=1,
            required=False,
            home_url="/",
            confirm_url="",
            add_passkey_url="/",
            add_app_url="/",
            remove_app=form,
            new_codes=form,
            done=text,
        ),
    }
