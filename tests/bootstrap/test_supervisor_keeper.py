"""Keeping one part: restarts, late starts, drains."""

from __future__ import annotations

import asyncio
import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from doorward.bootstrap.supervisor_keeper import first_of
from doorward.bootstrap.supervisor_parts import State
from tests.bootstrap.parts import impatient, is_ready_again, is_running, part, run, supervisor, until


def test_of_several_waits_the_first_counts_and_the_others_are_given_up() -> None:
    given_up: list[str] = []

    async def never() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            given_up.append("never")
            raise

    assert asyncio.run(first_of(never(), asyncio.sleep(0), never())) == 1
    assert given_up == ["never", "never"]


def test_a_wait_that_fails_fails_the_whole() -> None:
    async def fail() -> None:
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        asyncio.run(first_of(asyncio.sleep(60), fail()))


def test_a_part_that_keeps_dying_is_started_again_and_again(tmp_path: Path) -> None:
    house = supervisor(tmp_path, part(tmp_path, "relay"))

    async def story() -> None:
        for _ in range(3):
            old = house.states()["relay"].pid
            os.kill(old, signal.SIGKILL)
            await until(lambda old=old: is_ready_again(house, "relay", old=old))  # type: ignore[misc]
        assert house.states()["relay"].restarts == 3

    run(house, story)


def test_a_part_that_shall_not_be_restarted_stays_ended(tmp_path: Path) -> None:
    once = replace(
        part(tmp_path, "once", "import time; print('serving', flush=True); time.sleep(0.3)"), restart=False
    )
    house = supervisor(tmp_path, once, part(tmp_path, "relay"))

    async def story() -> None:
        await until(lambda: house.states()["once"].state is State.STOPPED)
        assert house.states()["once"].detail == "ended with exit code 0"
        assert house.states()["relay"].state is State.READY

    run(house, story)


def test_a_part_that_is_not_ready_again_in_time_is_killed_and_started_once_more(tmp_path: Path) -> None:
    """It serves at its first and third start, and hangs at its second."""
    program = """
        import os, time
        with open("starts.txt", "a+") as file:
            file.write("x")
            file.seek(0)
            starts = len(file.read())
        if starts != 2:
            print("serving", flush=True)
        time.sleep(60)
    """
    house = supervisor(tmp_path, impatient(part(tmp_path, "relay", program), ready_within=0.6))

    async def story() -> None:
        os.kill(house.states()["relay"].pid, signal.SIGKILL)
        await until(lambda: house.states()["relay"].restarts == 1)
        await until(lambda: house.states()["relay"].state is State.STARTING)
        hanging = house.states()["relay"].pid
        await until(
            lambda: (
                is_ready_again(house, "relay", old=hanging) and (tmp_path / "starts.txt").stat().st_size == 3
            )
        )
        assert not is_running(hanging)

    run(house, story)


def test_a_part_is_drained_before_it_is_stopped_and_after_those_that_need_it_are_gone(tmp_path: Path) -> None:
    async def drain() -> None:
        with (tmp_path / "order.txt").open("a") as order:
            order.write("relay drained\n")

    relay = replace(part(tmp_path, "relay"), drain=drain)
    house = supervisor(tmp_path, relay, part(tmp_path, "edge", after=("relay",)))

    async def story() -> None:
        """Nothing happens."""

    run(house, story)
    order = (tmp_path / "order.txt").read_text().splitlines()
    assert order[-3:] == ["edge stopped", "relay drained", "relay stopped"]


@pytest.mark.parametrize("hangs", [True, False])
def test_a_drain_that_hangs_or_fails_does_not_keep_a_part_from_stopping(
    tmp_path: Path, *, hangs: bool
) -> None:
    async def drain() -> None:
        if hangs:
            await asyncio.sleep(60)
        raise RuntimeError("no admin socket")

    relay = impatient(replace(part(tmp_path, "relay"), drain=drain), grace=0.3)
    house = supervisor(tmp_path, relay)

    async def story() -> None:
        """Nothing happens."""

    run(house, story)
    assert (tmp_path / "order.txt").read_text().splitlines()[-1] == "relay stopped"
