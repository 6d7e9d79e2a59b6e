"""What every test shares.

Asynchronous tests call ``asyncio.run`` themselves. Nothing needs a plugin or a mark that way, each
test shows where its event loop begins and ends, and a task left over is an error of that test.

Hypothesis keeps what it found below the checkout and has no deadline: the machine may be busy, and
no check here is about time.
"""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis.database import DirectoryBasedExampleDatabase

ROOT = Path(__file__).resolve().parent.parent

settings.register_profile(
    "doorward",
    database=DirectoryBasedExampleDatabase(ROOT / ".hypothesis" / "examples"),
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("doorward")
