from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from doorward.envoy import names
from doorward.model.errors import Invalid
from doorward.services.machine_credentials import MachineCredentials, shown
from tests.services.sample import application, ask

ID, SECRET = names.CLIENT_ID_HEADER, names.CLIENT_SECRET_HEADER
OWN = "authorization"
BOTH = {ID: ["ci.access"], SECRET: ["s3cret"]}
EXPECTED = MachineCredentials("ci.access", "s3cret")

PLAIN = application("plain")
WITH_OWN = replace(PLAIN, service_token_header=OWN)


def written(**parts: object) -> str:
    return json.dumps({key.replace("_", "-"): value for key, value in parts.items()})


GOOD = written(cf_access_client_id="ci.access", cf_access_client_secret="s3cret")


def test_a_request_without_the_headers_shows_none() -> None:
    assert shown(ask(headers={}), PLAIN) is None
    assert shown(ask(headers={OWN: [GOOD]}), PLAIN) is None


def test_it_is_shown_in_two_headers_or_in_one_of_the_applications_own() -> None:
    assert shown(ask(headers=BOTH), PLAIN) == EXPECTED
    assert shown(ask(headers=BOTH), WITH_OWN) == EXPECTED
    assert shown(ask(headers={OWN: [GOOD]}), WITH_OWN) == EXPECTED
    assert "s3cret" not in repr(EXPECTED)


def test_names_in_json_have_any_case_as_headers_do() -> None:
    text = '{"CF-Access-Client-Id": "ci.access", "Cf-Access-Client-Secret": "s3cret"}'
    assert shown(ask(headers={OWN: [text]}), WITH_OWN) == EXPECTED


@pytest.mark.parametrize(
    "odd", [" ci.access", "ci.access ", "ci\t", "", "ci.access\x00", "é", "../ci", "a" * 4096]
)
def test_no_value_is_trimmed_or_repaired(odd: str) -> None:
    assert shown(ask(headers={**BOTH, ID: [odd]}), PLAIN) == MachineCredentials(odd, "s3cret")
    text = written(cf_access_client_id=odd, cf_access_client_secret=" s")
    if len(text) <= 4096:
        assert shown(ask(headers={OWN: [text]}), WITH_OWN) == MachineCredentials(odd, " s")


@pytest.mark.parametrize(
    ("headers", "field", "problem"),
    [
        ({ID: ["ci.access"]}, SECRET, "is missing beside"),
        ({SECRET: ["s3cret"]}, ID, "is missing beside"),
        # Both spellings are one header by the time the edge asks.
        ({**BOTH, ID: ["ci.access", "ci.access"]}, ID, "was sent 2 times"),
        ({**BOTH, SECRET: ["s3cret", "other", "s3cret"]}, SECRET, "was sent 3 times"),
        ({**BOTH, SECRET: ["x" * 4097]}, SECRET, "has more than 4096 characters"),
        ({**BOTH, OWN: [GOOD]}, OWN, "in one way only"),
        ({OWN: [GOOD, GOOD]}, OWN, "was sent 2 times"),
        ({**BOTH, "cookie": [f"a=b; {names.TOKEN_COOKIE}=x"]}, ID, "beside a person's cookie or token"),
        ({**BOTH, "cookie": ["a=b", f"{names.FOOTHOLD_COOKIE}="]}, ID, "beside a person's cookie or token"),
        ({**BOTH, names.CLIENT_TOKEN_HEADER: [""]}, ID, "beside a person's cookie or token"),
        ({OWN: [GOOD], names.CLIENT_TOKEN_HEADER: ["x"]}, OWN, "beside a person's cookie or token"),
    ],
)
def test_what_two_readers_could_understand_differently_is_refused(
    headers: Mapping[str, Sequence[str]], field: str, problem: str
) -> None:
    with pytest.raises(Invalid, match=problem) as caught:
        shown(ask(headers=headers), WITH_OWN)
    assert caught.value.field == field
    assert "s3cret" not in str(caught.value)


def test_other_cookies_go_with_a_service_token() -> None:
    assert shown(ask(headers={**BOTH, "cookie": ["theme=dark"]}), PLAIN) == EXPECTED


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Bearer s3cret",
        "null",
        "[]",
        "{}",
        '"ci.access"',
        f"[{GOOD}]",
        f'{{"a": {GOOD}}}',
        GOOD[:-1],
        GOOD + "x",
        written(cf_access_client_id="ci.access"),
        written(cf_access_client_id="ci.access", cf_access_client_secret="s3cret", more="x"),
        written(cf_access_client_id="ci.access", cf_access_client_secret=None),
        written(cf_access_client_id=["ci.access"], cf_access_client_secret="s3cret"),
        written(cf_access_client_id={"cf-access-client-id": "ci.access"}, cf_access_client_secret="s3cret"),
        GOOD[:-1] + ', "Cf-Access-Client-Secret": "s3cret"}',
        GOOD[:-1] + ', "cf-access-client-id": "ci.access"}',
        "[" * 4000,
        '{"a":' * 800,
        "NaN",
        " " * (1 << 20),
        written(cf_access_client_id="ci.access", cf_access_client_secret="s" * (1 << 20)),
    ],
    ids=lambda text: text[:24] or "empty",
)
def test_json_that_is_not_exactly_one_service_token_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        shown(ask(headers={OWN: [text]}), WITH_OWN)
    assert caught.value.field == OWN
    assert "s3cret" not in str(caught.value)
