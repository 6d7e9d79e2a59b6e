from __future__ import annotations

import asyncio

from doorward.services.admission import Admission
from tests.services.world import ADA


def test_whom_the_provider_vouches_for_is_admitted_as_they_are() -> None:
    assert asyncio.run(Admission().admitted(ADA)) == ADA
