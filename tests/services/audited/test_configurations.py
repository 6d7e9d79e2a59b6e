from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import pytest
import yaml

from doorward.audit.acts import ActName
from doorward.declaration import export, parse
from doorward.model.configuration import Configuration
from doorward.model.errors import Conflict, Unavailable
from doorward.services.acting import acting_as
from doorward.services.audited.configurations import (
    AuditedConfigurations,
    access_document_of,
    configuration_facts,
)
from tests.fakes.audit import FakeAuditLog
from tests.fakes.stores import FakeConfigurations
from tests.services.audited.worlds import audited_world
from tests.services.sample import MACHINE_SECRET, configuration


def test_a_change_is_recorded_with_what_it_alters_and_the_whole_result() -> None:
    async def run() -> None:
        world, audit, inner = audited_world()
        await world.begin()
        with acting_as("administrator"):
            await world.tunnels.create("attic")
        facts = audit.last(ActName.CONFIGURATION_CHANGED)
        assert facts["changes"] == ["created tunnel attic"]
        assert facts["version"] == await inner.configurations.version() == 1
        assert audit.acts[-1].by == "administrator"
        assert '{"name":"attic"}' in access_document_of(facts)

    asyncio.run(run())


def test_the_result_is_an_access_file_with_every_rule_and_without_secrets() -> None:
    text = access_document_of(configuration_facts(configuration(), 3))
    declaration = parse(text)
    assert [a.id for a in declaration.applications or ()] == ["hello", "open", "closed"]
    assert "engineers" in text
    assert MACHINE_SECRET not in text
    assert "argon2" not in text
    assert "hash" not in text
    # YAML has its own mind about the word "off".
    written = yaml.safe_load(export(configuration())) | {"unused_service_tokens": "off"}
    assert json.loads(text) == written


def test_what_cannot_be_recorded_is_refused_and_changes_nothing() -> None:
    async def run() -> None:
        world, audit, inner = audited_world()
        await world.begin()
        before = inner.configurations.configuration
        audit.full = True
        with pytest.raises(Unavailable, match="nothing was changed"):
            await world.tunnels.create("attic")
        assert inner.configurations.configuration is before
        assert world.current.get().configuration is before
        audit.full = False
        await world.tunnels.create("attic")
        assert inner.configurations.configuration.tunnel_named("attic").name == "attic"

    asyncio.run(run())


def test_a_change_that_comes_too_late_is_recorded_as_not_done() -> None:
    async def run() -> None:
        audit, inner = FakeAuditLog(), FakeConfigurations(configuration())
        audited = AuditedConfigurations(inner, audit)
        before, version = await audited.load()
        await inner.save(replace(before, generation=1), expected=version)
        with pytest.raises(Conflict):
            await audited.save(replace(before, generation=2), expected=version)
        assert audit.names == [ActName.CONFIGURATION_CHANGED, ActName.NOT_DONE]
        assert audit.last(ActName.NOT_DONE)["sequence"] == 1
        assert "not at version 0" in audit.last(ActName.NOT_DONE)["problem"]

    asyncio.run(run())


def test_what_changed_is_told_also_to_who_did_not_load_first() -> None:
    async def run() -> None:
        audit, inner = FakeAuditLog(), FakeConfigurations(configuration())
        await AuditedConfigurations(inner, audit).save(Configuration(), expected=0)
        changes = audit.last(ActName.CONFIGURATION_CHANGED)["changes"]
        assert "removed application hello" in changes

    asyncio.run(run())
