"""A directory pushes through the real edge, and somebody who is signed in loses what they had, at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import yaml
from websockets.exceptions import ConnectionClosed

from tests.live.oidc_provider import ADA, OidcProviderProcess
from tests.live.system import System
from tests.live.test_oidc_sign_in import asked_at, come_back, work
from tests.live.visitor import SCRIPT, Visitor

SECRET = "a secret of the directory's, long enough"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    with System(tmp_path_factory.mktemp("demo")) as running:
        yield running


@pytest.fixture(scope="module")
def provider(system: System, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OidcProviderProcess]:
    callback = f"{system.team_url}/cdn-cgi/access/callback"
    with OidcProviderProcess(
        scratch=tmp_path_factory.mktemp("provider"), redirect_uris=[callback]
    ) as process:
        [hello] = [a for a in yaml.safe_load(system.cli("export").out)["applications"] if a["id"] == "hello"]
        rule = {"group": "Engineers", "identity_provider": "work"}
        hello["policies"] = [{"id": "engineers", "action": "allow", "include": [rule]}]
        pushing = {**work(process), "scim_token": SECRET}
        applied = system.apply({"identity_providers": [pushing], "applications": [hello]})
        assert applied.code == 0, applied
        yield process


class Directory:
    """The provider's directory, and the connection over which it pushes."""

    def __init__(self, system: System, visitor: Visitor) -> None:
        self._base = f"{system.team_url}/cdn-cgi/access/scim/work/v2"
        self._http = visitor.http

    def send(self, method: str, target: str, body: object = None) -> httpx.Response:
        headers = {"authorization": f"Bearer {SECRET}", "content-type": "application/scim+json"}
        return self._http.request(method, self._base + target, json=body, headers=headers, timeout=30)

    def patch(self, target: str, *operations: object) -> int:
        return self.send("PATCH", target, {"schemas": [PATCH], "Operations": list(operations)}).status_code

    def add(self, kind: str, schema: str, **body: object) -> str:
        response = self.send("POST", f"/{kind}", {"schemas": [schema], **body})
        assert response.status_code == 201, response.text
        return str(response.json()["id"])


@pytest.fixture
def directory(system: System, provider: OidcProviderProcess) -> Iterator[Directory]:
    with system.visitor() as visitor:
        yield Directory(system, visitor)


def test_who_is_put_into_a_group_gets_in_and_who_is_deactivated_is_out_at_once(
    system: System, provider: OidcProviderProcess, directory: Directory
) -> None:
    page = f"{system.app_url}/headers"
    ada = directory.add("Users", USER, userName=ADA.email.upper(), active=True)
    engineers = directory.add("Groups", GROUP, displayName="Engineers")

    def sign_in(visitor: Visitor) -> httpx.Response:
        return come_back(visitor, provider, asked_at(visitor, page))

    with system.visitor() as visitor:
        assert sign_in(visitor).status_code == 403  # in no group yet
        assert directory.patch(f"/Groups/{engineers}", _member("Add", ada)) == 204
        assert visitor.open(page).status_code == 200  # the same session
        assert directory.patch(f"/Groups/{engineers}", _member("Remove", ada)) == 204
        assert visitor.get(page, SCRIPT).status_code == 403
        assert directory.patch(f"/Groups/{engineers}", _member("Add", ada)) == 204
        with visitor.websocket(f"{system.app_url}/ws") as stream:
            stream.send("still there?")
            assert stream.recv(timeout=5) == "still there?"
            off = {"op": "Replace", "path": "active", "value": "False"}
            assert directory.patch(f"/Users/{ada}", off) == 200
            with pytest.raises(ConnectionClosed):
                stream.recv(timeout=5)
        assert visitor.get(page, SCRIPT).status_code == 401
    with system.visitor() as visitor:
        answer = sign_in(visitor)
        assert answer.status_code == 403
        assert "disabled in your organisation" in answer.text


def test_a_large_push_passes_the_edge_and_a_larger_one_is_refused(directory: Directory) -> None:
    many: list[Any] = [{"$ref": None, "value": f"{number:032x}"} for number in range(10_000)]
    group = directory.add("Groups", GROUP, displayName="Everybody")
    change = {"op": "Add", "path": "members", "value": many}
    assert directory.patch(f"/Groups/{group}", change) == 204
    assert directory.patch(f"/Groups/{group}", {**change, "value": many * 3}) == 413
    assert directory.send("DELETE", f"/Groups/{group}").status_code == 204


def _member(op: str, user: str) -> dict[str, object]:
    return {"op": op, "path": "members", "value": [{"value": user}]}
