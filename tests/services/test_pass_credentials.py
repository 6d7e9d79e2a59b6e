from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence

import pytest

from doorward.model.access_pass import Presented
from doorward.model.errors import Refused
from doorward.services.pass_credentials import Shown, shown
from tests.services.sample import ask

SECRET = "dwap_x"
EVERY_WAY = frozenset(Presented)


def basic(text: str) -> Mapping[str, Sequence[str]]:
    return {"authorization": ["Basic " + base64.b64encode(text.encode()).decode()]}


def test_each_way_says_what_has_to_be_taken_out() -> None:
    found = shown(ask(headers={"doorward-pass": [SECRET]}), EVERY_WAY)
    assert found == Shown(secret=SECRET, headers=("doorward-pass",))
    assert shown(ask(headers=basic(f"any:{SECRET}")), EVERY_WAY) == Shown(
        secret=SECRET, headers=("authorization",)
    )
    found = shown(ask(target=f"/x?b=1&doorward_pass={SECRET}#f", headers={}), EVERY_WAY)
    assert found == Shown(secret=SECRET, query=("doorward_pass",))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        basic("ada:secret of the origin"),
        basic(SECRET),
        {"authorization": ["Bearer dwap_x"]},
        {"authorization": ["Basic"]},
        {"authorization": ["Basic %%%"]},
        {"authorization": ["Basic /w=="]},
        {"authorization": ["Basic " + "A" * 5000]},
    ],
)
def test_what_is_no_pass_is_left_alone(headers: Mapping[str, Sequence[str]]) -> None:
    assert shown(ask(headers=headers), EVERY_WAY) is None


def test_an_empty_parameter_is_a_pass_that_is_none() -> None:
    assert shown(ask(target="/?doorward_pass=", headers={}), EVERY_WAY) == Shown(
        secret="", query=("doorward_pass",)
    )


def test_a_parameter_whose_name_is_written_otherwise_is_none_of_ours() -> None:
    """The edge takes out parameters by the name as it stands there."""
    assert shown(ask(target=f"/?doorward%5Fpass={SECRET}", headers={}), EVERY_WAY) is None


def test_only_the_ways_that_the_application_takes_are_looked_at() -> None:
    question = ask(target=f"/?doorward_pass={SECRET}", headers={"doorward-pass": [SECRET]})
    assert shown(question, frozenset()) is None
    assert shown(question, frozenset({Presented.BASIC})) is None


def test_two_are_refused() -> None:
    with pytest.raises(Refused, match="more than one"):
        shown(ask(target=f"/?doorward_pass={SECRET}&doorward_pass={SECRET}", headers={}), EVERY_WAY)
    with pytest.raises(Refused, match="2 times"):
        shown(ask(headers={"doorward-pass": [SECRET, SECRET]}), EVERY_WAY)


def test_what_is_far_too_long_is_not_even_hashed() -> None:
    with pytest.raises(Refused, match="too long"):
        shown(ask(headers={"doorward-pass": ["x" * 513]}), EVERY_WAY)
