"""Certificates from the edge's word to the decision, and to the streams that they opened."""

from __future__ import annotations

import asyncio
import json
from base64 import urlsafe_b64decode
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from doorward.envoy import names
from doorward.model.client_certificate import CertificateAuthority
from doorward.model.configuration import Configuration
from doorward.model.ids import ApplicationId, CertificateAuthorityId
from doorward.model.policy import Action
from doorward.model.rule import Selector
from doorward.services import client_certificates
from doorward.services.questions import Answer, Deny, Pass, Question, SendToSignIn
from tests.certificates import DAY, Authority, Issued
from tests.fakes.clock import START
from tests.services.sample import ADA, MACHINE_SECRET, application, ask, policy
from tests.services.signing_in import enter
from tests.services.test_sessions import stream
from tests.services.world import World

HOST = "vault.example.com"
CORP = Authority.named("Corp CA")
BUILD, DEPLOY = CORP.issue("build-7"), CORP.issue("deploy-1", ends=2 * DAY)
MACHINES = policy(
    Action.SERVICE_AUTH, Selector("certificate", "corp"), Selector("service_token", "ci"), name="machines"
)
STAFF = policy(
    Action.ALLOW, Selector("email", "ada@example.com"), require=(Selector("certificate"),), name="staff"
)


def with_authority(before: Configuration, *, crls: str = "") -> Configuration:
    authority = CertificateAuthority(
        id=CertificateAuthorityId("corp"), certificates=CORP.pem, crls=crls, hostnames=(HOST,)
    )
    kept = tuple(a for a in before.applications if a.id != "vault")
    return replace(
        before,
        certificate_authorities=(authority,),
        applications=(*kept, application("vault", MACHINES, STAFF)),
    )


@pytest.fixture
def world() -> World:
    world = World()
    asyncio.run(world.begin())
    asyncio.run(world.configurations.change(with_authority))
    return world


def asked(shown: Issued | None = None, *, sni: str = HOST, question: Question | None = None) -> Question:
    made = question or ask(HOST)
    return replace(made, server_name=sni, certificate=shown.pem if shown else "")


def answer(world: World, question: Question) -> Answer:
    return asyncio.run(world.decider.answer(question))


def claims_of(passed: Pass) -> dict[str, Any]:
    """Of the assertion, which the control plane itself takes from nobody."""
    payload = passed.headers[names.ASSERTION_HEADER].split(".")[1]
    return dict(json.loads(urlsafe_b64decode(payload + "==")))


def test_a_machine_passes_without_a_cookie_and_its_assertion_names_the_certificate(world: World) -> None:
    passed = answer(world, asked(BUILD))
    assert isinstance(passed, Pass)
    assert (passed.cookies, passed.facts.reason) == ((), "certificate-accepted")
    assert passed.facts.person.startswith("certificate ")
    assert set(passed.headers) == {names.ASSERTION_HEADER}
    claims = claims_of(passed)
    assert (claims["common_name"], claims["type"]) == ("build-7", "certificate")
    assert not {"sid", "service_token", "credential"} & set(claims)
    assert claims["cnf"].keys() == {"x5t#S256"}


def test_what_the_origin_was_told_admits_nobody_who_comes_back_with_it(world: World) -> None:
    passed = answer(world, asked(BUILD))
    assert isinstance(passed, Pass)
    shown = {names.CLIENT_TOKEN_HEADER: [passed.headers[names.ASSERTION_HEADER]]}
    assert not isinstance(answer(world, asked(question=ask(HOST, headers=shown))), Pass)


def test_the_assertion_ends_with_the_certificate(world: World) -> None:
    passed = answer(world, asked(CORP.issue(ends=timedelta(minutes=10))))
    assert isinstance(passed, Pass)
    claims = claims_of(passed)
    assert claims["exp"] - claims["iat"] == 600


@pytest.mark.parametrize(
    "shown", [None, Authority.named("Corp CA").issue(), CORP.issue(ends=-timedelta(seconds=1))]
)
def test_without_one_that_counts_people_are_sent_to_sign_in_and_machines_refused(
    world: World, shown: Issued | None
) -> None:
    assert isinstance(answer(world, asked(shown)), SendToSignIn)
    told = answer(world, asked(shown, question=ask(HOST, headers={})))
    assert isinstance(told, Deny)
    assert told.status == 401


def test_what_cannot_be_read_is_as_none(world: World) -> None:
    garbage = replace(asked(), certificate="-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    for question in (garbage, garbage, replace(asked(), certificate="rubbish")):
        assert isinstance(answer(world, question), SendToSignIn)


@pytest.mark.parametrize("sni", ["", "hello.example.com", "access.example.com", "a.vault.example.com"])
def test_a_connection_for_another_hostname_is_misdirected_whatever_it_shows(world: World, sni: str) -> None:
    headers = {names.CLIENT_ID_HEADER: ["ci.access"], names.CLIENT_SECRET_HEADER: [MACHINE_SECRET]}
    for question in (
        asked(BUILD, sni=sni),
        asked(sni=sni),
        asked(sni=sni, question=ask(HOST, headers=headers)),
    ):
        told = answer(world, question)
        assert isinstance(told, Deny)
        assert (told.status, told.facts.reason) == (421, "misdirected")


def test_other_hostnames_are_not_particular_about_it(world: World) -> None:
    assert isinstance(answer(world, replace(ask("open.example.com"), server_name="")), Pass)


def test_a_certificate_counts_at_no_application_that_does_not_ask_for_it(world: World) -> None:
    elsewhere = replace(ask("hello.example.com"), server_name="hello.example.com", certificate=BUILD.pem)

    def open_hello(before: Configuration) -> Configuration:
        hello = application("hello", policy(Action.SERVICE_AUTH, Selector("certificate"), name="any"))
        return replace(before, applications=(hello, *before.applications[1:]))

    asyncio.run(world.configurations.change(open_hello))
    assert isinstance(answer(world, elsewhere), Deny)


def test_a_person_needs_it_with_every_request(world: World) -> None:
    cookies = enter(world, ADA, application="vault")
    with_cookies = ask(HOST, cookies=cookies)
    passed = answer(world, asked(BUILD, question=with_cookies))
    assert isinstance(passed, Pass)
    assert passed.headers[names.EMAIL_HEADER] == "ada@example.com"
    told = answer(world, asked(question=with_cookies))
    assert isinstance(told, Deny)
    assert "certificate-required" in told.facts.reason


def test_a_revoked_one_is_out_with_the_next_request_and_its_streams_at_once(world: World) -> None:
    def opened(name: str, shown: Issued) -> object:
        found = world.requests.certificates.counting(
            world.current.get(), world.current.get().by_id[ApplicationId("vault")], shown.pem
        )
        assert found is not None
        return replace(stream("", name=name, application="vault"), certificate=found.fingerprint)

    async def revoke() -> None:
        crls = CORP.crl(BUILD.certificate, ends=5 * DAY)
        await world.configurations.change(lambda before: with_authority(before, crls=crls))

    world.relays.open = [opened("build", BUILD), opened("deploy", DEPLOY)]  # type: ignore[list-item]
    asyncio.run(revoke())
    assert [each.id for each in world.relays.open] == ["deploy"]
    assert not isinstance(answer(world, asked(BUILD)), Pass)
    assert isinstance(answer(world, asked(DEPLOY)), Pass)


@pytest.mark.parametrize("ends", ["certificate", "list"])
def test_when_it_or_its_list_ends_so_do_its_streams(world: World, ends: str) -> None:
    crls = CORP.crl(ends=DAY) if ends == "list" else ""
    shown = DEPLOY if ends == "list" else BUILD

    async def walk() -> list[int]:
        await world.configurations.change(lambda before: with_authority(before, crls=crls))
        in_force = world.current.get()
        found = world.requests.certificates.counting(
            in_force, in_force.by_id[ApplicationId("vault")], shown.pem
        )
        assert found is not None
        left = []
        world.relays.open = [
            replace(stream("", application="vault"), certificate=found.fingerprint),
        ]
        for at in (START, START + DAY - timedelta(seconds=1), START + DAY + timedelta(seconds=1)):
            world.clock.set(at)
            look = world.time_boundaries.begin_round()
            if look is not None:
                await look
            left.append(len(world.relays.open))
        return left

    assert asyncio.run(walk()) == [1, 1, 0]


def test_a_stream_whose_certificate_nobody_remembers_is_cut_by_the_next_look(world: World) -> None:
    world.relays.open = [replace(stream("", application="vault"), certificate="ab" * 32)]
    assert asyncio.run(world.streams.recheck()) == 1


def test_strangers_certificates_drive_none_out_that_counts(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_certificates, "MOST_READ", 2)
    monkeypatch.setattr(client_certificates, "MOST_KNOWN", 2)
    in_force = world.current.get()
    vault = in_force.by_id[ApplicationId("vault")]
    first = world.requests.certificates.counting(in_force, vault, BUILD.pem)
    assert first is not None
    for _ in range(4):
        assert (
            world.requests.certificates.counting(in_force, vault, Authority.named("Eve").issue().pem) is None
        )
    assert world.requests.certificates.counting(in_force, vault, first.fingerprint) == first
    for _ in range(2):
        world.requests.certificates.counting(in_force, vault, CORP.issue().pem)
    assert world.requests.certificates.counting(in_force, vault, first.fingerprint) is None, "the oldest goes"
