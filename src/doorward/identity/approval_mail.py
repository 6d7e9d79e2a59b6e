"""Mail to those who decide whether somebody may use an application for a time.

Rule: the link leads to a page, and decides nothing: what mail scanners open on their own approves nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from email.utils import format_datetime
from html import escape

from doorward.identity.mail import Mailer, compose, sender_address
from doorward.model.configuration import Configuration
from doorward.model.errors import Unavailable
from doorward.model.identity_provider import OneTimePin
from doorward.ports.clock import Clock, Randomness

TEXT = """\
{person} asks to use {application} for {minutes} minutes.

Their reason: {reason}

Decide here: {url}

You get this because a policy of {application} names you as somebody who may approve it.
"""

HTML = """\
<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{subject}</title></head>
<body style="margin:0;padding:24px;font-family:system-ui,sans-serif;font-size:16px;line-height:1.5">
<p><strong>{person}</strong> asks to use <strong>{application}</strong> for {minutes} minutes.</p>
<p>Their reason:</p>
<blockquote style="margin:0;padding-left:12px;border-left:3px solid #ccc">{reason}</blockquote>
<p><a href="{url}">Look at it and decide</a></p>
<p>You get this because a policy of {application} names you as somebody who may approve it.</p>
</body>
</html>
"""


class ApprovalMail:
    """``ports.mail.Mail`` through the mail server that one-time PINs are sent by.

    ``configuration`` gives the one in force; ``url`` is the page where approvals are given.
    """

    def __init__(
        self,
        *,
        configuration: Callable[[], Configuration],
        url: str,
        clock: Clock,
        randomness: Randomness,
    ) -> None:
        self._configuration = configuration
        self._url = url
        self._clock = clock
        self._randomness = randomness

    async def ask_approval(
        self, recipient: str, *, person: str, application: str, reason: str, minutes: int
    ) -> None:
        """See ``Mail.ask_approval``."""
        settings = self._settings()
        said = {
            "person": person,
            "application": application,
            "reason": reason,
            "minutes": str(minutes),
            "url": self._url,
            "subject": f"{person} asks to use {application}",
        }
        message = compose(
            sender=settings.sender,
            recipient=recipient,
            subject=said["subject"],
            text=TEXT.format(**said),
            html=HTML.format(**{name: escape(value) for name, value in said.items()}),
        )
        message["Date"] = format_datetime(self._clock.now())
        domain = sender_address(settings.sender).domain
        message["Message-ID"] = f"<{self._randomness.identifier()}@{domain}>"
        await Mailer(settings).send(message)

    def _settings(self) -> OneTimePin:
        for provider in self._configuration().identity_providers:
            if isinstance(provider.settings, OneTimePin):
                return provider.settings
        raise Unavailable("no mail server is set up: add an identity provider of type onetimepin")
