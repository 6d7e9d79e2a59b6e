"""Microsoft Entra ID and Graph for tests: the sample's stand-in with handles on it.

``client`` reaches it inside the test's process; ``serving`` puts it on a loopback port, for what needs
a real server. What it does by itself is in ``directory`` (data), ``faults`` (what goes wrong) and the
verbs here; time is the test's ``clock``.
"""

from __future__ import annotations

import functools
import hashlib
import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
from joserfc.jwk import RSAKey

from doorward.sample.entra import operations
from doorward.sample.entra.application import application_of
from doorward.sample.entra.directory import AppRegistration, Directory, Outcome, Tenant
from doorward.sample.entra.entra import Entra
from doorward.sample.entra.faults import Faults, Refusal
from doorward.sample.entra.keys import generate_key
from doorward.sample.entra.operations import PermissionKind
from doorward.sample.entra.seed import CLIENT_ID, SECRET_ID, TENANT_ID, demo_directory
from tests.fakes.clock import FakeClock
from tests.serving import serving

BASE_URL = "https://entra.example"
CALLBACK = "https://access.example.com/cdn-cgi/access/callback"
LOGOUT_URL = "https://access.example.com/cdn-cgi/access/logout/frontchannel/entra"


@functools.cache
def signing_key(number: int) -> RSAKey:
    """One of a few keys, each made once in a run: making one takes long."""
    del number
    return generate_key()


def fake_bytes(seed: str = "entra") -> Callable[[int], bytes]:
    """Randomness that repeats itself."""
    numbers = itertools.count()

    def draw(size: int) -> bytes:
        return hashlib.shake_256(f"{seed}:{next(numbers)}".encode()).digest(size)

    return draw


class FakeEntra:
    """See the module. Nothing given: Ada's organisation, with the application at ``CALLBACK``."""

    def __init__(
        self, directory: Directory | None = None, *, clock: FakeClock | None = None, base_url: str = BASE_URL
    ) -> None:
        self.clock = clock or FakeClock()
        keys = itertools.count()
        self.entra = Entra(
            directory=directory or demo_directory(redirect_uri=CALLBACK, logout_url=LOGOUT_URL),
            base_url=base_url,
            clock=self.clock.now,
            randomness=fake_bytes(),
            make_key=lambda: signing_key(next(keys)),
        )
        self.application = application_of(self.entra)

    @property
    def base_url(self) -> str:
        """Where it is; ``serving`` changes it."""
        return self.entra.base_url

    @property
    def directory(self) -> Directory:
        """All data, to be changed at will."""
        return self.entra.directory

    @property
    def faults(self) -> Faults:
        """What goes wrong."""
        return self.entra.faults

    @property
    def tenant(self) -> Tenant:
        """The seeded tenant, or the only one."""
        tenants = self.directory.tenants
        return tenants.get(TENANT_ID) or next(iter(tenants.values()))

    @property
    def registration(self) -> AppRegistration:
        """The seeded app registration, or the only one."""
        registrations = self.directory.registrations
        return registrations.get(CLIENT_ID) or next(iter(registrations.values()))

    def client(self) -> httpx.AsyncClient:
        """A client inside the process. It follows no redirects and keeps cookies, as a browser would."""
        return httpx.AsyncClient(transport=self.transport(), base_url=self.base_url)

    def transport(self) -> httpx.ASGITransport:
        """For clients that are made elsewhere."""
        return httpx.ASGITransport(app=self.application)

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Serve on a loopback port; gives the base URL, which issuers and endpoints then begin with."""
        before = self.base_url
        with serving(self.application) as port:
            self.entra.base_url = f"http://127.0.0.1:{port}"
            try:
                yield self.base_url
            finally:
                self.entra.base_url = before

    # --- what an administrator does --------------------------------------------------------------

    def disable(self, id: str) -> None:
        operations.enable_user(self.entra, id, enabled=False)

    def enable(self, id: str) -> None:
        operations.enable_user(self.entra, id, enabled=True)

    def delete(self, id: str) -> None:
        operations.delete_user(self.entra, id)

    def change_password(self, id: str, password: str) -> None:
        operations.change_password(self.entra, id, password)

    def revoke_sessions(self, id: str) -> None:
        operations.revoke_sessions(self.entra, id)

    def join(self, group: str, id: str) -> None:
        operations.add_member(self.entra, group, id)

    def leave(self, group: str, id: str) -> None:
        operations.remove_member(self.entra, group, id)

    def set_outcome(self, id: str, context: str, outcome: Outcome) -> None:
        operations.set_outcome(self.entra, id, context, outcome)

    def require_assignment(self, *principals: str) -> None:
        standing = self.tenant.applications[self.registration.client_id]
        standing.assignment_required, standing.assigned = True, set(principals)

    def expire_secret(self, secret_id: str = SECRET_ID) -> None:
        operations.expire_secret(self.entra, self.registration.client_id, secret_id)

    def grant_permission(self, name: str, kind: PermissionKind = PermissionKind.DELEGATED) -> None:
        operations.grant_permission(self.entra, self.tenant.id, self.registration.client_id, kind, name)

    def take_permission(self, name: str, kind: PermissionKind = PermissionKind.DELEGATED) -> None:
        operations.take_permission(self.entra, self.tenant.id, self.registration.client_id, kind, name)

    # --- what goes wrong -------------------------------------------------------------------------

    def rotate_keys(self, *, forget: bool = False) -> None:
        self.entra.keys.rotate(forget=forget)

    def throttle(
        self, times: int, *, retry_after: int | None = None, path: str = "/v1.0", status: int = 429
    ) -> None:
        """Answer the next ``times`` requests below ``path`` with 429 (or 503)."""
        self.faults.refusals.append(Refusal(path=path, status=status, retry_after=retry_after, times=times))
