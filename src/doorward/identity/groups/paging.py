"""Lists that come in pages (RFC 8288 ``Link`` headers with ``rel="next"``).

Rule: the next page is on the host of the first, or there is none: the questions carry a secret.
Rule: a list without end is not read to its end. Who asked gets an error, never half of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import httpx

from doorward.identity.oidc.fetching import Answer, Fetcher, Unanswered, place, read_list

MOST_PAGES = 50

# <target>; name=value; name="value", … (RFC 8288 section 3). What is not of this form is passed over.
_LINK = re.compile(r'<([^<>]*)>((?:\s*;\s*[\w!#$&+.^`|~*-]+(?:\s*=\s*(?:"[^"]*"|[^\s;,"]+))?)*)')
_NEXT = re.compile(r';\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))', re.IGNORECASE)


async def all_pages(fetcher: Fetcher, url: str, *, headers: Mapping[str, str]) -> Sequence[object]:
    """Every item of the list that begins at ``url``.

    Raises:
        Unanswered: a page cannot be had, is on another host, or there are too many.
        Unwilling: the service said no.
    """
    found: list[object] = []
    page: str | None = url
    for _ in range(MOST_PAGES):
        if page is None:
            return found
        answer = await fetcher.get(page, headers=headers)
        if answer.status != 200:
            raise Unwilling(answer, url=page)
        found.extend(read_list(answer, url=page))
        page = next_page(answer, url=page)
    if page is not None:
        raise Unanswered(f"{place(url)} gave a list of more than {MOST_PAGES} pages.")
    return found


class Unwilling(Unanswered):
    """The service answered with another status than 200."""

    def __init__(self, answer: Answer, *, url: str) -> None:
        super().__init__(f"{place(url)} answered with status {answer.status}.")
        self.answer = answer


def next_page(answer: Answer, *, url: str) -> str | None:
    """Where the next page is, None after the last.

    Raises:
        Unanswered: it is not on the same host.
    """
    for header in answer.headers.get_list("link"):
        for target, parameters in _LINK.findall(header):
            relations = {word for pair in _NEXT.findall(parameters) for text in pair for word in text.split()}
            if "next" in {relation.lower() for relation in relations}:
                return _on_the_same_host(target, url)
    return None


def _on_the_same_host(target: str, url: str) -> str:
    here = httpx.URL(url)
    try:
        there = here.join(target)
    except httpx.InvalidURL:
        raise Unanswered(f"{place(url)} names a next page that is no URL.") from None
    if (there.scheme, there.netloc, there.userinfo) != (here.scheme, here.netloc, b""):
        raise Unanswered(f"{place(url)} names a next page on another host.")
    return str(there)
