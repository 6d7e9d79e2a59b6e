"""Versions: sent along with what is sent, and demanded of what is changed (RFC 7644 section 3.14)."""

from __future__ import annotations

import pytest

from tests.scim.server import GROUP, USER, Server


@pytest.fixture
def server() -> Server:
    return Server()


def test_a_version_is_sent_along_and_may_be_demanded(server: Server) -> None:
    user, group = server.add_user(), server.add_group("Engineers")
    for target in (f"/Users/{user}", f"/Groups/{group}"):
        tag = server.send("GET", target).headers["etag"]
        assert tag == 'W/"1"'
        assert server.send("GET", target, headers={"if-none-match": tag}).status_code == 304
        assert server.send("GET", target, headers={"if-none-match": 'W/"9"'}).status_code == 200
        assert server.send("GET", target, headers={"if-none-match": "*"}).status_code == 304
        for wrong in ('W/"9"', '"x"', 'W/"1", W/"2"', ""):
            for method in ("PUT", "PATCH", "DELETE"):
                body = {
                    "schemas": [
                        USER if "Users" in target else GROUP,
                        "urn:ietf:params:scim:api:messages:2.0:PatchOp",
                    ],
                    "userName": "x",
                    "displayName": "x",
                    "Operations": [{"op": "replace", "path": "displayName", "value": "x"}],
                }
                response = server.send(method, target, body, headers={"if-match": wrong})
                assert response.status_code == 412, (method, wrong, response.text)
        assert server.send("DELETE", target, headers={"if-match": tag}).status_code == 204


def test_any_version_will_do_where_any_is_said(server: Server) -> None:
    user = server.add_user()
    assert server.send("DELETE", f"/Users/{user}", headers={"if-match": "*"}).status_code == 204
