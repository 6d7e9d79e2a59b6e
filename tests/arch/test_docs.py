"""The documentation tells of everything that people can type, and its links lead somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tests.arch.places import DOCS, ROOT, our_files

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
CODE = re.compile(r"^```.*?^```$|`[^`\n]*`", re.MULTILINE | re.DOTALL)
DECISION = re.compile(r"\d{4}-\d{2}-\d{2}-[a-z0-9-]+\.md")


def pages() -> Iterator[Path]:
    """Every Markdown page of ours."""
    return (path for path in our_files() if path.suffix == ".md")


def anchors(page: Path) -> set[str]:
    """The names by which a page's headings can be linked to."""
    headings = HEADING.findall(page.read_text())
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken_links(page: Path) -> Iterator[str]:
    """The links of a page that lead to no file or heading of the repository."""
    for link in LINK.findall(CODE.sub("", page.read_text())):
        if re.match(r"[a-z]+:", link):
            continue
        target, _, anchor = link.partition("#")
        file = (page.parent / target).resolve() if target else page
        if not file.exists() or not file.is_relative_to(ROOT) or (anchor and anchor not in anchors(file)):
            yield f"{page.relative_to(ROOT)}: {link}"


def test_links_lead_to_files_and_headings_that_exist() -> None:
    assert [link for page in pages() for link in broken_links(page)] == []


def test_every_page_of_the_documentation_is_reachable_from_its_index() -> None:
    seen: set[Path] = set()
    waiting = [DOCS / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in seen or page.suffix != ".md" or not page.is_relative_to(DOCS):
            continue
        seen.add(page)
        links = (link.partition("#")[0] for link in LINK.findall(page.read_text()))
        waiting += [(page.parent / link).resolve() for link in links if link and ":" not in link]
    assert sorted(str(page) for page in DOCS.rglob("*.md") if page not in seen) == []


def test_decisions_are_named_by_their_day() -> None:
    names = [path.name for path in (DOCS / "decisions").glob("*.md") if path.name != "README.md"]
    assert names
    assert [name for name in names if not DECISION.fullmatch(name)] == []
