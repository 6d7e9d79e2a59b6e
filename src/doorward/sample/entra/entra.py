"""Everything that the running fake knows and has handed out, and its time and chance."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from joserfc.jwk import RSAKey

from doorward.sample.entra.browsers import Browser
from doorward.sample.entra.delta_state import DeltaState
from doorward.sample.entra.directory import Directory, Tenant
from doorward.sample.entra.faults import Faults
from doorward.sample.entra.grants import Grants
from doorward.sample.entra.interaction import Interaction
from doorward.sample.entra.keys import SigningKeys, generate_key


@dataclass
class Entra:
    """The world of the fake.

    Attributes:
        directory: Tenants and app registrations; change it at any time.
        base_url: Where it is reached, without a slash at the end. Issuer and endpoints begin with it.
        clock: Tells the time, aware, in UTC.
        randomness: Gives that many random bytes.
        faults: What goes wrong.
    """

    directory: Directory
    base_url: str
    clock: Callable[[], datetime]
    randomness: Callable[[int], bytes]
    faults: Faults = field(default_factory=Faults)
    make_key: Callable[[], RSAKey] = generate_key
    keys: SigningKeys = field(init=False)
    grants: Grants = field(default_factory=Grants)
    browsers: dict[str, Browser] = field(default_factory=dict)
    interactions: dict[str, Interaction] = field(default_factory=dict)
    deltas: DeltaState = field(default_factory=DeltaState)

    def __post_init__(self) -> None:
        self.keys = SigningKeys(self.make_key)

    def now(self) -> datetime:
        """The time as Entra has it."""
        return self.clock() + timedelta(seconds=self.faults.clock_skew)

    def text(self, size: int = 32) -> str:
        """Random base64url text."""
        return base64.urlsafe_b64encode(self.randomness(size)).rstrip(b"=").decode()

    def guid(self) -> str:
        """A random GUID."""
        return str(uuid.UUID(bytes=self.randomness(16), version=4))

    def host(self) -> str:
        """Host and port, as in ``base_url``."""
        return self.base_url.partition("://")[2]

    def issuer(self, tenant: Tenant) -> str:
        """Who vouches in a tenant's tokens."""
        return f"{self.base_url}/{tenant.id}/v2.0"
