from __future__ import annotations

import json
from textwrap import indent

import pytest

from doorward.model.client_certificate import CertificateAuthority
from doorward.model.ids import CertificateAuthorityId
from tests.certificates import Authority
from tests.declaration.files import CORP, FILES, declared, merged, problem, problems, section

HERE = "hostnames: [wiki.example.com]"
PEM = f"certificate: {json.dumps(CORP.pem)}"
LAB = Authority.named("Lab CA")


def authority(fields: str) -> str:
    return section("certificate_authorities", f"{{id: corp, {fields}}}")


def test_what_is_left_out_has_its_default() -> None:
    assert declared(authority(f"{HERE}, {PEM}")).certificate_authorities == (
        CertificateAuthority(
            id=CertificateAuthorityId("corp"), certificates=CORP.pem, hostnames=("wiki.example.com",)
        ),
    )


def test_every_field_is_read_from_files_too() -> None:
    text = authority(
        "name: Corp, hostnames: [a.example.com, '*.b.example.com', a.example.com], "
        "certificate_file: corp-ca.pem, crl_file: corp-ca.crl"
    )
    (found,) = merged(text).certificate_authorities
    assert found == CertificateAuthority(
        id=CertificateAuthorityId("corp"),
        name="Corp",
        certificates=CORP.pem,
        crls=FILES["corp-ca.crl"],
        hostnames=("a.example.com", "*.b.example.com"),
    )


def test_pem_may_be_written_as_a_block_with_blanks_around_it() -> None:
    block = indent(f"\n{CORP.pem}\n", " " * 6)
    text = f"version: 1\ncertificate_authorities:\n  - id: corp\n    {HERE}\n    certificate: |{block}"
    assert merged(text).certificate_authorities[0].certificates == CORP.pem


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        (HERE, "certificate", "is missing: give certificate or certificate_file"),
        (PEM, "hostnames", "is missing"),
        (f"{PEM}, hostnames: []", "hostnames", "nobody is asked"),
        (f"{PEM}, hostnames: ['*.*.example.com']", "hostnames[0]", "is not a hostname"),
        (f"{PEM}, hostnames: [a.example.com/x]", "hostnames[0]", "is not a hostname"),
        (f"{PEM}, hostnames: ['*.']", "hostnames[0]", "is not a hostname"),
        (f"{HERE}, certificate: nothing", "certificate", "no readable certificate"),
        (f"{HERE}, certificate_file: offices.txt", "certificate_file", "no readable certificate"),
        (f"{HERE}, certificate_file: gone.pem", "certificate_file", "cannot read 'gone.pem'"),
        (f"{HERE}, {PEM}, certificate_file: corp-ca.pem", "certificate_file", "give only one of"),
        (f"{HERE}, certificate: {json.dumps(CORP.issue().pem)}", "certificate", "is not a CA's"),
        (f"{HERE}, {PEM}, crl: nothing", "crl", "no readable revocation list"),
        (f"{HERE}, {PEM}, crl_file: corp-ca.pem", "crl_file", "no readable revocation list"),
        (f"{HERE}, {PEM}, crl: {json.dumps(LAB.crl())}", "crl", "holds no list of CN=Corp CA"),
        (f"{HERE}, {PEM}, crl: {json.dumps(CORP.crl() + LAB.crl())}", "crl", "no CA of this entry signed"),
        (f"{HERE}, {PEM}, ocsp: yes", "ocsp", "is not a field here"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(fields: str, field: str, said: str) -> None:
    found = problem(authority(fields))
    assert (found.line, found.field) == (3, f"certificate_authorities[0].{field}")
    assert said in found.problem


def test_two_of_one_id_are_refused() -> None:
    text = section("certificate_authorities", *[f"{{id: corp, {HERE}, {PEM}}}"] * 2)
    assert "stands on line 3 already" in problem(text).problem


def test_a_rule_that_names_one_that_is_not_there_is_told_and_one_that_names_none_is_not() -> None:
    rules = section("rule_groups", "{id: g, include: [certificate: crop, certificate]}")
    found = problem(rules + authority(f"{HERE}, {PEM}").removeprefix("version: 1\n"))
    assert found.field == "rule_groups[0].include[0].certificate"
    assert "did you mean 'corp'?" in found.problem


def test_one_that_a_rule_names_cannot_be_taken_away() -> None:
    before = merged(
        authority(f"{HERE}, {PEM}")
        + section("rule_groups", "{id: g, include: [certificate: corp]}").removeprefix("version: 1\n")
    )
    (found,) = problems("version: 1\ncertificate_authorities: []\n", before)
    assert "which this file removes" in found.problem
