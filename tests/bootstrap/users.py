"""Running a few lines as another user, for tests of file permissions that root would pass."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

SOMEBODY = 65_534


def as_somebody(program: str, *arguments: str) -> str:
    """Run ``program`` as a user without rights (or as this one, if it is not root); return its output.

    ``sys.path`` is this process's and what the program needs must be imported first, in its line one.
    """
    imports, _, rest = textwrap.dedent(program).strip().partition("\n")
    drop = f"import os; os.setgroups([]); os.setgid({SOMEBODY}); os.setuid({SOMEBODY})"
    lines = [imports, drop if os.geteuid() == 0 else "", rest]
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(lines), *arguments],
        capture_output=True,
        text=True,
        check=True,
        timeout=20,
        cwd="/",
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    return done.stdout


def give_away(path: Path) -> None:
    """Let the user of ``as_somebody`` own ``path`` and reach it through its parents."""
    if os.geteuid() == 0:
        os.chown(path, SOMEBODY, SOMEBODY)
        for parent in path.parents:
            if parent.stat().st_uid == 0 and not parent.stat().st_mode & 0o001:
                parent.chmod(parent.stat().st_mode | 0o001)
