from __future__ import annotations

from dataclasses import replace

import pytest

from doorward.model.access import AccessRequest
from doorward.model.errors import Invalid
from doorward.model.rule import Selector
from doorward.policy.evaluate import evaluate
from doorward.policy.match import Match
from doorward.policy.selectors import path
from tests.policy.meaning import Facts, holds
from tests.policy.said import compiled, nobody, person, policy

ADMIN = Selector("path", "/admin/**")


def asking(for_: str) -> AccessRequest:
    return replace(person(), method="GET", path=for_)


def test_a_pattern_is_checked() -> None:
    assert path.parse(" /admin/** ", "f") == "/admin/**"
    with pytest.raises(Invalid, match="is not a path"):
        path.parse("admin", "f")


def test_it_is_about_the_path_of_the_request() -> None:
    assert path.matches(ADMIN, asking("/admin/users")) is Match.YES
    assert path.matches(ADMIN, asking("/public")) is Match.NO
    assert path.matches(ADMIN, person()) is Match.UNKNOWN


@pytest.mark.parametrize("spelling", ["/ADMIN/users", "/admin;x/users", "/%2561dmin/users", "/admin./x"])
def test_no_spelling_slips_past_a_rule_that_keeps_out_nor_is_let_in(spelling: str) -> None:
    keeps_out = compiled(policy("deny", "path:/admin/**"), policy("allow", "everyone"))
    lets_in = compiled(policy("allow", "path:/admin/**"))
    excludes = compiled(policy("allow", "everyone", exclude=["path:/admin/**"]))
    assert evaluate(keeps_out, asking("/public")).allowed
    assert evaluate(excludes, asking("/public")).allowed
    assert evaluate(lets_in, asking("/admin/users")).allowed
    for rules in (keeps_out, lets_in, excludes):
        assert not evaluate(rules, asking(spelling)).allowed


def test_an_open_path_needs_nobody() -> None:
    open_path = compiled(policy("bypass", "path:/public/*"))
    assert evaluate(open_path, replace(nobody(), path="/public/logo.png")).allowed
    assert not evaluate(open_path, replace(nobody(), path="/Public/logo.png")).allowed
    [entry] = open_path.policies
    assert holds(entry.expression, Facts(nobody().source, path="/public/logo.png"))
    assert not holds(entry.expression, Facts(nobody().source, path="/Public/logo.png"))


@pytest.mark.parametrize("asked", ["/admin", "/ADMIN/x", "/a%20b", "/public", "/admin./x", "/x;y"])
def test_the_edge_concludes_no_more_than_is_so(asked: str) -> None:
    found, match = path.bounds(ADMIN), path.matches(ADMIN, asking(asked))
    facts = Facts(person().source, path=asked)
    assert holds(found.certain, facts) is (match is Match.YES)
    assert holds(found.possible, facts) or match is Match.NO
