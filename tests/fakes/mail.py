"""Mail that goes nowhere, and is remembered."""

from __future__ import annotations

from dataclasses import dataclass, field

from doorward.model.errors import Unavailable


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedApproval:
    recipient: str
    person: str
    application: str
    reason: str
    minutes: int


@dataclass
class FakeMail:
    """``ports.mail.Mail``. ``down`` makes it fail."""

    sent: list[AskedApproval] = field(default_factory=list)
    down: bool = False

    async def ask_approval(
        self, recipient: str, *, person: str, application: str, reason: str, minutes: int
    ) -> None:
        if self.down:
            raise Unavailable("the mail server does not answer")
        self.sent.append(
            AskedApproval(
                recipient=recipient,
                person=person,
                application=application,
                reason=reason,
                minutes=minutes,
            )
        )
