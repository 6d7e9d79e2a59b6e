from __future__ import annotations

import pytest

from doorward.declaration.header_names import TAKEN, TAKEN_PREFIXES
from doorward.envoy import names
from doorward.envoy.filters import UNTRUSTED_HEADERS, UNTRUSTED_PREFIXES
from tests.declaration.files import merged, problem, section

APPLICATION = "{{id: a, hostname: a.example.com, url: 'http://h', read_service_tokens_from_header: {}}}"


def file(header: str) -> str:
    return section("applications", APPLICATION.format(header))


def test_a_name_is_kept_in_lower_case() -> None:
    assert merged(file("Authorization")).applications[0].service_token_header == "authorization"


@pytest.mark.parametrize("name", ["'a b'", "'a:'", "''", "ä", "a" * 65, "'a\tb'"])
def test_what_is_no_headers_name_is_refused(name: str) -> None:
    assert problem(file(name)).field == "applications[0].read_service_tokens_from_header"


@pytest.mark.parametrize(
    "name", ["Cookie", "host", "CF-Access-Client-Id", "X-Forwarded-For", "sec-fetch-mode"]
)
def test_a_header_that_means_something_already_is_refused(name: str) -> None:
    assert "has a meaning of its own" in problem(file(name)).problem


def test_every_header_that_the_edge_reads_or_removes_is_taken() -> None:
    taken = (*TAKEN_PREFIXES,)
    headers = (*UNTRUSTED_HEADERS, names.CLIENT_TOKEN_HEADER, names.SESSION_HEADER, names.TOKEN_HEADER)
    assert all(header in TAKEN or header.startswith(taken) for header in headers)
    assert all(prefix.startswith(taken) for prefix in UNTRUSTED_PREFIXES)
