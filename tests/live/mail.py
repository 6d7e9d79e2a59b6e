"""A mail server in a thread of its own, for tests that wait for a mail as a person does."""

from __future__ import annotations

import asyncio
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.fakes.mail_server import MailServer, Received, mail_server


@dataclass
class Mailbox:
    """Everybody's."""

    server: MailServer

    def newest(self, recipient: str, *, after: int = 0, within: float = 10.0) -> Received:
        """The newest mail to somebody, once there are more than ``after``."""
        until = time.monotonic() + within
        while time.monotonic() < until:
            found = [mail for mail in self.server.received if recipient in mail.recipients]
            if len(found) > after:
                return found[-1]
            time.sleep(0.02)
        raise AssertionError(f"no mail to {recipient} within {within:g} s")


def code_in(mail: Received) -> str:
    """The code, as a person reads it."""
    [code] = re.findall(r"^(\d{6})\r?$", next(mail.message.iter_parts()).get_content(), re.MULTILINE)
    return str(code)


@contextmanager
def mailbox(*, tls: str = "starttls", login: bool = True) -> Iterator[Mailbox]:
    """A server that runs until the block ends."""
    ready, stop, loop = threading.Event(), asyncio.Event(), asyncio.new_event_loop()
    servers: list[MailServer] = []

    async def serve() -> None:
        async with mail_server(tls=tls, login=login) as server:
            servers.append(server)
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=[serve()], daemon=True)
    thread.start()
    try:
        assert ready.wait(10)
        yield Mailbox(servers[0])
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()
