"""Facts that Microsoft's documentation does not settle, each in this one place.

They are general knowledge, to be checked against a real tenant before anything leans on them.
"""

from __future__ import annotations

from datetime import timedelta

MSA_TENANT = "9188040d-6c67-4c5b-b112-36a304b66dad"
"""The tenant of personal Microsoft accounts (documented)."""

GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"
"""The template id of that directory role."""

BACKDATED = timedelta(minutes=5)
"""Tokens say ``iat`` and ``nbf`` this much before the instant they are made."""

ID_TOKEN_LIFETIME = timedelta(hours=1)
ACCESS_TOKEN_LIFETIME = timedelta(seconds=4299)
"""Somewhere in 60 to 90 minutes (documented: random)."""

APPLICATION_TOKEN_LIFETIME = timedelta(seconds=3599)
CODE_LIFETIME = timedelta(minutes=10)
REFRESH_LIFETIME = timedelta(days=90)
"""Unused for so long, a refresh token is no longer taken."""

ASSERTION_LIFETIME = timedelta(minutes=10)
"""How long a client assertion may be good for."""

GROUPS_IN_A_TOKEN = 200
"""More than that, and a token only says where to ask (documented, for JWT in the code flow)."""

UNSPOKEN_SCOPES = frozenset({"offline_access"})
"""Scopes that a token answer's ``scope`` does not repeat."""

PERMISSIONS_OF_OPENID = frozenset({"openid", "profile", "email", "offline_access"})
PERMISSIONS_FOR_EVERYBODY = PERMISSIONS_OF_OPENID | {"User.Read", "User.ReadBasic.All"}
"""Delegated permissions that people may consent to for themselves; all others want an administrator."""

GRAPH = "https://graph.microsoft.com"
"""The resource, as scopes name it."""
