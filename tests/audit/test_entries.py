from __future__ import annotations

import json

import pytest

from doorward.audit.acts import Act, ActName
from doorward.audit.chain import Link
from doorward.audit.entries import ActEntry, DecisionEntry, entry_of, session_facts
from doorward.audit.writing import act_entry, checkpoint_entry, read_entry, request_entry, segment_entry
from doorward.services.audited.sessions import session_facts as facts_of
from tests.audit.samples import SIGNER, request_line
from tests.audit.test_writing import PLACE
from tests.fakes.clock import START
from tests.nouns import session


def decision(**fields: object) -> DecisionEntry:
    entry = entry_of(5, request_line(**fields))
    assert isinstance(entry, DecisionEntry)
    return entry


def test_a_decision_holds_what_is_needed_to_decide_again() -> None:
    entry = decision(country="NL", policy_version="abc", reason="no-identity,not-included")
    assert (entry.sequence, entry.time, entry.request_id) == (5, START, "r1")
    assert (entry.application, entry.method, entry.host, entry.path) == (
        "hello",
        "GET",
        "hello.example.com",
        "/",
    )
    assert (entry.source, entry.country, entry.person, entry.session) == (
        "192.0.2.7",
        "NL",
        "ada@example.com",
        "s1",
    )
    assert (entry.decision, entry.decided_by, entry.status) == ("allow", "edge", 200)
    assert (entry.policy, entry.policy_version) == ("engineers", "abc")
    assert entry.reasons == ("no-identity", "not-included")


def test_what_is_missing_is_empty_however_the_edge_writes_that() -> None:
    entry = decision(person=None, session="-", policy=None, reason=None, service_token=None, user_agent=None)
    assert (entry.person, entry.session, entry.policy, entry.service_token) == ("", "", "", "")
    assert (entry.reasons, entry.policy_version, entry.country) == ((), "", "")


def test_a_line_from_before_a_field_was_there_is_read_all_the_same() -> None:
    line = json.loads(request_line())
    for field in ("country", "policy_version", "service_token"):
        del line[field]
    entry = entry_of(1, json.dumps(line, separators=(",", ":")).encode())
    assert isinstance(entry, DecisionEntry)
    assert entry.country == ""


def test_the_session_of_a_sign_in_has_its_persons_facts() -> None:
    given = session()
    act = Act(name=ActName.SIGNED_IN, facts=facts_of(given), by="pages")
    entry = entry_of(3, act_entry(act, START))
    assert isinstance(entry, ActEntry)
    assert (entry.name, entry.by, entry.people) == ("signed-in", "pages", ("ada@example.com",))
    assert session_facts(entry) == (given.id, given.identity)


def test_a_denial_that_a_page_told_of_is_a_decision_like_the_edges() -> None:
    facts = {"request_id": "r1", "application": "hello", "decision": "deny", "person": "bob@example.com"}
    entry = entry_of(3, act_entry(Act(name=ActName.ACCESS_DENIED, facts=facts), START))
    assert isinstance(entry, DecisionEntry)
    assert (entry.sequence, entry.time, entry.request_id) == (3, START, "r1")
    assert (entry.application, entry.decision, entry.person) == ("hello", "deny", "bob@example.com")


def test_other_entries_tell_no_facts_of_a_person() -> None:
    ended = Act(
        name=ActName.SESSIONS_ENDED, facts={"sessions": [{"session": "s1", "email": "ada@example.com"}]}
    )
    entry = entry_of(3, act_entry(ended, START))
    assert isinstance(entry, ActEntry)
    assert entry.people == ("ada@example.com",)
    assert session_facts(entry) is None
    assert session_facts(decision()) is None


def test_book_keeping_is_no_entry() -> None:
    checkpoint = SIGNER.sign(Link(1, bytes(32)), START)
    for entry in (
        segment_entry(1, START, None),
        checkpoint_entry(checkpoint, None),
        read_entry(PLACE, START),
    ):
        assert entry_of(1, entry) is None


def test_an_unreadable_line_is_an_entry_with_its_text() -> None:
    entry = entry_of(1, request_entry(b"\xffrubbish", START))
    assert isinstance(entry, ActEntry)
    assert (entry.name, entry.facts) == ("unreadable", {"text": "\\xffrubbish"})


@pytest.mark.parametrize("entry", [b"{}", b'{"other":1,"time":"2026-03-01T12:00:00.000Z"}', b"{"])
def test_what_the_log_never_holds_is_refused(entry: bytes) -> None:
    with pytest.raises(ValueError, match=r"instant|unknown kind|Expecting"):
        entry_of(1, entry)
