"""What the pages of reasons and approvals show."""

from __future__ import annotations

from dataclasses import dataclass

from doorward.web.forms import Form
from doorward.web.pass_views import Choice


@dataclass(frozen=True, slots=True, kw_only=True)
class AskReason:
    """Before somebody is let in: why. ``form`` sends ``reason``, and ``minutes`` where there are
    ``lifetimes``: then somebody else has to approve as well. ``refused`` says that the last request was."""

    form: Form
    application: str
    email: str
    prompt: str
    lifetimes: tuple[Choice, ...]
    launcher_url: str
    reason: str = ""
    problem: str = ""
    refused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Asked for, not decided yet. ``look_url`` looks again, and the page does so by itself."""

    application: str
    email: str
    reason: str
    approved: int
    needed: int
    look_url: str
    launcher_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One request of somebody else. ``approve`` sends ``minutes``; it is there only while something
    waits. ``refuse`` says no, or takes back what was given."""

    person: str
    application: str
    reason: str
    facts: str
    approve: Form | None
    refuse: Form
    lifetimes: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Approvals:
    """What somebody has to decide."""

    email: str
    decisions: tuple[Decision, ...]
    home_url: str
    done: str = ""
    problem: str = ""
