"""The API's routes about the keys that sign application tokens."""

from __future__ import annotations

from fastapi import FastAPI

from doorward.api.bodies import Body
from doorward.services.key_rotation import KeyRotation
from doorward.services.key_schedule import ScheduledKey


class RotationRequest(Body):
    """Whether the old keys are worthless from now on, or the next one is only announced."""

    now: bool = False


def signing_key_routes(app: FastAPI, keys: KeyRotation) -> None:
    """List, rotate."""

    @app.get("/signing-keys")
    async def listed() -> list[dict[str, object]]:
        return [signing_key_body(each) for each in keys.listed()]

    @app.post("/signing-keys/rotate")
    async def rotate(body: RotationRequest) -> dict[str, object]:
        done = await (keys.replace() if body.now else keys.announce())
        return {"key": signing_key_body(done.key), "removed": list(done.removed), "live": done.live}


def signing_key_body(scheduled: ScheduledKey) -> dict[str, object]:
    """A key as it is listed: nothing of it is secret."""
    return {
        "kid": scheduled.key.kid,
        "state": scheduled.state,
        "since": scheduled.since.isoformat(timespec="seconds"),
        "until": scheduled.until.isoformat(timespec="seconds"),
    }
