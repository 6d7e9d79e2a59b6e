from __future__ import annotations

import re
from pathlib import Path

import pytest

from doorward.model.errors import Invalid
from doorward.model.ids import IdentityProviderId
from doorward.model.rule import Selector
from doorward.policy import selectors
from doorward.policy.selectors import RULE_GROUP, SELECTORS, WRITABLE, canonical, known_kind
from doorward.policy.selectors.kind import Narrowing

FOLDER = Path(selectors.__file__).parent
PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "selectors.md"


def test_every_file_is_in_the_table_and_every_entry_has_its_file() -> None:
    files = {path.stem for path in FOLDER.glob("*.py")} - {"__init__", "kind"}
    assert files == set(SELECTORS)
    made_of = [getattr(kind, "file", kind) for kind in SELECTORS.values()]
    modules = [getattr(file, "__name__", "").rpartition(".")[2] for file in made_of]
    assert modules == list(SELECTORS)


def test_every_selector_is_documented() -> None:
    headings = re.findall(r"^## `(\w+)`$", PAGE.read_text(), re.MULTILINE)
    assert headings == sorted([*WRITABLE, RULE_GROUP])


def test_the_documentation_says_which_actions_each_selector_goes_with() -> None:
    rows = dict(re.findall(r"^\| \[`(\w+)`\]\(#\w+\) \|(.*)\|$", PAGE.read_text(), re.MULTILINE))
    for name in WRITABLE:
        kind = SELECTORS[name]
        named = set(re.findall(r"`(allow|deny|bypass|service_auth)`", rows[name]))
        assert named == set(kind.actions), name


def test_a_selector_gets_the_spelling_of_its_kind() -> None:
    assert canonical(Selector("email", "Ada@Corp.com"), field="f") == Selector("email", "ada@corp.com")


def test_a_selector_of_an_unknown_kind_is_left_alone() -> None:
    odd = Selector("moon_phase", " Full ", IdentityProviderId("people"))
    assert canonical(odd, field="f") is odd


NARROWABLE = {name for name, kind in SELECTORS.items() if kind.narrowing is not Narrowing.NEVER}


def test_what_a_provider_names_can_be_narrowed_to_it() -> None:
    assert {"auth_context", "claim", "group", "role"} == NARROWABLE


@pytest.mark.parametrize("kind", [*sorted(set(WRITABLE) - NARROWABLE), RULE_GROUP])
def test_other_kinds_cannot_be_narrowed_to_a_provider(kind: str) -> None:
    with pytest.raises(Invalid, match="only auth_context, claim, group, role can"):
        canonical(Selector(kind, "", IdentityProviderId("people")), field="f")


def test_an_authentication_context_says_whose_it_is() -> None:
    with pytest.raises(Invalid, match="auth_context needs its identity provider"):
        canonical(Selector("auth_context", "c1"), field="f")


def test_a_narrowed_group_stays_narrowed() -> None:
    narrowed = Selector("group", "staff", IdentityProviderId("people"))
    assert canonical(narrowed, field="f") == narrowed


def test_a_kind_that_nobody_knows_is_refused_with_those_there_are() -> None:
    assert known_kind("rule_group", field="f") == "rule_group"
    with pytest.raises(
        Invalid, match="use one of any_service_token, auth_context, authentication_method, certificate"
    ):
        known_kind("mail", field="f")
