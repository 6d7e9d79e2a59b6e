from __future__ import annotations

from dataclasses import replace

import pytest

from doorward.model.configuration import Configuration
from doorward.model.errors import NotFound
from doorward.model.ids import ApplicationId, PolicyId, TunnelId
from tests.services.sample import ENGINEERS, MACHINES, application, configuration


def test_things_are_found_by_what_they_are_called() -> None:
    present = configuration()
    assert present.application(ApplicationId("hello")).id == "hello"
    assert present.tunnel(TunnelId("t1")) is present.tunnel_named("office")


def test_what_is_not_there_is_not_found() -> None:
    empty = Configuration()
    with pytest.raises(NotFound, match="no application 'hello'"):
        empty.application(ApplicationId("hello"))
    with pytest.raises(NotFound, match="no tunnel 't1'"):
        empty.tunnel(TunnelId("t1"))
    with pytest.raises(NotFound, match="no tunnel named 'office'"):
        empty.tunnel_named("office")


def test_an_applications_policies_keep_their_order_shared_ones_among_them() -> None:
    wiki = replace(application("wiki"), policies=(PolicyId("machines"), ENGINEERS))
    present = Configuration(policies=(MACHINES,), applications=(wiki,))
    assert present.policies_of(wiki) == (MACHINES, ENGINEERS)


def test_a_shared_policy_that_is_missing_is_not_left_out_in_silence() -> None:
    wiki = replace(application("wiki"), policies=(PolicyId("gone"), ENGINEERS))
    with pytest.raises(NotFound, match="no shared policy 'gone'"):
        Configuration(applications=(wiki,)).policies_of(wiki)
