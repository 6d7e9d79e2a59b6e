"""A configuration whose people sign in by mailed codes."""

from __future__ import annotations

from doorward.model.configuration import Configuration
from doorward.model.identity_provider import IdentityProvider, OneTimePin
from doorward.model.ids import TunnelId
from doorward.model.policy import Policy
from doorward.model.tunnel import Tunnel
from tests.services.sample import MAIL, application


def by_mail(*policies: Policy) -> Configuration:
    """A configuration whose only way in is a mailed code, for one application with these policies."""
    settings = OneTimePin(sender="access@example.com", smtp_host="localhost")
    return Configuration(
        identity_providers=(IdentityProvider(id=MAIL, name="Email", settings=settings),),
        tunnels=(Tunnel(id=TunnelId("t1"), name="office"),),
        applications=(application("hello", *policies),),
    )
