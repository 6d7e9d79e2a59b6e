"""Items of a checklist, made shortly."""

from __future__ import annotations

from doorward.ports.identity import Check, CheckState


def counted(number: int, noun: str) -> str:
    """``1 key``, ``2 keys``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def passed(name: str, what: str, found: str) -> Check:
    """It is as it should be."""
    return Check(name=name, what=what, state=CheckState.PASSED, found=found)


def warning(name: str, what: str, found: str, fix: str, link: str = "") -> Check:
    """It works, or may work; somebody should look at it."""
    return Check(name=name, what=what, state=CheckState.WARNING, found=found, fix=fix, link=link)


def failed(name: str, what: str, found: str, fix: str, link: str = "") -> Check:
    """It does not work."""
    return Check(name=name, what=what, state=CheckState.FAILED, found=found, fix=fix, link=link)


def not_checked(name: str, what: str, found: str = "") -> Check:
    """It needs something that failed before, or that is not there to be asked."""
    return Check(name=name, what=what, state=CheckState.NOT_CHECKED, found=found)
