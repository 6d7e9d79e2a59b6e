from __future__ import annotations

from dataclasses import replace
from textwrap import indent

import pytest
import yaml
from hypothesis import given, settings

from doorward.declaration.export import export
from doorward.declaration.merge import merge
from doorward.model.application import Application
from doorward.model.configuration import Configuration
from doorward.model.errors import NotFound
from doorward.model.ids import Audience, TunnelId
from doorward.model.policy import Action, Policy
from doorward.model.rule import Rules, Selector
from tests.declaration.files import FILES, FULL, NOTHING, declared, merged, never
from tests.declaration.generated import applicable
from tests.fakes.clock import FakeRandomness

EXPORTED = """\
# Secrets are left out (passwords, client secrets, keys and hashes): what has one keeps it when this
# file is applied. To write them as well: doorward export --with-secrets
version: 1
session_duration: 12h
unused_service_tokens: off

identity_providers:
  - id: staff
    name: Staff accounts
    type: local
    accounts:
      - email: ada@example.com
        name: Ada Lovelace
        groups: [engineers]
      - email: bob@example.com
        disabled: true
  - id: entra
    name: Company account
    type: oidc
    issuer: https://login.example.com/
    client_id: abc
    scopes: [openid, email]
    email_claim: upn
    groups_claim: roles
    require_verified_email: false

rule_groups:
  - id: engineers
    name: All engineers
    include:
      - {group: engineers, identity_provider: staff}
      - email_domain: example.com
    exclude:
      - email: bob@example.com

external_evaluations:
  - id: checks
    name: Our own checks
    url: https://checks.example.com/evaluate
    keys_url: https://checks.example.com/keys
    timeout: 3s
    valid_for: 10m

lists:
  - id: offices
    name: Our offices
    kind: ip
    items: [192.0.2.7/32, 203.0.113.0/24]

certificate_authorities:
  - id: corp
    name: Corp
    hostnames: [vault.example.com]
    certificate: |
@corp-ca.pem
    crl: |
@corp-ca.crl

policies:
  - id: staff-only
    name: Staff only
    action: allow
    include:
      - rule_group: engineers
    require:
      - ip_range: 192.0.2.0/24

tunnels:
  - name: office

applications:
  - id: wiki
    name: Wiki
    hostname: wiki.example.com
    url: http://127.0.0.1:8080
    tunnel: office
    session_duration: 8h
    policies:
      - staff-only
      - id: policy-2
        action: deny
        include: [everyone]
  - id: builds
    hostname: builds.example.com
    url: https://builds.internal
    origin:
      host_header: builds.internal:8443
      server_name: builds.internal
      verify: false
    show_in_launcher: false
    websockets: false
    policies:
      - id: bots
        action: service_auth
        include:
          - service_token: ci

service_tokens:
  - id: ci
    name: Continuous integration
    client_id: ci-1.access
    expires: '2027-01-31T10:00:00Z'
"""


def without_what_is_made_anew(configuration: Configuration) -> Configuration:
    names = {tunnel.id: TunnelId(tunnel.name) for tunnel in configuration.tunnels}

    def plain(application: Application) -> Application:
        tunnel = names[application.origin.tunnel] if application.origin.tunnel else None
        origin = replace(application.origin, tunnel=tunnel)
        return replace(application, audience=Audience(""), generation=0, origin=origin)

    return replace(
        configuration,
        tunnels=tuple(replace(tunnel, id=names[tunnel.id]) for tunnel in configuration.tunnels),
        applications=tuple(plain(application) for application in configuration.applications),
    )


def exported() -> str:
    """``EXPORTED`` with what stood in files beside the access file."""
    text = EXPORTED
    for name in ("corp-ca.pem", "corp-ca.crl"):
        text = text.replace(f"@{name}", indent(FILES[name].rstrip(), " " * 6))
    return text


def test_a_configuration_is_written_as_people_would() -> None:
    assert export(merged(FULL)) == exported()


def test_secrets_are_written_only_when_asked_for() -> None:
    before = merged(FULL)
    text = export(before, with_secrets=True)
    assert text.startswith("# This file holds secrets: keep it where only administrators can read it.\n")
    assert "    client_secret: from a file\n" in text
    assert f"    secret_hash: {before.service_tokens[0].secret_hash}\n" in text
    lines = [line for line in text.splitlines() if "secret:" not in line and "_hash:" not in line]
    assert lines[1:] == exported().splitlines()[2:]


def test_nothing_is_written_as_nothing_and_removes_everything_when_applied() -> None:
    text = export(NOTHING)
    assert "applications: []\n" in text
    assert merged(text, merged(FULL)) == NOTHING


@settings(max_examples=50)
@given(applicable())
def test_an_export_applied_to_where_it_came_from_changes_nothing(configuration: Configuration) -> None:
    after = merge(
        declared(export(configuration)),
        configuration,
        randomness=FakeRandomness(),
        hash_password=never,
        verify_password=never,
    )
    assert after == configuration


@settings(max_examples=50)
@given(applicable())
def test_an_export_with_secrets_makes_the_same_from_nothing(configuration: Configuration) -> None:
    after = merge(
        declared(export(configuration, with_secrets=True)),
        NOTHING,
        randomness=FakeRandomness(),
        hash_password=never,
        verify_password=never,
    )
    assert without_what_is_made_anew(after) == without_what_is_made_anew(configuration)


@settings(max_examples=50)
@given(applicable())
def test_other_programs_read_the_same_yaml(configuration: Configuration) -> None:
    read = yaml.safe_load(export(configuration))
    assert [each["id"] for each in read["applications"]] == [each.id for each in configuration.applications]
    assert [each.get("name", "") for each in read["applications"]] == [
        each.name for each in configuration.applications
    ]


def test_a_kind_of_selector_that_this_version_does_not_know_is_shown() -> None:
    rules = Rules(include=(Selector("moon_phase", "full"),))
    policy = Policy(id=merged(FULL).policies[0].id, action=Action.ALLOW, rules=rules)
    assert "      - moon_phase: full\n" in export(Configuration(policies=(policy,)))


def test_norway_stays_norway_for_programs_that_read_no_as_false() -> None:
    rules = Rules(include=(Selector("country", "NO"),))
    policy = Policy(id=merged(FULL).policies[0].id, action=Action.ALLOW, rules=rules)
    [written] = yaml.safe_load(export(Configuration(policies=(policy,))))["policies"]
    assert written["include"] == [{"country": "NO"}]


def test_a_configuration_that_contradicts_itself_is_not_exported() -> None:
    with pytest.raises(NotFound):
        export(replace(merged(FULL), tunnels=()))
