from __future__ import annotations

import asyncio

from doorward.services.acting import acting, acting_as


def test_what_nobody_said_it_of_is_doorwards_own_doing() -> None:
    assert acting() == "doorward"
    with acting_as("administrator"):
        assert acting() == "administrator"
        with acting_as("pages"):
            assert acting() == "pages"
        assert acting() == "administrator"
    assert acting() == "doorward"


def test_tasks_begun_within_act_through_the_same_door_and_others_do_not() -> None:
    async def door() -> str:
        await asyncio.sleep(0)
        return acting()

    async def run() -> list[str]:
        with acting_as("directory"):
            inner = asyncio.get_running_loop().create_task(door())
        outer = asyncio.get_running_loop().create_task(door())
        return [await inner, await outer]

    assert asyncio.run(run()) == ["directory", "doorward"]
