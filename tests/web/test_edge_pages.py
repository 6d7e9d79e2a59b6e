from __future__ import annotations

import base64
import hashlib
import re

import pytest

from doorward.envoy.local_replies import STATUS, Page
from doorward.web.edge_pages import MAX_BYTES, REQUEST_ID, edge_page_csp, edge_pages
from tests.web.documents import Document

ALL = pytest.mark.parametrize("page", Page)


def as_envoy_sends_it(page: Page, request_id: str = "r-1") -> str:
    """What Envoy makes of the page: the request id filled in, doubled per cent signs made single."""
    return edge_pages()[page].replace(REQUEST_ID, request_id).replace("%%", "%")


@ALL
def test_a_page_is_a_whole_document_that_says_status_and_request_id(page: Page) -> None:
    document = Document(as_envoy_sends_it(page))
    assert f"Error {STATUS[page]}" in document.text
    assert "r-1" in document.text
    assert len(document.all("h1")) == 1


def test_each_page_says_something_else() -> None:
    titles = {"".join(Document(as_envoy_sends_it(page)).all("h1")[0].text) for page in Page}
    assert len(titles) == len(Page)


@ALL
def test_a_page_fits_into_a_direct_response(page: Page) -> None:
    assert len(edge_pages()[page].encode()) <= MAX_BYTES


@ALL
def test_every_per_cent_sign_but_the_request_ids_is_doubled(page: Page) -> None:
    rest = edge_pages()[page].replace(REQUEST_ID, "", 1)
    assert re.findall(r"%+", rest)
    assert all(len(run) % 2 == 0 for run in re.findall(r"%+", rest))


@ALL
def test_a_page_needs_no_other_file_and_runs_nothing(page: Page) -> None:
    document = Document(as_envoy_sends_it(page))
    assert document.addresses == ["data:,"]
    assert document.all("script", "img", "form", "a", "iframe") == []
    assert not [name for element in document.elements for name in element.attributes if name == "style"]


@ALL
def test_the_policy_allows_exactly_the_style_that_the_page_holds(page: Page) -> None:
    (style,) = re.findall(r"<style>(.*?)</style>", as_envoy_sends_it(page), re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = edge_page_csp()
    assert f"style-src 'sha256-{digest}';" in policy
    assert policy.startswith("default-src 'none';")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
