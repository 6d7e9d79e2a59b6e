"""The demonstration: two people, a sample application, and a tunnel to it."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from doorward.bootstrap import demo_entra, places
from doorward.bootstrap.client import ApiClient
from doorward.bootstrap.data_folder_files import write_atomically
from doorward.bootstrap.port_check import WantedPort
from doorward.model.errors import Conflict

PEOPLE = ("ada@example.com", "bob@example.com")
TUNNEL = "sample"
SAMPLE = "hello"
STAFF = "staff"
PASSWORDS = Path("keys/demo-passwords.json")


def demo_passwords(folder: Path) -> dict[str, str]:
    """Each person's password, the same at every start."""
    path = folder / PASSWORDS
    if path.exists():
        return {str(k): str(v) for k, v in json.loads(path.read_text()).items()}
    made = {person: secrets.token_urlsafe(9) for person in PEOPLE}
    write_atomically(path, json.dumps(made).encode(), mode=0o600)
    return made


@dataclass(frozen=True, slots=True)
class Demonstration:
    """What is shown. ``entra_port`` is where the stand-in for Entra is; without it people have local
    accounts."""

    hostname: str
    port: int
    entra_port: int | None = None

    @property
    def strong_hostname(self) -> str:
        """Where the sample asks for a stronger sign-in, with Entra."""
        return f"strong.{self.hostname.partition('.')[2]}"

    def ports(self) -> list[WantedPort]:
        """Where the sample application and the stand-in are going to listen."""
        given = {"--sample-port": self.port, "--entra-port": self.entra_port}
        return [WantedPort("127.0.0.1", port, option) for option, port in given.items() if port is not None]


def demo_file(shown: Demonstration, passwords: Mapping[str, str]) -> str:
    """The declarative file of the demonstration."""
    if shown.entra_port is None:
        provider, policy = _staff(passwords), _engineers({"group": "engineers"})
    else:
        provider = demo_entra.provider(shown.entra_port)
        policy = _engineers(demo_entra.engineers())
    applications = [_application(SAMPLE, "Hello", shown.hostname, shown, policy)]
    if shown.entra_port is not None:
        strong = demo_entra.strong_policy()
        applications.append(
            _application(demo_entra.STRONG, "Hello, strongly", shown.strong_hostname, shown, strong)
        )
    return json.dumps(
        {
            "version": 1,
            "identity_providers": [provider],
            "tunnels": [{"name": TUNNEL}],
            "applications": applications,
        },
        indent=2,
    )


def _staff(passwords: Mapping[str, str]) -> dict[str, Any]:
    people = {"ada@example.com": ("Ada", "engineers"), "bob@example.com": ("Bob", "sales")}
    accounts = [
        {"email": email, "name": name, "groups": [group], "password": passwords[email]}
        for email, (name, group) in people.items()
    ]
    return {"id": STAFF, "name": "Staff accounts", "type": "local", "accounts": accounts}


def _engineers(group: Mapping[str, str]) -> dict[str, Any]:
    return {"id": "engineers", "name": "Engineers", "action": "allow", "include": [group]}


def _application(
    id: str, name: str, hostname: str, shown: Demonstration, policy: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "id": id,
        "name": name,
        "hostname": hostname,
        "url": f"http://127.0.0.1:{shown.port}",
        "tunnel": TUNNEL,
        "policies": [policy],
    }


def set_up(data: Path, shown: Demonstration) -> None:
    """Bring the demonstration into force on the first start, and when people are to sign in another
    way; other starts keep what is there, but for the samples' hostnames and ports, which may have been
    given anew.

    Writes the tunnel's token where the sample's connector looks for it.
    """
    client = ApiClient(data)
    present = yaml.safe_load(client.text("/configuration"))
    if _is_untouched(present, shown):
        _apply(client, demo_file(shown, demo_passwords(data)))
    else:
        _move(client, present, shown)
        _make_sure_of_tunnel(client)
    token = client.post(f"/tunnels/{TUNNEL}/token", {})["token"]
    write_atomically(data / places.SAMPLE_TOKEN, token.encode(), mode=0o600)


def _is_untouched(present: Mapping[str, Any], shown: Demonstration) -> bool:
    """Whether nothing is there yet, or only the demonstration with the other identity provider."""
    if not any(present.get(section) for section in ("identity_providers", "tunnels", "applications")):
        return True
    other = STAFF if shown.entra_port is not None else demo_entra.IDENTITY_PROVIDER
    ours = {SAMPLE, demo_entra.STRONG}
    providers = [provider["id"] for provider in present.get("identity_providers") or []]
    return providers == [other] and {a["id"] for a in present.get("applications") or []} <= ours


def _move(client: ApiClient, present: Mapping[str, Any], shown: Demonstration) -> None:
    """Bring hostnames and ports up to date. Secrets and everything else stay as they are."""
    changed: dict[str, Any] = {}
    hostnames = {SAMPLE: shown.hostname, demo_entra.STRONG: shown.strong_hostname}
    url = f"http://127.0.0.1:{shown.port}"
    applications = present.get("applications") or []
    for application in applications:
        hostname = hostnames.get(application["id"])
        if hostname and (application["hostname"], application["url"]) != (hostname, url):
            application.update(hostname=hostname, url=url)
            changed["applications"] = applications
    providers = present.get("identity_providers") or []
    for index, provider in enumerate(providers):
        wanted = demo_entra.provider(shown.entra_port) if shown.entra_port is not None else {}
        if provider["id"] == wanted.get("id") and provider["authority_url"] != wanted["authority_url"]:
            providers[index] = wanted
            changed["identity_providers"] = providers
    if changed:
        _apply(client, json.dumps({"version": 1, **changed}))


def _apply(client: ApiClient, text: str) -> None:
    client.post("/configuration", {"name": "the demonstration", "text": text})


def _make_sure_of_tunnel(client: ApiClient) -> None:
    try:
        client.post("/tunnels", {"name": TUNNEL})
    except Conflict:
        return
