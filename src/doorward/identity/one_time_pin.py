"""One-time PIN: people prove that they read an address's mail, by a code that is sent there.

Rule: a mail holds no link. What mail scanners open on their own can then neither use a code up nor
sign anybody in.
"""

from __future__ import annotations

from email.utils import format_datetime
from html import escape

from doorward.identity.mail import Mailer, compose, sender_address
from doorward.model.access import Identity
from doorward.model.errors import Invalid
from doorward.model.identity_provider import OneTimePin
from doorward.model.ids import IdentityProviderId
from doorward.ports.clock import Clock, Randomness

TEXT = """\
Your code to sign in at {place}:

{pin}

Enter it in the browser in which you asked for it, within 10 minutes. It works once.

If you did not ask for it, do nothing: without the code nobody can sign in. Give it to nobody,
whoever asks.
"""

HTML = """\
<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{subject}</title></head>
<body style="margin:0;padding:24px;font-family:system-ui,sans-serif;font-size:16px;line-height:1.5">
<p>Your code to sign in at <strong>{place}</strong>:</p>
<p style="font-family:ui-monospace,monospace;font-size:32px;letter-spacing:0.15em;margin:16px 0">{pin}</p>
<p>Enter it in the browser in which you asked for it, within 10 minutes. It works once.</p>
<p>If you did not ask for it, do nothing: without the code nobody can sign in. Give it to nobody, whoever
asks.</p>
</body>
</html>
"""


class OneTimePinProvider:
    """``ports.identity.PinProvider`` over SMTP.

    Raises:
        Invalid: the sender is no address, or as ``Mailer``.
    """

    def __init__(
        self,
        *,
        id: IdentityProviderId,
        settings: OneTimePin,
        mailer: Mailer,
        clock: Clock,
        randomness: Randomness,
    ) -> None:
        self._id = id
        self._sender = settings.sender
        self._domain = sender_address(settings.sender).domain
        self._mailer = mailer
        self._clock = clock
        self._randomness = randomness
        if not self._domain:
            raise Invalid("sender", f"{settings.sender!r} has no domain: use name@domain")

    async def send(self, *, email: str, pin: str, place: str) -> None:
        """Send ``pin`` to ``email``. See ``PinProvider``."""
        subject = f"Your sign-in code for {place}"
        message = compose(
            sender=self._sender,
            recipient=email,
            subject=subject,
            text=TEXT.format(place=place, pin=pin),
            html=HTML.format(subject=escape(subject), place=escape(place), pin=escape(pin)),
        )
        message["Date"] = format_datetime(self._clock.now())
        message["Message-ID"] = f"<{self._randomness.identifier()}@{self._domain}>"
        await self._mailer.send(message)

    def identity(self, email: str) -> Identity:
        """Who has proven to read this (canonical) address's mail: no more is known of them.

        ``otp`` is RFC 8176's name for how.
        """
        return Identity(
            identity_provider=self._id,
            subject=email,
            email=email,
            methods=frozenset({"otp"}),
        )
