from __future__ import annotations

import asyncio

import pytest

from doorward.model.errors import Unavailable
from doorward.services.background import Background


def test_a_few_jobs_run_at_once_and_the_others_wait() -> None:
    async def run() -> tuple[int, int]:
        background, gate, running, most = Background(at_once=2, waiting=9), asyncio.Event(), 0, 0

        async def job() -> None:
            nonlocal running, most
            running += 1
            most = max(most, running)
            await gate.wait()
            running -= 1

        for _ in range(5):
            background.begin(job)
        await asyncio.sleep(0)
        gate.set()
        await background.settled()
        return most, running

    assert asyncio.run(run()) == (2, 0)


def test_more_than_can_wait_is_turned_away() -> None:
    async def run() -> None:
        background, gate = Background(at_once=1, waiting=3), asyncio.Event()
        try:
            for _ in range(4):
                background.begin(lambda: _wait(gate))
        finally:
            gate.set()
            await background.settled()

    with pytest.raises(Unavailable):
        asyncio.run(run())


def test_a_job_that_fails_disturbs_no_other() -> None:
    async def run() -> list[str]:
        background, done = Background(at_once=1, waiting=3), []

        async def fail() -> None:
            raise RuntimeError("secret words")

        async def work() -> None:
            done.append("worked")

        background.begin(fail)
        background.begin(work)
        await background.settled()
        return done

    assert asyncio.run(run()) == ["worked"]


def test_at_the_end_what_takes_too_long_is_ended() -> None:
    async def run() -> bool:
        background, ended = Background(at_once=1, waiting=3), False

        async def job() -> None:
            nonlocal ended
            try:
                await asyncio.Event().wait()
            finally:
                ended = True

        background.begin(job)
        await background.close(patience=0.01)
        return ended

    assert asyncio.run(run())


async def _wait(gate: asyncio.Event) -> None:
    await gate.wait()
