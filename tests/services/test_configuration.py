from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from textwrap import indent

import pytest

from doorward.declaration import DeclarationInvalid, access_document
from doorward.model.configuration import Configuration
from doorward.model.errors import Conflict, Invalid
from doorward.model.identity_provider import IdentityProvider, OpenIdConnect
from doorward.ports.credentials import Owner
from doorward.services.audited.configurations import access_document_of
from doorward.services.configuration import PROVIDER_GONE, AccessFile, Outcome
from tests.certificates import Authority
from tests.services.sample import ADA, BOB, COMPANY, STAFF, person
from tests.services.signing_in import enter
from tests.services.world import World

CORP = Authority.named("Corp CA")
FILE = """
version: 1
identity_providers:
  - id: staff
    type: local
    accounts:
      - {email: ada@example.com, name: ada, groups: [engineers]}
      - {email: bob@example.com, name: bob, groups: [engineers], password: new-password}
"""


@pytest.fixture
def world() -> World:
    world = World()
    asyncio.run(world.begin())
    return world


def file(text: str, **files: str) -> AccessFile:
    return AccessFile(name="access.yaml", text=text, files=files, environment={})


def apply(world: World, text: str, *, dry_run: bool = False) -> Outcome:
    return asyncio.run(world.configurations.apply(file(text), dry_run=dry_run))


def test_applying_says_what_changed_and_that_it_is_live(world: World) -> None:
    outcome = apply(world, FILE)
    assert outcome.live
    assert "bob@example.com" in " ".join(map(str, outcome.changes))


def test_a_dry_run_changes_nothing(world: World) -> None:
    before = asyncio.run(world.configurations.load())
    outcome = apply(world, FILE, dry_run=True)
    assert outcome.changes
    assert asyncio.run(world.configurations.load()) == before


def test_a_dry_run_gives_both_sides_without_secrets_and_a_real_one_neither(world: World) -> None:
    tried = apply(world, FILE, dry_run=True)
    assert tried.before is not None
    assert tried.after is not None
    present, drafted = access_document_of(tried.before), access_document_of(tried.after)
    assert present == access_document(asyncio.run(world.configurations.load()))
    assert "hash" not in present + drafted
    done = apply(world, FILE)
    assert (done.before, done.after) == (None, None)
    assert drafted == access_document(asyncio.run(world.configurations.load()))


def test_of_two_administrators_who_save_the_same_the_second_is_told_and_nothing_is_lost(
    world: World,
) -> None:
    def revision() -> int:
        head = asyncio.run(world.configurations.export(with_secrets=False)).partition(":")[0]
        return int(head.removeprefix("# Revision "))

    def save(based_on: int, name: str) -> None:
        changed = FILE.replace("name: ada", f"name: {name}")
        asyncio.run(world.configurations.apply(file(changed), dry_run=False, based_on=based_on))

    seen_by_both = revision()
    save(seen_by_both, "first")
    with pytest.raises(Conflict, match=r"since revision 0, it is 1 now: export it again"):
        save(seen_by_both, "second")
    exported = asyncio.run(world.configurations.export(with_secrets=False))
    assert "name: first" in exported
    save(revision(), "second")
    assert "name: second" in asyncio.run(world.configurations.export(with_secrets=False))


def test_applying_again_changes_nothing(world: World) -> None:
    apply(world, FILE)
    assert apply(world, FILE).changes == []


def test_who_was_changed_is_signed_out_and_nobody_else(world: World) -> None:
    for who in (ADA, BOB):
        enter(world, who)
    assert apply(world, FILE).live
    sessions = asyncio.run(world.sessions.listed())
    assert [session.identity.email for session in sessions] == ["ada@example.com"]


def test_a_wrong_file_names_the_line_and_changes_nothing(world: World) -> None:
    before = asyncio.run(world.stores.configurations.load())
    with pytest.raises(DeclarationInvalid, match=r"access.yaml:3: .*hostname"):
        apply(world, "version: 1\napplications:\n  - {id: a, hostname: 'no host', url: 'http://127.0.0.1'}\n")
    assert asyncio.run(world.stores.configurations.load()) == before


def test_the_team_domain_cannot_be_an_application(world: World) -> None:
    with pytest.raises(Invalid, match="team domain"):
        apply(
            world,
            "version: 1\napplications:\n  - {id: a, hostname: access.example.com, url: 'http://127.0.0.1'}\n",
        )


def test_a_refusal_of_the_edge_is_told(world: World) -> None:
    world.edges.refusal = "no such thing"
    outcome = apply(world, FILE)
    assert (outcome.live, outcome.refusal) == (False, "no such thing")


def test_an_export_applies_back_to_the_same(world: World) -> None:
    text = asyncio.run(world.configurations.export(with_secrets=True))
    assert apply(world, text).changes == []


def test_a_file_that_was_not_sent_along_is_named() -> None:
    with pytest.raises(FileNotFoundError):
        file("").read("secret.txt")
    assert file("", a="text").read("a") == "text"


def eve_is_signed_in(world: World) -> None:
    enter(world, person("eve", "engineers", provider=COMPANY))
    enter(world, ADA)


def people(world: World) -> list[str]:
    return sorted(session.identity.email for session in asyncio.run(world.sessions.listed()))


def changed(world: World, transform: Callable[[Configuration], Configuration]) -> None:
    asyncio.run(world.configurations.change(transform))


def with_company(settings: OpenIdConnect | None) -> Callable[[Configuration], Configuration]:
    """The configuration with another company, or without it."""

    def transform(before: Configuration) -> Configuration:
        kept = tuple(p for p in before.identity_providers if p.id != COMPANY)
        new = (IdentityProvider(id=COMPANY, settings=settings),) if settings else ()
        return replace(before, identity_providers=(*kept, *new))

    return transform


def test_people_of_a_provider_that_is_removed_are_signed_out_and_read_why(world: World) -> None:
    eve_is_signed_in(world)
    changed(world, with_company(None))
    assert people(world) == ["ada@example.com"]
    (ended,) = asyncio.run(world.stores.sessions.revoked_since(world.clock.now()))
    assert asyncio.run(world.stores.sessions.get(ended)).why_revoked == PROVIDER_GONE


def test_people_of_a_provider_that_means_another_directory_now_are_signed_out(world: World) -> None:
    eve_is_signed_in(world)
    changed(world, with_company(OpenIdConnect(issuer="https://another.example.com", client_id="c")))
    assert people(world) == ["ada@example.com"]


def test_another_secret_of_a_provider_signs_nobody_out(world: World) -> None:
    eve_is_signed_in(world)
    (settings,) = (
        p.settings for p in world.current.get().configuration.identity_providers if p.id == COMPANY
    )
    assert isinstance(settings, OpenIdConnect)
    changed(world, with_company(replace(settings, client_secret="another")))
    assert people(world) == ["ada@example.com", "eve@example.com"]


def test_what_somebody_signed_in_with_goes_with_their_account(world: World) -> None:
    async def walk() -> tuple[bool, bool]:
        staff = world.sign_in.provider(STAFF).id
        for who in (ADA, BOB):
            owner = Owner(staff, who.email)
            await world.stores.credentials.set_app(owner, "SECRET", step=1, now=world.clock.now())
        without_bob = "\n".join(line for line in FILE.splitlines() if "bob" not in line)
        await world.configurations.apply(file(without_bob), dry_run=True)
        before = (await world.stores.credentials.held(Owner(staff, BOB.email))).any
        await world.configurations.apply(file(without_bob), dry_run=False)
        assert (await world.stores.credentials.held(Owner(staff, ADA.email))).any
        return before, (await world.stores.credentials.held(Owner(staff, BOB.email))).any

    assert asyncio.run(walk()) == (True, False)


def corp(crl: str, *, more: str = "") -> str:
    indented = indent(crl, " " * 6)
    certificate = indent(CORP.pem, " " * 6)
    return (
        "version: 1\ncertificate_authorities:\n  - id: corp\n    hostnames: [vault.example.com]\n"
        f"    certificate: |\n{certificate}    crl: |\n{indented}{more}"
    )


def test_an_outdated_revocation_list_is_refused_when_it_is_given_and_keeps_no_other_change_out(
    world: World,
) -> None:
    outdated, good = CORP.crl(ends=-timedelta(seconds=1)), CORP.crl()
    with pytest.raises(DeclarationInvalid, match=r"certificate_authorities\[0\]\.crl: .* give the newest"):
        apply(world, corp(outdated))
    apply(world, corp(good))
    world.clock.advance(timedelta(days=2))
    outcome = apply(world, corp(good, more="lists: []\nsession_duration: 7h\n"))
    assert [str(change) for change in outcome.changes] == ["changed setting session_duration"]
