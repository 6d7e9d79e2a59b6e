"""Argon2id: making and checking password hashes without holding up the event loop.

Rule: a check costs the same whether or not there is a hash to check against; ``check`` with none
does the work on a stand-in and answers no.
Rule: at most ``WAITING`` calls are under way at once. Each holds 64 MiB while it runs, and a queue
that grows without end is how a flood of sign-ins would take the control plane down.
"""

from __future__ import annotations

import asyncio
import threading
import unicodedata
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import argon2
from argon2.exceptions import Argon2Error, InvalidHashError
from argon2.profiles import RFC_9106_LOW_MEMORY

from doorward.model.errors import Invalid, Unavailable

T = TypeVar("T")

# RFC 9106 section 4, "second recommended option", for machines that cannot spend 2 GiB on a hash:
# three passes over 64 MiB in four lanes, 128-bit salt, 256-bit tag.
PARAMETERS = RFC_9106_LOW_MEMORY

THREADS = 2
"""Hashes computed at once: 128 MiB at most."""

WAITING = 64
"""Calls under way at once, running or in the queue; one more is turned away."""

LONGEST = 1024
"""The longest password, in bytes of UTF-8."""

# What a configuration may ask of this machine for one check: a hash made elsewhere brings its own
# parameters, and "m=4194304" would be 4 GiB.
MOST_MEMORY_KIB = 1024 * 1024
MOST_PASSES = 16
MOST_LANES = 16


def hash_password(password: str, *, parameters: argon2.Parameters = PARAMETERS) -> str:
    """Return the argon2id hash of ``password`` in PHC form. Takes tens of milliseconds.

    Raises:
        Invalid: the password is empty, too long, or not text.
    """
    return argon2.PasswordHasher.from_parameters(parameters).hash(_prepared(password))


def verify_password(password: str, stored: str) -> bool:
    """Whether ``stored`` was made from ``password``. Takes tens of milliseconds.

    For configuration work. Sign-in uses ``Passwords``, which spends the same time on every answer.
    """
    return is_acceptable(password) and is_usable(stored) and matches(_prepared(password), stored)


def is_acceptable(password: str) -> bool:
    """Whether ``password`` may be hashed at all; says nothing about whose it is."""
    try:
        _prepared(password)
    except Invalid:
        return False
    return True


class Passwords:
    """Hashes and checks in a few threads of its own. ``aclose`` ends them."""

    def __init__(
        self,
        *,
        parameters: argon2.Parameters = PARAMETERS,
        threads: int = THREADS,
        waiting: int = WAITING,
    ) -> None:
        self._parameters = parameters
        self._hasher = argon2.PasswordHasher.from_parameters(parameters)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="argon2")
        self._places = threading.BoundedSemaphore(waiting)
        self._stand_in = stand_in(parameters)

    async def hash(self, password: str) -> str:
        """Return the hash of ``password``.

        Raises:
            Invalid: the password is empty, too long, or not text.
            Unavailable: too many calls are under way.
        """
        prepared = _prepared(password)
        return await self._run(lambda: self._hasher.hash(prepared))

    async def check(self, password: str, stored: str) -> bool:
        """Whether ``password`` is the one that ``stored`` was made from.

        An empty or unusable ``stored`` is never matched, after the same work.

        Raises:
            Invalid: the password is empty, too long, or not text.
            Unavailable: too many calls are under way.
        """
        prepared = _prepared(password)
        usable = is_usable(stored)
        matched = await self._run(lambda: matches(prepared, stored if usable else self._stand_in))
        return matched and usable

    def needs_rehash(self, stored: str) -> bool:
        """Whether ``stored`` was made with other parameters than new hashes are."""
        return not is_usable(stored) or self._hasher.check_needs_rehash(stored)

    async def aclose(self) -> None:
        """Drop what is queued and wait for what runs."""
        await asyncio.to_thread(self._pool.shutdown, wait=True, cancel_futures=True)

    async def _run(self, work: Callable[[], T]) -> T:
        # The place is given back when the thread is done, not when the caller stops waiting: a
        # client that hangs up must not make room for more work than the threads can do.
        if not self._places.acquire(blocking=False):
            raise Unavailable("Too many people are signing in at this moment. Try again in a few seconds.")
        try:
            future = self._pool.submit(work)
        except RuntimeError:
            self._places.release()
            raise Unavailable("Doorward is stopping. Try again in a moment.") from None
        future.add_done_callback(self._give_back)
        return await asyncio.wrap_future(future)

    def _give_back(self, _done: Future[T]) -> None:
        self._places.release()


def is_usable(stored: str) -> bool:
    """Whether ``stored`` is an argon2id hash that this machine is willing to compute."""
    try:
        asked = argon2.extract_parameters(stored)
    except ValueError:  # InvalidHashError is one; int() raises the plain one for "m=x".
        return False
    return (
        asked.type is argon2.Type.ID
        and asked.memory_cost <= MOST_MEMORY_KIB
        and asked.time_cost <= MOST_PASSES
        and asked.parallelism <= MOST_LANES
    )


def matches(prepared: str, stored: str) -> bool:
    """The work itself: whether the usable hash ``stored`` was made from ``prepared``."""
    # Verification takes its parameters from the hash, so that any hasher will do.
    try:
        return argon2.PasswordHasher().verify(stored, prepared)
    except (Argon2Error, InvalidHashError):
        return False


def _prepared(password: str) -> str:
    """The form that is hashed: NFC, so that keyboards that compose letters differently agree
    (RFC 8265 section 4.2.2)."""
    if not password:
        raise Invalid("password", "is empty")
    if len(password) > LONGEST:  # Before the normalisation, whose work grows with the length.
        raise Invalid("password", f"is longer than {LONGEST} bytes")
    try:
        prepared = unicodedata.normalize("NFC", password)
        size = len(prepared.encode())
    except UnicodeEncodeError:
        raise Invalid("password", "holds something that is not a character") from None
    if size > LONGEST:
        raise Invalid("password", f"is longer than {LONGEST} bytes")
    return prepared


def stand_in(parameters: argon2.Parameters) -> str:
    """A hash that no password is known for (its salt and tag are all zeros), free to make."""
    salt, tag = _zeros(parameters.salt_len), _zeros(parameters.hash_len)
    cost = f"m={parameters.memory_cost},t={parameters.time_cost},p={parameters.parallelism}"
    return f"$argon2id$v={parameters.version}${cost}${salt}${tag}"


def _zeros(size: int) -> str:
    """``size`` zero bytes in unpadded base64: six bits a letter."""
    return "A" * (-(-size * 8 // 6))
