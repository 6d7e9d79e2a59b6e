"""What tests of the whole system start from: one that runs while a file is tested, and Ada in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.live.browser import browser
from tests.live.system import ADA, System
from tests.live.visitor import Visitor


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    with System(tmp_path_factory.mktemp("demo")) as running:
        yield running


@pytest.fixture(scope="module")
def ada(system: System) -> Iterator[Visitor]:
    """She stays signed in: no test may end her session."""
    with system.sign_in(ADA) as visitor:
        yield visitor


@pytest.fixture
def new_ada(system: System) -> Iterator[Visitor]:
    """She has signed in for this test alone, which may end her session."""
    with system.sign_in(ADA) as visitor:
        yield visitor


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as started:
        yield started


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots are left, to be looked at (``--basetemp`` says where)."""
    return tmp_path_factory.mktemp("pictures")
