from __future__ import annotations

import json
from dataclasses import dataclass, field

import httpx
import pytest

from doorward.identity.entra.graph_answers import Throttled
from doorward.identity.entra.memberships import Memberships, group_names, read_memberships
from doorward.identity.oidc.claims import CheckedClaims
from doorward.model.errors import SignInRefused, Unavailable
from tests.identity.entra.test_graph import Answering, throttled

ONE, TWO = "11f6a037-b490-4182-9376-5041c2a46f66", "22a7b148-c5a1-4293-a487-6152d3b57a77"
ELSEWHERE = {
    "_claim_names": {"groups": "src1"},
    "_claim_sources": {"src1": {"endpoint": "https://evil.example/"}},
}
DENIED = httpx.Response(403, json={"error": {"code": "Authorization_RequestDenied"}})


def ids(*found: object) -> httpx.Response:
    return httpx.Response(200, json={"value": list(found)})


@dataclass
class Run:
    answers: list[httpx.Response | Exception]
    claims: dict[str, object] = field(default_factory=dict)

    def read(self) -> Memberships:
        self.answering = Answering(self.answers)
        found: Memberships = self.answering.run(
            lambda graph: read_memberships(graph, CheckedClaims(self.claims))
        )
        return found


def test_graphs_word_counts_and_not_the_tokens() -> None:
    run = Run([ids(ONE.upper())], {"groups": [TWO]})
    assert run.read() == Memberships(groups=frozenset({ONE}))
    [asked] = run.answering.asked
    assert asked.url.path == "/v1.0/me/getMemberObjects"
    assert json.loads(asked.content) == {"securityEnabledOnly": False}


@pytest.mark.parametrize("claims", [ELSEWHERE, {"hasgroups": True}])
def test_an_overage_is_noted_and_its_address_never_asked(claims: dict[str, object]) -> None:
    run = Run([ids(ONE, TWO)], claims)
    assert run.read() == Memberships(groups=frozenset({ONE, TWO}), overage=True)
    assert {request.url.host for request in run.answering.asked} == {"graph.example"}


def test_more_groups_than_one_answer_holds_are_read_page_by_page() -> None:
    too_many = httpx.Response(400, json={"error": {"code": "Directory_ResultSizeLimitExceeded"}})
    link = "https://graph.example/v1.0/me/transitiveMemberOf/microsoft.graph.group?$skiptoken=x"
    first = httpx.Response(200, json={"value": [{"id": ONE}], "@odata.nextLink": link})
    run = Run([too_many, first, httpx.Response(200, json={"value": [{"id": TWO}]})])
    assert run.read().groups == {ONE, TWO}
    assert run.answering.asked[1].headers["consistencylevel"] == "eventual"


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"groups": [ONE]},
        ELSEWHERE,
        {**ELSEWHERE, "groups": [ONE]},
        {"hasgroups": True, "groups": [ONE]},
        {"groups": ["Engineering"]},
        {"groups": [ONE, "CONTOSO\\engineering"]},
        {"groups": ONE},
        {"groups": {ONE: True}},
    ],
)
def test_a_throttled_graph_is_no_reason_to_believe_the_token(claims: dict[str, object]) -> None:
    with pytest.raises(Throttled):
        Run([throttled("60")], claims).read()


@pytest.mark.parametrize(
    "answer",
    [httpx.ConnectError("no"), httpx.Response(200, content=b'{"value": ["'), httpx.Response(401), ids(7)],
)
def test_nor_is_one_that_does_not_answer_or_says_nonsense(answer: httpx.Response | Exception) -> None:
    with pytest.raises(Unavailable):
        Run([answer], {"groups": [ONE]}).read()


def test_a_missing_permission_refuses_the_sign_in_with_its_name() -> None:
    with pytest.raises(SignInRefused) as caught:
        Run([DENIED], {"groups": [ONE]}).read()
    assert "GroupMember.Read.All" in caught.value.administrator


@pytest.mark.parametrize("found", [["Engineering"], ["", ONE], [f"{ONE}\n"]])
def test_an_id_that_is_none_refuses_the_sign_in(found: list[str]) -> None:
    with pytest.raises(SignInRefused, match="cannot read"):
        Run([ids(*found)]).read()


def test_names_are_asked_for_many_at_once_and_only_for_ids() -> None:
    answering = Answering(
        [ids({"id": ONE.upper(), "displayName": "Engineering"}, {"id": TWO}, {"displayName": "x"}, 7)]
    )
    assert answering.run(lambda graph: group_names(graph, [ONE, TWO, ONE, "../x"])) == {ONE: "Engineering"}
    assert json.loads(answering.asked[0].content) == {"ids": [ONE, TWO], "types": ["group"]}
    assert Answering([ids()]).run(lambda graph: group_names(graph, [])) == {}
