from __future__ import annotations

import asyncio
from collections.abc import Sequence
from ipaddress import ip_address

import pytest

from doorward.model.errors import Invalid, NotFound
from doorward.services.explanations import Explanation, Supposed
from tests.services.explaining import explanations_of
from tests.services.sample import SOURCE, STAFF
from tests.services.signing_in import signed_in
from tests.services.world import World


@pytest.fixture
def world() -> World:
    made = World()
    asyncio.run(made.begin())
    return made


def explained(
    world: World,
    email: str,
    application: str = "hello",
    *,
    supposed: Supposed | None = None,
    source: str = str(SOURCE),
) -> Sequence[Explanation]:
    asked = explanations_of(world).of_person(email, application, source=ip_address(source), supposed=supposed)
    return asyncio.run(asked)


def test_somebody_signed_in_is_judged_by_what_their_session_says(world: World) -> None:
    session = asyncio.run(signed_in(world))
    (found,) = explained(world, "Ada@Example.com")
    assert found.trace.decision.allowed
    assert found.trace.decision.policy == "engineers"
    assert session.id in found.whose
    assert found.request.source == SOURCE


def test_of_several_sessions_of_one_person_the_newest_speaks(world: World) -> None:
    asyncio.run(signed_in(world))
    newest = asyncio.run(signed_in(world))
    (found,) = explained(world, "ada@example.com")
    assert newest.id in found.whose


def test_somebody_with_an_account_is_judged_as_if_they_signed_in(world: World) -> None:
    (found,) = explained(world, "bob@example.com")
    assert not found.trace.decision.allowed
    assert found.whose.startswith("Not signed in")
    assert found.request.identity is not None
    assert found.request.identity.groups == frozenset({"sales"})
    assert asyncio.run(world.sessions.listed()) == []


def test_one_can_ask_about_somebody_of_whom_only_the_groups_are_known(world: World) -> None:
    supposed = Supposed(identity_provider=STAFF, groups=frozenset({"engineers"}))
    (found,) = explained(world, "new@example.com", supposed=supposed)
    assert found.trace.decision.allowed


def test_of_several_identity_providers_one_has_to_be_named(world: World) -> None:
    with pytest.raises(NotFound, match=r"--idp\): staff, company"):
        explained(world, "new@example.com", supposed=Supposed(groups=frozenset({"engineers"})))


def test_nobody_and_nothing_are_told_apart(world: World) -> None:
    with pytest.raises(NotFound, match=r"nobody is signed in as new@example\.com"):
        explained(world, "new@example.com")
    with pytest.raises(NotFound, match="no application 'gone'"):
        explained(world, "ada@example.com", "gone")
    with pytest.raises(Invalid, match="is not an email address"):
        explained(world, "ada")
