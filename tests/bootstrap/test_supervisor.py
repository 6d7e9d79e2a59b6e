"""The supervisor with real child processes."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from doorward.bootstrap.supervisor import SAME_REQUEST_SECONDS, ready_parts
from doorward.bootstrap.supervisor_parts import State
from doorward.bootstrap.supervisor_report import read_report
from doorward.model.errors import Invalid, Unavailable
from tests.bootstrap.parts import (
    IGNORES_SIGTERM,
    children,
    impatient,
    is_ready_again,
    is_running,
    part,
    run,
    supervisor,
    until,
)


async def nothing() -> None:
    """A story in which nothing happens."""


def test_parts_start_after_those_they_need_and_stop_before_them(tmp_path: Path) -> None:
    house = supervisor(
        tmp_path,
        part(tmp_path, "edge", after=("relay", "control")),
        part(tmp_path, "relay", after=("control",)),
        part(tmp_path, "control"),
    )
    run(house, nothing)
    order = (tmp_path / "order.txt").read_text().splitlines()
    assert order == [
        "control started",
        "relay started",
        "edge started",
        "edge stopped",
        "relay stopped",
        "control stopped",
    ]


def test_a_killed_part_serves_again_within_two_seconds_and_the_others_are_left_alone(tmp_path: Path) -> None:
    house = supervisor(tmp_path, part(tmp_path, "relay"), part(tmp_path, "edge", after=("relay",)))

    async def story() -> None:
        before = house.states()
        relay = before["relay"].pid
        os.kill(relay, signal.SIGKILL)
        assert await until(lambda: is_ready_again(house, "relay", old=relay)) < 2
        assert house.states()["relay"].restarts == 1
        assert house.states()["edge"] == before["edge"]

    run(house, story)


def test_nothing_is_left_behind_after_a_normal_end(tmp_path: Path) -> None:
    house = supervisor(tmp_path, part(tmp_path, "relay"), part(tmp_path, "edge"))
    mine = set(children())
    seen: list[int] = []

    async def story() -> None:
        seen.extend(state.pid for state in house.states().values())
        os.kill(seen[0], signal.SIGKILL)
        await until(lambda: is_ready_again(house, "relay", old=seen[0]))

    run(house, story)
    assert set(children()) <= mine, "a child or a zombie is left"
    assert not any(is_running(pid) for pid in seen)
    assert {state.state for state in house.states().values()} == {State.STOPPED}


def test_what_a_part_started_itself_goes_with_it(tmp_path: Path) -> None:
    program = """
        import os, time
        worker = os.fork()
        if worker:
            with open("worker.txt", "w") as file:
                file.write(str(worker))
            print("serving", flush=True)
        time.sleep(60)
    """
    house = supervisor(tmp_path, part(tmp_path, "relay", program))

    async def story() -> None:
        worker = int((tmp_path / "worker.txt").read_text())
        relay = house.states()["relay"].pid
        os.kill(relay, signal.SIGKILL)
        await until(lambda: not is_running(worker))

    run(house, story)


def test_a_part_that_keeps_dying_at_the_start_ends_the_start_with_its_last_words(tmp_path: Path) -> None:
    broken = part(tmp_path, "relay", 'import sys; print("busy"); sys.exit("port 7844 is \\x1b[31mtaken")')
    house = supervisor(tmp_path, part(tmp_path, "control"), broken)
    with pytest.raises(Unavailable) as caught:
        asyncio.run(house.run())
    message = str(caught.value)
    assert message.startswith("relay ended with exit code 1\n")
    assert "port 7844 is \\x1b[31mtaken" in message
    assert house.states()["relay"].state is State.FAILED
    assert house.states()["control"].state is State.STOPPED


def test_a_part_that_never_becomes_ready_ends_the_start(tmp_path: Path) -> None:
    silent = part(tmp_path, "relay", "import time; print('thinking', flush=True); time.sleep(60)")
    house = supervisor(tmp_path, impatient(silent, ready_within=0.5))
    with pytest.raises(Unavailable, match=r"relay was not ready within 0\.5 s\n  thinking"):
        asyncio.run(house.run())


def test_a_program_that_does_not_exist_is_named(tmp_path: Path) -> None:
    missing = part(tmp_path, "edge")
    object.__setattr__(missing, "command", ["/nowhere/envoy"])
    house = supervisor(tmp_path, missing)
    with pytest.raises(Unavailable, match="cannot start /nowhere/envoy: No such file or directory"):
        asyncio.run(house.run())


def test_a_part_that_ignores_the_request_to_stop_is_killed_after_its_grace(tmp_path: Path) -> None:
    house = supervisor(tmp_path, impatient(part(tmp_path, "edge", IGNORES_SIGTERM), grace=0.3))
    seen: list[int] = []

    async def story() -> None:
        seen.append(house.states()["edge"].pid)

    run(house, story)
    assert not is_running(seen[0])


def test_a_second_request_kills_at_once(tmp_path: Path) -> None:
    house = supervisor(tmp_path, impatient(part(tmp_path, "edge", IGNORES_SIGTERM), grace=60))

    async def story() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        await until(lambda: house.states()["edge"].state is State.STOPPING)
        await asyncio.sleep(SAME_REQUEST_SECONDS + 0.1)
        os.kill(os.getpid(), signal.SIGINT)
        assert await until(lambda: house.states()["edge"].state is State.STOPPED) < 1

    run(house, story)


def test_the_same_request_heard_twice_still_stops_in_order(tmp_path: Path) -> None:
    house = supervisor(tmp_path, part(tmp_path, "relay"), part(tmp_path, "edge", after=("relay",)))

    async def story() -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGINT)

    run(house, story)
    assert (tmp_path / "order.txt").read_text().splitlines()[-2:] == ["edge stopped", "relay stopped"]


def test_parts_do_not_share_the_terminal(tmp_path: Path) -> None:
    house = supervisor(tmp_path, part(tmp_path, "relay"))

    async def story() -> None:
        relay = house.states()["relay"].pid
        assert os.getsid(relay) == relay
        assert os.getpgid(relay) == relay

    run(house, story)


def test_the_report_shows_other_processes_what_runs_and_goes_with_it(tmp_path: Path) -> None:
    house = supervisor(tmp_path, part(tmp_path, "relay"))

    async def story() -> None:
        assert read_report(tmp_path) == house.states()
        assert ready_parts(house.states()) == 1

    run(house, story)
    assert read_report(tmp_path) == {}
    assert not (tmp_path / "run" / "parts.json").exists()


def test_what_parts_print_is_in_their_logs(tmp_path: Path) -> None:
    house = supervisor(tmp_path, part(tmp_path, "relay"))
    run(house, nothing)
    run(supervisor(tmp_path, part(tmp_path, "relay")), nothing)
    assert (tmp_path / "logs" / "relay.log").read_text() == "serving\nserving\n"


def test_two_parts_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"parts\.relay: there are two"):
        supervisor(tmp_path, part(tmp_path, "relay"), part(tmp_path, "relay"))


KILLED_SUPERVISOR = """
import sys
from pathlib import Path
from tests.bootstrap.parts import IGNORES_SIGTERM, part, supervisor
import asyncio

folder = Path(sys.argv[1])
house = supervisor(folder, part(folder, "relay"), part(folder, "edge", IGNORES_SIGTERM))

def ready():
    print("pids", *[state.pid for state in house.states().values()], flush=True)

async def main():
    await house.run(on_ready=ready)

asyncio.run(main())
"""


def test_no_part_outlives_a_supervisor_that_was_killed(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", KILLED_SUPERVISOR, str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=Path(__file__).parents[2],
    ) as process:
        assert process.stdout is not None
        line = next(line for line in process.stdout if line.startswith(b"pids"))
        parts = [int(pid) for pid in line.split()[1:]]
        assert [is_running(pid) for pid in parts] == [True, True]
        process.kill()

    async def story() -> None:
        await until(lambda: not any(is_running(pid) for pid in parts), within=2)

    asyncio.run(story())
    assert read_report(tmp_path) == {}, "the report of a supervisor that is gone counts for nothing"
