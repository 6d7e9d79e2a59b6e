"""A thousand applications at a real Envoy: who loses access loses it at once, and nobody else notices."""

from __future__ import annotations

import asyncio
import json
import time
from base64 import b64decode
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from envoy.config.core.v3 import extension_pb2
from envoy.config.rbac.v3 import rbac_pb2
from envoy.config.route.v3 import route_components_pb2
from envoy.extensions.filters.http.rbac.v3 import rbac_pb2 as rbac_filter_pb2
from google.protobuf.message import Message
from joserfc.jwk import ECKey

from doorward.bootstrap.system import SystemClock
from doorward.envoy import names
from doorward.envoy.packing import packed
from doorward.envoy.snapshot import EXTENSION, VIRTUAL_HOST, Resource, Snapshot
from doorward.model.ids import PolicyId
from doorward.model.policy import Action, Policy
from doorward.model.rule import Rules, Selector
from doorward.ports.stores import SigningKey
from tests.live.scaled_clients import REFUSED, SERVED, Connection
from tests.live.scaled_edge import (
    ScaledEdge,
    Spoil,
    application,
    scaled_edge,
    unspoilt,
)

APPLICATIONS = 1_000
AT_ONCE = 1.0
SOON = 10.0
"""Seconds in which a change of an application must have reached the edge, on a machine that others use too;
``make bench`` measures it."""
NOBODY = Policy(
    id=PolicyId("others"), action=Action.ALLOW, rules=Rules(include=(Selector("email", "bob@corp.com"),))
)
EVERYONE = Policy(id=PolicyId("everyone"), action=Action.ALLOW, rules=Rules(include=(Selector("everyone"),)))


def at_the_edge(
    tmp_path: Path,
    play: Callable[[ScaledEdge], Awaitable[None]],
    *,
    applications: int = APPLICATIONS,
    spoil: Spoil = unspoilt,
    settles: bool = True,
) -> None:
    async def run() -> None:
        made = scaled_edge(tmp_path / "e", applications, spoil=spoil, settles=settles)
        async with made as edge, asyncio.timeout(120):
            await play(edge)

    asyncio.run(run())


@dataclass
class Bystander:
    """Somebody else, on another application, with a kept connection and an open WebSocket."""

    connection: Connection
    socket: Connection

    async def notices_nothing(self) -> None:
        assert await self.connection.status() == SERVED
        await self.socket.echo()


@asynccontextmanager
async def bystander(edge: ScaledEdge, number: int = 7) -> AsyncIterator[Bystander]:
    token = await edge.token(number)
    found = Bystander(await edge.connected(token, number), await edge.connected(token, number))
    await found.socket.upgrade()
    await found.notices_nothing()
    yield found
    await found.notices_nothing()


async def took(until: Awaitable[None]) -> float:
    """Seconds until it was so."""
    began = time.monotonic()
    await until
    return time.monotonic() - began


def test_an_ended_session_is_refused_at_once_and_others_notice_nothing(tmp_path: Path) -> None:
    async def play(edge: ScaledEdge) -> None:
        session = await edge.session()
        ada = await edge.connected(await edge.token(0, session=session))
        assert await ada.status() == SERVED
        async with bystander(edge):
            ending = asyncio.create_task(edge.sessions.end([session]))
            seconds = await took(ada.refused())
            print(f"\nrefused {seconds * 1000:.0f} ms after the session was ended")
            assert seconds < AT_ONCE
            await ending

    at_the_edge(tmp_path, play)


def test_rotated_keys_disturb_nobody_and_tokens_of_both_count(tmp_path: Path) -> None:
    async def play(edge: ScaledEdge) -> None:
        old = await edge.connected(await edge.token())
        async with bystander(edge):
            private = ECKey.generate_key("P-256", {"kid": "newer", "use": "sig", "alg": "ES256"})
            now = SystemClock().now()
            newer = json.dumps(private.as_dict(private=True))
            await edge.stores.signing_keys.add(
                SigningKey(kid="newer", private_jwk=newer, created=now, not_before=now)
            )
            await edge.tokens.refresh()
            await edge.publisher.publish()
            assert await edge.settled()
            token = await edge.token()
            assert json.loads(b64decode(token.partition(".")[0] + "==="))["kid"] == "newer"
            new = await edge.connected(token)
            assert [await old.status(), await new.status()] == [SERVED, SERVED]

    at_the_edge(tmp_path, play, applications=20)


def test_an_application_that_comes_changes_or_goes_disturbs_nobody_else(tmp_path: Path) -> None:
    async def play(edge: ScaledEdge) -> None:
        async with bystander(edge):
            ada = await edge.connected(await edge.token())
            assert await ada.status() == SERVED
            await edge.change(0, NOBODY)
            assert await took(ada.refused()) < SOON
            await edge.change(APPLICATIONS)
            new = await edge.connected(await edge.token(APPLICATIONS), APPLICATIONS)
            assert await took(new.served()) < SOON
            before, version = await edge.stores.configurations.load()
            left = tuple(each for each in before.applications if each.id != f"app-{APPLICATIONS}")
            await edge.save(replace(before, applications=left), expected=version)
            assert await edge.settled()
            assert await new.status() == 404

    at_the_edge(tmp_path, play)


def test_a_policy_that_still_lets_somebody_in_drops_no_connection_of_theirs(tmp_path: Path) -> None:
    async def play(edge: ScaledEdge) -> None:
        async with bystander(edge, 0):
            await edge.change(0, EVERYONE, *application(0, edge.origin_port).policies[1:])  # type: ignore[arg-type]
            assert await edge.settled()

    at_the_edge(tmp_path, play, applications=5)


def test_hosts_that_nobody_has_are_not_found(tmp_path: Path) -> None:
    async def play(edge: ScaledEdge) -> None:
        stranger = await edge.connected("", 99)
        assert await stranger.status() == 404

    at_the_edge(tmp_path, play, applications=1)


# --- what Envoy does not take, and what it does not get -----------------------------------------------


def with_resource(snapshot: Snapshot, kind: str, name: str, message: Message | None) -> Snapshot:
    """The snapshot with another resource of this name, or with none."""
    of_kind = {key: found for key, found in snapshot.resources[kind].items() if key != name}
    version = f"{snapshot.version}-spoilt"
    if message is not None:
        of_kind[name] = Resource(name, version, packed(message))
    return Snapshot(version=version, resources={**snapshot.resources, kind: of_kind})


def without_judgement(snapshot: Snapshot) -> Snapshot:
    """The settings of the filter that judges credentials are missing."""
    return with_resource(snapshot, EXTENSION, names.CREDENTIAL, None)


def with_bad_judgement(snapshot: Snapshot) -> Snapshot:
    """They are such as Envoy refuses: a policy without principals."""
    rules = rbac_pb2.RBAC(policies={"person": rbac_pb2.Policy(permissions=[rbac_pb2.Permission(any=True)])})
    config = rbac_filter_pb2.RBAC(shadow_rules=rules, shadow_rules_stat_prefix=names.CREDENTIAL_PREFIX)
    extension = extension_pb2.TypedExtensionConfig(name=names.CREDENTIAL, typed_config=packed(config))
    return with_resource(snapshot, EXTENSION, names.CREDENTIAL, extension)


def with_a_host_twice(snapshot: Snapshot) -> Snapshot:
    """The host of ``app-3`` is also that of ``app-4``. Envoy says which name is there twice, not where."""
    host = route_components_pb2.VirtualHost()
    assert snapshot.resources[VIRTUAL_HOST]["public/app-3.localhost"].body.Unpack(host)
    host.domains.append("app-4.localhost")
    return with_resource(snapshot, VIRTUAL_HOST, "public/app-3.localhost", host)


def test_a_host_that_envoy_refuses_holds_nobody_up_and_keeps_what_it_had(tmp_path: Path) -> None:
    async def play(edge: ScaledEdge) -> None:
        ada, three = await edge.connected(await edge.token()), await edge.connected(await edge.token(3), 3)
        assert [await ada.status(), await three.status()] == [SERVED, SERVED]
        edge.ads.spoil = with_a_host_twice
        async with bystander(edge, 4):
            await edge.change(0, NOBODY)
            await ada.refused()
            assert not await edge.ads.settled("another", timeout=1)
            assert await three.status() == SERVED
        [status] = edge.ads.statuses()
        assert "public/app-3.localhost: " in status.refusal
        assert "app-4.localhost" in status.refusal

    at_the_edge(tmp_path, play, applications=10)


def test_a_host_that_envoy_refuses_at_first_is_not_there_and_the_others_are(tmp_path: Path) -> None:
    async def play(edge: ScaledEdge) -> None:
        await edge.listening()
        four, three = await edge.connected(await edge.token(4), 4), await edge.connected("", 3)
        await four.served()
        assert await three.status() == 404

    at_the_edge(tmp_path, play, applications=10, spoil=with_a_host_twice, settles=False)


@pytest.mark.parametrize("spoil", [without_judgement, with_bad_judgement])
def test_an_edge_that_never_got_the_judgement_on_credentials_serves_nobody(
    tmp_path: Path, spoil: Spoil
) -> None:
    async def play(edge: ScaledEdge) -> None:
        assert not await edge.ads.settled(edge.publisher.version, timeout=2)
        with pytest.raises(ConnectionRefusedError):
            await edge.connected("")

    at_the_edge(tmp_path, play, applications=2, spoil=spoil, settles=False)


def test_where_the_judgement_is_refused_the_last_one_holds(tmp_path: Path) -> None:
    async def play(edge: ScaledEdge) -> None:
        session = await edge.session()
        ended = await edge.connected(await edge.token(session=session))
        await edge.sessions.end([session])
        await ended.refused()
        edge.ads.spoil = with_bad_judgement
        async with bystander(edge, 1):
            await edge.publisher.publish()
            assert not await edge.ads.settled("another", timeout=1)
            assert await ended.status() == REFUSED
        [status] = edge.ads.statuses()
        assert names.CREDENTIAL in status.refusal

    at_the_edge(tmp_path, play, applications=2)


def test_where_the_judgement_was_taken_away_nobody_is_let_in(tmp_path: Path) -> None:
    async def play(edge: ScaledEdge) -> None:
        ada = await edge.connected(await edge.token())
        assert await ada.status() == SERVED
        edge.ads.spoil = without_judgement
        await edge.publisher.publish()
        await ada.refused()
        fresh = await edge.connected(await edge.token())
        assert await fresh.status() >= 500

    at_the_edge(tmp_path, play, applications=2)
