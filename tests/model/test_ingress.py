from __future__ import annotations

import pytest

from doorward.model.ingress import IngressRule, Service, ServiceKind


@pytest.mark.parametrize("kind", list(ServiceKind))
def test_a_service_speaks_http_or_takes_bytes(kind: ServiceKind) -> None:
    takes_bytes = {"tcp", "ssh", "rdp", "smb", "bastion", "socks-proxy"}
    assert kind.speaks_http is (kind.value not in takes_bytes)


@pytest.mark.parametrize(
    ("hostname", "path", "catches_all"), [("", "", True), ("a.example.com", "", False), ("", "/api", False)]
)
def test_a_rule_without_hostname_and_path_catches_all(*, hostname: str, path: str, catches_all: bool) -> None:
    service = Service(kind=ServiceKind.STATUS, status=404)
    assert IngressRule(hostname=hostname, path=path, service=service).is_catch_all is catches_all
