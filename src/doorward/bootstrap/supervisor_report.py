"""What other processes can see of the supervisor: ``run/parts.json`` in the data folder."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from doorward.bootstrap.data_folder_files import write_atomically
from doorward.bootstrap.supervisor_parts import PartState, State
from doorward.model.errors import Unavailable

FILE = Path("run", "parts.json")


def write_report(folder: Path, states: Mapping[str, PartState]) -> None:
    """Replace the report. A full disk leaves the old one: it must not end the parts."""
    report = {
        "supervisor": os.getpid(),
        "parts": {
            name: {
                "pid": state.pid,
                "state": state.state,
                "restarts": state.restarts,
                "since": state.since.isoformat(),
                "detail": state.detail,
            }
            for name, state in states.items()
        },
    }
    with suppress(OSError):
        text = json.dumps(report, indent=1) + "\n"
        write_atomically(folder / FILE, text.encode(), mode=0o600, durable=False)


def remove_report(folder: Path) -> None:
    """Nothing runs any more."""
    with suppress(OSError):
        (folder / FILE).unlink(missing_ok=True)


def read_report(folder: Path) -> dict[str, PartState]:
    """What the supervisor of this data folder last reported; empty when none runs.

    Raises Unavailable when the report cannot be read.
    """
    path = folder / FILE
    try:
        report = json.loads(path.read_bytes())
        if not _is_alive(report["supervisor"]):
            return {}
        return {name: _state(part) for name, part in report["parts"].items()}
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise Unavailable(f"{path} cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Unavailable(f"{path} is damaged: stop Doorward and remove it") from None


def _state(part: Mapping[str, Any]) -> PartState:
    return PartState(
        pid=part["pid"],
        state=State(part["state"]),
        restarts=part["restarts"],
        since=datetime.fromisoformat(part["since"]),
        detail=part["detail"],
    )


def _is_alive(pid: int) -> bool:
    """Whether there is such a process. The report of a supervisor that was killed stays behind."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
