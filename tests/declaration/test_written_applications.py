from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from doorward.declaration.written import Written
from doorward.declaration.written_applications import written_application
from doorward.model.access_pass import PassRules, Presented
from doorward.model.application import Application, ApplicationType, Origin
from doorward.model.application_options import Cors, DenyPage, OriginHeaders, OriginTimeouts, SameSite
from doorward.model.configuration import Configuration
from doorward.model.destination import Destination
from tests.nouns import application

PLAIN: dict[str, Written] = {
    "id": "hello",
    "hostname": "hello.example.com",
    "url": "http://127.0.0.1:8080",
    "policies": [],
}


def written(made: Application) -> dict[str, Written]:
    return written_application(made, Configuration(), ())


def test_what_has_its_default_is_left_out() -> None:
    assert written(application()) == PLAIN


@pytest.mark.parametrize(
    ("places", "said"),
    [
        ((Destination("a"), Destination("b")), ["a", "b"]),
        ((Destination("a", "/x"),), ["a/x"]),
        ((Destination("*.a"),), ["*.a"]),
    ],
)
def test_more_than_one_whole_host_is_written_as_destinations(
    places: tuple[Destination, ...], said: list[str]
) -> None:
    found = written(replace(application(), destinations=places))
    assert ("hostname" in found, found["destinations"]) == (False, said)


def test_options_are_written_as_they_are_read() -> None:
    origin = Origin(
        url="http://h",
        headers=OriginHeaders(added=(("x-a", "1"),), removed=("x-b",)),
        identity_headers=(("x-user", "email"),),
        timeouts=OriginTimeouts(request=timedelta(seconds=30)),
    )
    made = replace(
        application(),
        origin=origin,
        session_duration=timedelta(hours=24),
        cors=Cors(allow_origins=("*",), max_age=timedelta(minutes=1)),
        same_site=SameSite.NONE,
        deny_page=DenyPage(text="no", link_text="why", link_url="https://h"),
        passes=PassRules(presented=frozenset(Presented), longest=timedelta(days=7)),
    )
    expected: dict[str, object] = {
        **PLAIN,
        "url": "http://h",
        "origin": {
            "headers": {"add": {"x-a": "1"}, "remove": ["x-b"]},
            "identity_headers": {"x-user": "email"},
            "timeouts": {"request": "30s"},
        },
        "session_duration": "24h",
        "cors": {"allow_origins": ["*"], "max_age": "1m"},
        "cookie": {"same_site": "none"},
        "deny_page": {"text": "no", "link": {"text": "why", "url": "https://h"}},
        "passes": {"presented": ["header", "basic", "query"], "longest": "7d"},
    }
    assert written(made) == expected


def test_a_bookmark_is_nowhere() -> None:
    made = replace(
        application(), type=ApplicationType.BOOKMARK, destinations=(), origin=Origin(url="https://h")
    )
    assert written(made) == {"id": "hello", "type": "bookmark", "url": "https://h", "policies": []}
