"""A state of the edge: one application in a tunnel, one without, one that nobody may open."""

from __future__ import annotations

from dataclasses import replace

from doorward.envoy.state import EdgeState, ServedApplication
from doorward.model.application import Application, Origin
from doorward.model.ids import SessionId
from doorward.model.policy import Policy
from doorward.policy.compiler import compile_application
from doorward.policy.destinations import Destinations
from tests.services.edge_settings import EDGE
from tests.services.sample import ENGINEERS, application

SETTINGS = EDGE


def served(application: Application) -> ServedApplication:
    own = [policy for policy in application.policies if isinstance(policy, Policy)]
    return ServedApplication(application=application, compiled=compile_application(application, own, ()))


def with_origin(origin: Origin) -> Application:
    return replace(application("direct", ENGINEERS, tunnel=None), origin=origin)


def state(*applications: Application, revoked: tuple[str, ...] = ()) -> EdgeState:
    chosen = applications or (
        application("hello", ENGINEERS),
        application("direct", ENGINEERS, tunnel=None),
        application("closed"),
    )
    return EdgeState(
        generation=0,
        applications=[served(found) for found in chosen],
        destinations=Destinations.of(chosen),
        machines=[],
        revoked=[SessionId(session) for session in revoked],
        jwks='{"keys": []}',
        certificate="certificate",
        private_key="private key",
    )
