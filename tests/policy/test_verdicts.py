from __future__ import annotations

from dataclasses import replace

from doorward.model.claims import Verdicts
from doorward.model.ids import ListId
from doorward.model.rule import Selector
from doorward.policy.bounds import judged_name
from doorward.policy.verdicts import verdicts
from tests.policy.said import compiled, person, policy

STAFF, BOARD = Selector("email_list", "staff"), Selector("email_list", "board")
BOTH = compiled(policy("allow", "email_list:staff", exclude=["email_list:board"]))


def test_a_token_says_of_each_judged_selector_whether_it_matched() -> None:
    request = replace(person(), lists=frozenset({ListId("staff")}))
    met, unmet = judged_name(STAFF), judged_name(BOARD)
    assert verdicts(BOTH, request) == Verdicts(met=frozenset({met}), unmet=frozenset({unmet}))


def test_of_what_is_unknown_it_says_nothing() -> None:
    assert verdicts(BOTH, person()) == Verdicts()


def test_what_the_edge_can_test_itself_is_not_in_it() -> None:
    assert verdicts(compiled(policy("allow", "email:ada@corp.com")), person()) == Verdicts()
