"""One process: what it sees, what it prints, how it ends."""

from __future__ import annotations

import asyncio
import signal
import sys
import textwrap
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from doorward.bootstrap.processes import Process, environment_of
from doorward.bootstrap.processes_output import Output, RotatingFile
from tests.bootstrap.parts import is_running, until


def story(folder: Path, program: str, told: Callable[[Process], Awaitable[None]]) -> Process:
    """Start ``program``, tell the story, make sure that the process is gone."""

    async def whole() -> Process:
        process = Process.start(
            [sys.executable, "-I", "-S", "-c", textwrap.dedent(program)],
            environment={"GREETING": "hello"},
            cwd=folder,
            output=Output("part", RotatingFile(folder / "part.log")),
        )
        try:
            async with asyncio.timeout(10):
                await told(process)
        finally:
            process.kill()
        return process

    return asyncio.run(whole())


async def to_the_end(process: Process) -> None:
    await process.ended.wait()


def test_all_that_a_process_printed_is_there_when_it_has_ended(tmp_path: Path) -> None:
    program = "import sys; print('a' * 300_000); print('last words', end='', file=sys.stderr); sys.exit(3)"
    process = story(tmp_path, program, to_the_end)
    assert process.exit_code == 3
    assert process.output.last_lines(1) == ["last words"]
    assert (tmp_path / "part.log").stat().st_size == 300_001 + len("last words")


def test_a_process_sees_only_its_own_environment_and_has_no_input(tmp_path: Path) -> None:
    process = story(tmp_path, "import os, sys; print(dict(os.environ), repr(sys.stdin.read()))", to_the_end)
    (line,) = process.output.last_lines()
    assert "'GREETING': 'hello'" in line
    assert "HOME" not in line
    assert line.endswith("''")


def test_a_signal_reaches_the_process(tmp_path: Path) -> None:
    async def told(process: Process) -> None:
        process.send(signal.SIGUSR1)
        await process.ended.wait()
        process.send(signal.SIGUSR1)  # too late: nothing happens

    assert story(tmp_path, "import time; time.sleep(60)", told).exit_code == -signal.SIGUSR1


def test_killing_takes_what_the_process_started_with_it(tmp_path: Path) -> None:
    program = """
        import os, time
        worker = os.fork()
        if worker:
            print(worker, flush=True)
        time.sleep(60)
    """
    workers: list[int] = []

    async def told(process: Process) -> None:
        await until(lambda: bool(process.output.last_lines()))
        workers.append(int(process.output.last_lines()[0]))
        process.kill()
        assert process.exit_code == -signal.SIGKILL
        await until(lambda: not is_running(workers[0]))

    story(tmp_path, program, told)
    assert workers


def test_processes_leave_no_open_file_behind(tmp_path: Path) -> None:
    def open_files() -> int:
        return sum(1 for _ in Path("/proc/self/fd").iterdir())

    story(tmp_path, "print('x')", to_the_end)
    before = open_files()
    story(tmp_path, "print('x')", to_the_end)
    story(tmp_path, "import time; time.sleep(60)", lambda _: asyncio.sleep(0))
    assert open_files() == before


def test_a_folder_that_is_not_there_is_an_error_at_once(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        story(tmp_path / "nowhere", "", to_the_end)


def test_parts_get_what_is_harmless_and_what_they_are_given() -> None:
    ours = {"PATH": "/bin", "DOORWARD_DATABASE": "secret", "AWS_SECRET_ACCESS_KEY": "secret", "LANG": "C"}
    assert environment_of({"LANG": "de", "PORT": "1"}, ours=ours) == {
        "PATH": "/bin",
        "LANG": "de",
        "PORT": "1",
    }
