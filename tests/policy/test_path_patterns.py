from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.model.errors import Invalid
from doorward.policy.match import Match
from doorward.policy.path_patterns import (
    LONGEST,
    ODD,
    canonical_path,
    certain_regex,
    compare,
    possible_regex,
)

LONG = 8 * 1024

FITS = {
    "/admin": ["/admin"],
    "/": ["/"],
    "/admin/": ["/admin/"],
    "/admin/**": ["/admin", "/admin/", "/admin/x", "/admin/x/y%20z", "/admin/;x"],
    "/**": ["/", "/x", "/x/y/"],
    "/users/*": ["/users/ada", "/users/a%20b"],
    "/users/*/edit": ["/users/ada/edit"],
    "/report-*.pdf": ["/report-.pdf", "/report-1.pdf", "/report-a%20b.pdf"],
    "/*/keys/**": ["/ada/keys", "/ada/keys/1"],
}
PERHAPS = {
    "/admin": [
        "/ADMIN",
        "/Admin",
        "/admin/",
        "/admin;jsessionid=1",
        "/admin%3Bx",
        "/admin.",
        "/admin%20",
        "/%2561dmin",
        "/%252561dmin",
        "/%2%35%361dmin",
        "/admin%3Fx",
        "/admin%23x",
        "/%EF%BC%A1dmin",  # a wide A
        "/%E2%84%AA",
    ][:-1],
    "/admin/**": ["/ADMIN/x", "/admin;a=b/x", "/Admin", "/admin./x", "/%41DMIN/x", "/admin%5Cx", "/admin\\x"],
    "/users/*/edit": ["/USERS/ada/edit", "/users/ada/edit/", "/users/ada/edit;x", "/users/ada;x/EDIT"],
    "/report-*.pdf": ["/report-1.PDF", "/report-1.pdf.", "/report-1.pdf;x"],
    "/a.*": ["/A.", "/A.b"],
    "/": ["//", "/;x", "/."],
}
DIFFERENT = {
    "/admin": ["/", "/administrator", "/adm", "/x/admin", "/admin/x", "/100%25.pdf", "/a%zz", "/caf%C3%A9"],
    "/admin/**": ["/", "/administrator", "/x/admin/y", "/files/a%20b;c=d.pdf"],
    "/users/*": ["/users", "/users/", "/users/a/b", "/people/a"],
    "/users/*/edit": ["/users/edit", "/users//edit", "/users/a/b/edit"],
    "/report-*.pdf": ["/report.pdf", "/report-1.pdf.exe", "/report-1pdf"],
    "/re*re": ["/re", "/rer"],
}


def cases(table: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(pattern, path) for pattern, paths in table.items() for path in paths]


@pytest.mark.parametrize(("pattern", "path"), cases(FITS))
def test_a_path_fits_letter_for_letter(pattern: str, path: str) -> None:
    assert compare(canonical_path(pattern, "f"), path) is Match.YES


@pytest.mark.parametrize(("pattern", "path"), cases(PERHAPS))
def test_what_a_server_may_take_for_a_path_that_fits_is_unknown(pattern: str, path: str) -> None:
    assert compare(canonical_path(pattern, "f"), path) is Match.UNKNOWN


@pytest.mark.parametrize(("pattern", "path"), cases(DIFFERENT))
def test_any_other_path_certainly_does_not_fit(pattern: str, path: str) -> None:
    assert compare(canonical_path(pattern, "f"), path) is Match.NO


def test_without_a_path_nothing_is_known() -> None:
    assert compare("/**", "") is Match.UNKNOWN
    assert compare("/**", "*") is Match.UNKNOWN


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("admin", "is not a path"),
        ("", "is not a path"),
        ("/a?b", "is not a path"),
        ("/a#b", "is not a path"),
        ("/%61dmin", "is not a path"),
        ("/caf\u00e9", "is not a path"),
        ("/a b", "is not a path"),
        ("/a\\b", "is not a path"),
        ("/(a|b)+", "is not a path"),
        ("/[a-z]", "is not a path"),
        ("/" + "a" * LONGEST, "is not a path"),
        ("/a*b*c", "two stars in one segment"),
        ("/**/x", r"\*\* inside"),
        ("/a**", r"\*\* inside"),
        ("/***", r"\*\* inside"),
        ("/a//b", "an empty segment"),
        ("/a/../b", "an empty segment"),
        ("/.", "an empty segment"),
    ],
)
def test_what_is_no_pattern_is_told(value: str, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        canonical_path(value, "f")


segments = st.sampled_from(["a", "b", "A", "a.b", "a.", "*", "a*", "*b", "a*.b", "a;x", "(a)", "a+b"])
patterns = st.builds(
    lambda parts, end: "/" + "/".join(parts) + end if parts else "/" + end.lstrip("/"),
    st.lists(segments, max_size=3),
    st.sampled_from(["", "/", "/**"]),
).map(lambda value: canonical_path(value, "f"))
letters = st.sampled_from([*"abAB.;xé+()", "%61", "%41", "%2561", "%20", "%3b", "%", "%zz", "\\"])
paths = st.lists(st.lists(letters, min_size=1, max_size=4).map("".join), max_size=4).flatmap(
    lambda parts: st.sampled_from(["/" + "/".join(parts), "/" + "/".join([*parts, ""]) if parts else "/"])
)


@given(pattern=patterns, path=paths)
def test_the_edge_finds_the_same(pattern: str, path: str) -> None:
    match = compare(pattern, path)
    certain = re.fullmatch(certain_regex(pattern), path) is not None
    likely = re.fullmatch(possible_regex(pattern), path) is not None
    odd = re.fullmatch(ODD, path) is not None
    assert certain is (match is Match.YES)
    assert match is Match.NO or certain or likely or odd
    assert odd or (likely or certain) is (match is not Match.NO)


@given(path=paths, rest=paths)
def test_everything_below_is_below_whatever_it_is(path: str, rest: str) -> None:
    assert compare("/**", path + rest) is Match.YES


HOSTILE = [
    ("/" + "/".join(["*a"] * 300) + "/**", "/" + "a" * LONG),
    ("/" + "/".join(["*"] * 500), "/a" * (LONG // 2)),
    ("/*" + "a" * 1000 + "b", "/" + "a" * LONG),
    ("/" + "a" * 1000 + "*b", "/" + "a" * LONG),
    ("/" + "a" * 1000 + "*" + "a" * 20, "/" + "a" * LONG),
    ("/x/**", "/" + "%25" * (LONG // 3)),
    ("/x/**", "/" + "%2525" * (LONG // 5)),
    ("/x/**", "/" + "%C3%A9" * (LONG // 6)),
    ("/x/**", "/" + "%EF%B7%BA" * (LONG // 9)),  # a letter that stands for eighteen
    ("/x/**", "/" + "%CC%81%CC%A7" * (LONG // 12)),  # accents, out of their order
    ("/x/**", "/;" * (LONG // 2)),
    ("/x/**", "/" + ". " * (LONG // 2)),
]


@pytest.mark.parametrize(("pattern", "path"), HOSTILE, ids=lambda text: text[:16])
def test_no_pattern_and_no_path_take_long(pattern: str, path: str) -> None:
    canonical_path(pattern, "f")

    def seconds(times: int) -> float:
        began = time.process_time()
        compare(pattern, path * times)
        return time.process_time() - began

    once = min(seconds(1) for _ in range(5))
    eight_times = min(seconds(8) for _ in range(5))
    assert once < 0.05
    # In proportion to its length: eight times the path take nowhere near sixty-four times as long.
    assert eight_times < max(40 * once, 0.005)
