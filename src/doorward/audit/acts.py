"""Acts: what somebody did to Doorward, as the audit log keeps it.

Rule: facts are data, of JSON's kinds, and hold no secret. Names are stable: scripts look for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

DOORWARD: Final = "doorward"
"""By whom an act is that nobody asked for: a directory polled, a key whose time had come."""


class ActName(StrEnum):
    """Every kind of act."""

    STARTED = "started"
    """The control plane started, with the configuration that it found."""
    CONFIGURATION_CHANGED = "configuration-changed"
    """Policies, applications, providers, tunnels, service tokens: all that ``apply`` and the like change."""
    SIGNED_IN = "signed-in"
    """A session begins, with every fact about its person."""
    FACTS_CHANGED = "facts-changed"
    """A session's person has other facts now, or gained an authentication context."""
    ACCESS_DENIED = "access-denied"
    """Somebody who is signed in was on the way to an application, and was not let in yet or at all: a
    decision, which readers get as one."""
    SESSIONS_ENDED = "sessions-ended"
    """Sessions end before their time."""
    SIGNING_KEY_ADDED = "signing-key-added"
    """A new key for tokens."""
    SIGNING_KEY_REMOVED = "signing-key-removed"
    """A key for tokens is forgotten."""
    SIGNING_KEYS_REPLACED = "signing-keys-replaced"
    """After a leak: one new key, and all from before count no more."""
    PASS_MADE = "pass-made"
    """Somebody made a pass for an application that cannot sign in."""
    PASS_REMOVED = "pass-removed"
    """A pass is gone."""
    GRANT_ASKED = "grant-asked"
    """Somebody gave a reason, or asked for an approval."""
    GRANT_DECIDED = "grant-decided"
    """Access was approved, refused or taken back."""
    FACTS_REPORTED = "facts-reported"
    """A source reports something of people or sessions."""
    FACTS_WITHDRAWN = "facts-withdrawn"
    """What was reported of somebody counts no longer."""
    ENCRYPTION_KEY_ROTATED = "encryption-key-rotated"
    """Another key encrypts the database's secrets."""
    PASSKEY_ADDED = "passkey-added"
    """Somebody has a new passkey."""
    PASSKEY_RENAMED = "passkey-renamed"
    """A passkey has another name."""
    PASSKEY_REMOVED = "passkey-removed"
    """A passkey is gone."""
    CODE_APP_SET = "code-app-set"
    """Somebody set up an app that shows codes."""
    CODE_APP_REMOVED = "code-app-removed"
    """The app is taken away."""
    RECOVERY_CODES_MADE = "recovery-codes-made"
    """Ten new recovery codes."""
    RECOVERY_CODE_TRIED = "recovery-code-tried"
    """Somebody gave a text as a recovery code; what follows says whether it was one."""
    CREDENTIALS_FORGOTTEN = "credentials-forgotten"
    """People are gone, and with them what they signed in with."""
    DIRECTORY_USER_SAVED = "directory-user-saved"
    """A directory pushed somebody."""
    DIRECTORY_GROUP_SAVED = "directory-group-saved"
    """A directory pushed a group."""
    DIRECTORY_GROUP_REMOVED = "directory-group-removed"
    """A directory removed a group."""
    NOT_DONE = "not-done"
    """An act that stands further up did not take effect after all."""
    LOG_MENDED = "log-mended"
    """The audit log ended in half a line after a crash; that half was cut off."""
    ACCESS_LOG_GAP = "access-log-gap"
    """The edge's access log was cut or taken away before it was read to its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """``by`` says through which door it came: ``administrator`` (API and commands), ``directory``
    (SCIM), ``pages`` (people, and providers that answer them) or ``doorward`` (by itself)."""

    name: ActName
    facts: Mapping[str, object] = field(default_factory=dict)
    by: str = DOORWARD
