"""The demonstration: two people, a sample application, and a tunnel to it."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from doorward.bootstrap import places
from doorward.bootstrap.client import ApiClient
from doorward.bootstrap.data_folder_files import write_atomically
from doorward.model.errors import Conflict

PEOPLE = ("ada@example.com", "bob@example.com")
TUNNEL = "sample"
SAMPLE = "hello"
PASSWORDS = Path("keys/demo-passwords.json")


def demo_passwords(folder: Path) -> dict[str, str]:
    """Each person's password, the same at every start."""
    path = folder / PASSWORDS
    if path.exists():
        return {str(k): str(v) for k, v in json.loads(path.read_text()).items()}
    made = {person: secrets.token_urlsafe(9) for person in PEOPLE}
    write_atomically(path, json.dumps(made).encode(), mode=0o600)
    return made


def demo_file(hostname: str, port: int, passwords: Mapping[str, str]) -> str:
    """The declarative file of the demonstration."""
    return json.dumps(
        {
            "version": 1,
            "identity_providers": [
                {
                    "id": "staff",
                    "name": "Staff accounts",
                    "type": "local",
                    "accounts": [
                        {
                            "email": "ada@example.com",
                            "name": "Ada",
                            "groups": ["engineers"],
                            "password": passwords["ada@example.com"],
                        },
                        {
                            "email": "bob@example.com",
                            "name": "Bob",
                            "groups": ["sales"],
                            "password": passwords["bob@example.com"],
                        },
                    ],
                }
            ],
            "tunnels": [{"name": TUNNEL}],
            "applications": [
                {
                    "id": SAMPLE,
                    "name": "Hello",
                    "hostname": hostname,
                    "url": f"http://127.0.0.1:{port}",
                    "tunnel": TUNNEL,
                    "policies": [
                        {
                            "id": "engineers",
                            "name": "Engineers",
                            "action": "allow",
                            "include": [{"group": "engineers"}],
                        }
                    ],
                }
            ],
        },
        indent=2,
    )


def set_up(data: Path, *, hostname: str, port: int) -> None:
    """Bring the demonstration into force on the first start; later ones keep what is there, but for
    the sample's hostname and port, which may have been given anew.

    Writes the tunnel's token where the sample's connector looks for it.
    """
    client = ApiClient(data)
    present = yaml.safe_load(client.text("/configuration"))
    if any(present.get(section) for section in ("identity_providers", "tunnels", "applications")):
        _move(client, present, hostname=hostname, url=f"http://127.0.0.1:{port}")
        _make_sure_of_tunnel(client)
    else:
        _apply(client, demo_file(hostname, port, demo_passwords(data)))
    token = client.post(f"/tunnels/{TUNNEL}/token", {})["token"]
    write_atomically(data / places.SAMPLE_TOKEN, token.encode(), mode=0o600)


def _move(client: ApiClient, present: dict[str, Any], *, hostname: str, url: str) -> None:
    applications = present.get("applications") or []
    sample = next((a for a in applications if a["id"] == SAMPLE), None)
    if sample is None or (sample["hostname"], sample["url"]) == (hostname, url):
        return
    sample.update(hostname=hostname, url=url)
    _apply(client, json.dumps({"version": 1, "applications": applications}))


def _apply(client: ApiClient, text: str) -> None:
    client.post("/configuration", {"name": "the demonstration", "text": text})


def _make_sure_of_tunnel(client: ApiClient) -> None:
    try:
        client.post("/tunnels", {"name": TUNNEL})
    except Conflict:
        return
