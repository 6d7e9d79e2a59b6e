"""What is in force now: the configuration with its compiled policies, as one value.

Read on every question of the edge, replaced whole when a configuration is published.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from doorward.model.application import Application
from doorward.model.claims import token_generation
from doorward.model.configuration import Configuration
from doorward.model.errors import Unavailable
from doorward.model.ids import ApplicationId
from doorward.policy.compiler import CompiledApplication, compile_configuration


@dataclass(frozen=True, slots=True)
class InForce:
    """A configuration, its version, and its policies compiled."""

    configuration: Configuration
    version: int
    compiled: Mapping[ApplicationId, CompiledApplication]
    by_hostname: Mapping[str, Application] = field(default_factory=dict)

    @classmethod
    def of(cls, configuration: Configuration, version: int) -> InForce:
        """Compile ``configuration``. Raises Invalid when it contradicts itself."""
        return cls(
            configuration=configuration,
            version=version,
            compiled=compile_configuration(configuration),
            by_hostname={a.hostname: a for a in configuration.applications},
        )

    def generation_of(self, application: Application) -> str:
        """The ``gen`` claim that a token for ``application`` must carry now."""
        fingerprint = self.compiled[application.id].fingerprint
        return token_generation(self.configuration.generation, application.generation, fingerprint)


class Current:
    """Holds the ``InForce`` of this process."""

    def __init__(self) -> None:
        self._in_force: InForce | None = None

    def get(self) -> InForce:
        """Raises Unavailable before the first configuration was loaded."""
        if self._in_force is None:
            raise Unavailable("the configuration has not been loaded yet")
        return self._in_force

    def replace(self, in_force: InForce) -> None:
        """From now on this is in force."""
        self._in_force = in_force
