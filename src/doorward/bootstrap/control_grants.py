"""Grants, joined: who is asked, who approves, and when it ends."""

from __future__ import annotations

from doorward.envoy import names
from doorward.identity.approval_mail import ApprovalMail
from doorward.ports.clock import Clock, Randomness
from doorward.ports.stores import Stores
from doorward.services.background import Background
from doorward.services.current import Current
from doorward.services.grant_ends import GrantEnds
from doorward.services.grants import Grants
from doorward.services.live_streams import LiveStreams
from doorward.services.reevaluate import Reevaluation
from doorward.services.requests import Requests


def join_grants(  # noqa: PLR0913 - called once, in bootstrap
    stores: Stores,
    *,
    team_origin: str,
    current: Current,
    requests: Requests,
    reevaluation: Reevaluation,
    streams: LiveStreams,
    background: Background,
    clock: Clock,
    randomness: Randomness,
) -> tuple[Grants, GrantEnds]:
    """Make each once."""
    ends = GrantEnds(stores.grants, streams=streams, clock=clock)
    mail = ApprovalMail(
        configuration=lambda: current.get().configuration,
        url=f"{team_origin}{names.ACCESS_PATH}approvals",
        clock=clock,
        randomness=randomness,
    )
    grants = Grants(
        stores,
        current=current,
        requests=requests,
        effects=reevaluation,
        ends=ends,
        mail=mail,
        background=background,
        clock=clock,
        randomness=randomness,
    )
    return grants, ends
