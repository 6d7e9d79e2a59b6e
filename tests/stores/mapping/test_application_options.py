from __future__ import annotations

import json

import pytest
from hypothesis import given

from doorward.model.application import Application, Origin
from doorward.model.application_options import SameSite, WithoutSignIn
from doorward.stores.mapping.application_options import (
    options_from_json,
    options_to_json,
    origin_options_from_json,
    origin_options_to_json,
)
from tests import strategies


@given(application=strategies.applications)
def test_what_goes_in_comes_out_of_json(application: Application) -> None:
    options = options_from_json(json.loads(json.dumps(options_to_json(application))))
    assert {name: getattr(application, name) for name in options} == options
    origin = origin_options_from_json(json.loads(json.dumps(origin_options_to_json(application.origin))))
    assert {name: getattr(application.origin, name) for name in origin} == origin


def test_what_a_row_does_not_have_yet_has_its_default() -> None:
    assert options_from_json({}) == {
        "sign_in_with": None,
        "sign_in": WithoutSignIn.REDIRECT,
        "same_site": SameSite.LAX,
        "cors": None,
        "deny_page": None,
        "passes": None,
    }
    default = Origin(url="")
    assert origin_options_from_json({}) == {
        "headers": default.headers,
        "identity_headers": (),
        "timeouts": default.timeouts,
    }


@pytest.mark.parametrize(
    "value",
    [
        {"sign_in": "maybe"},
        {"same_site": "loose"},
        {"cors": {"allow_origins": 3}},
        {"deny_page": "x"},
        {"passes": {"presented": ["smoke"]}},
    ],
)
def test_what_is_not_understood_is_no_default(value: dict[str, object]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - pydantic's own or an enumeration's
        options_from_json(value)
