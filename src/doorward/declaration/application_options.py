"""How an application answers browsers and people: ``cors``, ``cookie``, ``deny_page`` and ``passes``."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from doorward.declaration import addresses, values
from doorward.declaration.durations import timeout, within
from doorward.declaration.reading import At, Fields
from doorward.model.access_pass import PassRules, Presented
from doorward.model.application_options import Cors, DenyPage, SameSite
from doorward.model.errors import Invalid

CORS_FIELDS = (
    "allow_origins",
    "allow_methods",
    "allow_headers",
    "expose_headers",
    "max_age",
    "allow_credentials",
    "pass_preflight",
)
COOKIE_FIELDS = ("same_site",)
DENY_PAGE_FIELDS = ("text", "link", "redirect")
LINK_FIELDS = ("text", "url")
PASSES_FIELDS = ("presented", "longest")
SHORTEST_PASS, LONGEST_PASS = timedelta(hours=1), timedelta(days=366)
LONGEST_TEXT = 1000

_PRESENTED = {value.value: value for value in Presented}
_SAME_SITE = {value.value: value for value in SameSite}
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}")


def cors(at: At) -> Cors:
    """The field ``cors``."""
    fields = at.fields(CORS_FIELDS)
    passes = fields.optional("pass_preflight", values.switch, default=False)
    answered = [name for name in CORS_FIELDS if name in fields and name != "pass_preflight"]
    if passes and answered:
        problem = "with pass_preflight the origin answers, and nothing else is said here: leave out the one"
        raise Invalid(fields.path(answered[0]), problem)
    if not passes and "allow_origins" not in fields:
        raise at.wrong("says neither allow_origins nor 'pass_preflight: true': give one of them")
    found = Cors(
        allow_origins=fields.optional("allow_origins", _origins, ()),
        allow_methods=fields.optional("allow_methods", _tokens, ()),
        allow_headers=fields.optional("allow_headers", _tokens, ()),
        expose_headers=fields.optional("expose_headers", _tokens, ()),
        max_age=fields.optional("max_age", _max_age, None),
        allow_credentials=fields.optional("allow_credentials", values.switch, default=False),
        pass_preflight=passes,
    )
    _check_any(fields, found)
    return found


def _check_any(fields: Fields, found: Cors) -> None:
    """A ``*`` stands alone; and with credentials it would let every page on the web act as the person, so
    browsers do not take it either (Fetch standard, section 3.2.5)."""
    for name in ("allow_origins", "allow_methods", "allow_headers", "expose_headers"):
        listed = getattr(found, name)
        if "*" in listed and len(listed) > 1:
            raise Invalid(fields.path(name), "holds * and others: leave out the one or the others")
        if "*" in listed and found.allow_credentials:
            raise Invalid(fields.path(name), "holds *, which goes with no allow_credentials: list them")


def _origins(at: At) -> tuple[str, ...]:
    return _listed(at, lambda item: "*" if item.text() == "*" else addresses.web_origin(item))


def _tokens(at: At) -> tuple[str, ...]:
    return _listed(at, _token)


def _token(at: At) -> str:
    text = at.text()
    if not _TOKEN.fullmatch(text):
        raise at.wrong(f"{text[:64]!r} is not the name of a method or header (RFC 9110 section 5.6.2)")
    return text


def _listed(at: At, read: Callable[[At], str]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(at.items(read)))
    if not found:
        raise at.wrong("is empty: list something, or leave it out")
    return found


def _max_age(at: At) -> timedelta | None:
    return timeout(at)


def same_site(at: At) -> SameSite:
    """The field ``cookie``."""
    fields = at.fields(COOKIE_FIELDS)
    return fields.required("same_site", _same_site, instead=SameSite.LAX)


def _same_site(at: At) -> SameSite:
    return values.one_of(at, _SAME_SITE, noun="a value of SameSite")


def deny_page(at: At) -> DenyPage:
    """The field ``deny_page``."""
    fields = at.fields(DENY_PAGE_FIELDS)
    if "redirect" in fields:
        if len(fields.entries) > 1:
            raise Invalid(
                fields.path("redirect"), "leads elsewhere, where text and link are not seen: leave out either"
            )
        return DenyPage(redirect=fields.required("redirect", addresses.page_url, instead=""))
    text, url = fields.optional("link", _link, ("", ""))
    return DenyPage(text=fields.required("text", _text, instead=""), link_text=text, link_url=url)


def _link(at: At) -> tuple[str, str]:
    fields = at.fields(LINK_FIELDS)
    return (
        fields.required("text", values.display_name, instead=""),
        fields.required("url", addresses.page_url, instead=""),
    )


def _text(at: At) -> str:
    """A few sentences; lines are kept as paragraphs."""
    text = at.text().strip()
    if not text or len(text) > LONGEST_TEXT or not all(line.isprintable() for line in text.split("\n")):
        raise at.wrong(f"must be 1 to {LONGEST_TEXT} printable characters, in one or more lines")
    return text


def passes(at: At) -> PassRules:
    """The field ``passes``."""
    fields = at.fields(PASSES_FIELDS)
    nothing: frozenset[Presented] = frozenset()
    presented = fields.required("presented", _presented, instead=nothing)
    return PassRules(
        presented=presented,
        longest=fields.optional("longest", _longest_pass, PassRules(presented=presented).longest),
    )


def _presented(at: At) -> frozenset[Presented]:
    found = frozenset(at.items(lambda item: values.one_of(item, _PRESENTED, noun="a way to show a pass")))
    if not found:
        raise at.wrong(f"names no way to show a pass: use {', '.join(_PRESENTED)}, or leave out passes")
    return found


def _longest_pass(at: At) -> timedelta:
    return within(at, shortest=SHORTEST_PASS, longest=LONGEST_PASS)
