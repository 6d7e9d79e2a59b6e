"""The stand-in for Entra ID and Graph as a provider that costs time of its own: Ada or Magda, who is in
5,000 groups, is signed in at once, by the login hint or without being asked.

Run as ``python -m bench.entra PORT CALLBACK PERSON``.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime

import uvicorn

from doorward.sample.entra.application import entra_application
from doorward.sample.entra.faults import Faults
from doorward.sample.entra.seed import demo_directory


def main(arguments: list[str]) -> None:
    """Serve until told to stop."""
    port, callback, person = arguments
    application = entra_application(
        demo_directory(redirect_uri=callback),
        base_url=f"http://127.0.0.1:{port}",
        clock=lambda: datetime.now(UTC),
        randomness=os.urandom,
        faults=Faults(auto_sign_in=True, default_user=person),
    )
    uvicorn.run(
        application, host="127.0.0.1", port=int(port), log_config=None, access_log=False, date_header=False
    )


if __name__ == "__main__":
    main(sys.argv[1:])
