"""An OpenID provider that says whatever a test wants (npm ``oauth2-mock-server``), as a child process."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import urljoin

import httpx

from tests.live.node_process import NodeProcess


@dataclass
class MockOpenIdProcess:
    """It signs in whoever comes, as Ada. ``scratch`` is a folder of the test's own."""

    scratch: Path
    issuer: str = ""
    _process: NodeProcess | None = None

    def __enter__(self) -> Self:
        self.says()
        self._process = NodeProcess("mock.mjs", self.scratch)
        self.issuer = self._process.start({"port": 0, "says": str(self._said)})
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process is not None
        self._process.stop()

    def says(self, **said: object) -> None:
        """What it says from now on (see ``oidc/mock.mjs``)."""
        self._said.write_text(json.dumps(said))

    def sign_in(self, url: str) -> dict[str, str]:
        """The answer that comes back for the authorization request at ``url``."""
        response = httpx.get(url, trust_env=False)
        assert response.is_redirect, response.text
        return dict(httpx.URL(urljoin(url, response.headers["location"])).params)

    @property
    def _said(self) -> Path:
        return (self.scratch / "says.json").resolve()
