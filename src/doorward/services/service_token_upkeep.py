"""What happens to service tokens by itself: uses are written down, ends take effect, and those that
nobody uses are put away where the organisation wants that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from doorward.model.configuration import Configuration
from doorward.model.errors import Invalid, NotFound
from doorward.model.ids import Credential, ServiceTokenId
from doorward.model.policy import Policy
from doorward.model.service_token import CleanUp, ServiceToken, TokenState
from doorward.policy.rule_groups import parts
from doorward.ports.clock import Clock
from doorward.ports.service_token_uses import ServiceTokenUse, ServiceTokenUses
from doorward.services.current import Current
from doorward.services.live_streams import LiveStreams
from doorward.services.publish import Publisher
from doorward.services.service_tokens import ServiceTokens
from doorward.services.sightings import Sightings

log = structlog.get_logger("services.service_token_upkeep")

WARNED: Final = timedelta(days=7)
"""How long before its end an administrator is warned of it."""


class ServiceTokenUpkeep:
    """Holds what it saw in its last round, so that it can tell what has changed since."""

    def __init__(
        self,
        uses: ServiceTokenUses,
        *,
        current: Current,
        sightings: Sightings,
        tokens: ServiceTokens,
        publisher: Publisher,
        streams: LiveStreams,
        clock: Clock,
    ) -> None:
        self._uses = uses
        self._current = current
        self._sightings = sightings
        self._tokens = tokens
        self._publisher = publisher
        self._streams = streams
        self._clock = clock
        self._holding: frozenset[Credential] = frozenset()
        self._disabled: frozenset[ServiceTokenId] = frozenset()

    async def every_second(self) -> None:
        """Write down what was seen, and let what has just ended end everywhere.

        Raises Unavailable when the database does not answer; the next round does it then.
        """
        now = self._clock.now()
        await self._write_sightings(now)
        holding = frozenset(self._current.get().credentials(now))
        if self._holding - holding:
            await self._publisher.publish()
            await self._streams.recheck()
        self._holding = holding

    async def every_minute(self) -> None:
        """Begin the record of new service tokens, end that of those that are gone, and clean up.

        Raises Unavailable when the database does not answer; the next round does it then.
        """
        now = self._clock.now()
        configuration = self._current.get().configuration
        await self._uses.keep_only([token.client_id for token in configuration.service_tokens])
        known = await self._uses.listed()
        begun = [
            _begun(token, known.get(token.client_id), now)
            for token in configuration.service_tokens
            if token.client_id not in known or (token.id in self._disabled and not token.disabled)
        ]
        if begun:
            await self._uses.write(begun)
        self._disabled = frozenset(token.id for token in configuration.service_tokens if token.disabled)
        uses = {**known, **{use.client_id: use for use in begun}}
        for token, action in unused(configuration, uses, now):
            await self._put_away(token, action)

    async def _write_sightings(self, now: datetime) -> None:
        due = self._sightings.due(now)
        if not due:
            return
        known = await self._uses.listed()
        there = {token.client_id for token in self._current.get().configuration.service_tokens}
        await self._uses.write(
            [
                replace(
                    known.get(client_id) or ServiceTokenUse(client_id=client_id, since=sighting.seen),
                    seen=sighting.seen,
                    source=sighting.source,
                )
                for client_id, sighting in due.items()
                if client_id in there
            ]
        )
        self._sightings.written(due, now=now)

    async def _put_away(self, token: ServiceToken, action: CleanUp) -> None:
        try:
            if action is CleanUp.DELETE:
                await self._tokens.delete(token.id)
            else:
                await self._tokens.disable(token.id)
        except (Invalid, NotFound) as error:  # an administrator was quicker: the next round sees that
            log.info("an unused service token stays", service_token=token.id, reason=str(error))
            return
        log.warning("unused service token put away", service_token=token.id, action=action.value)


def _begun(token: ServiceToken, known: ServiceTokenUse | None, now: datetime) -> ServiceTokenUse:
    if known is None:
        return ServiceTokenUse(client_id=token.client_id, since=now)
    return replace(known, since=now)


def unused(
    configuration: Configuration, uses: Mapping[str, ServiceTokenUse], now: datetime
) -> list[tuple[ServiceToken, CleanUp]]:
    """The service tokens that the organisation's rule puts away now, and how. One that a rule of a policy
    names cannot be deleted: it is disabled instead."""
    rule = configuration.unused_service_tokens
    if rule is None:
        return []
    named = _named_by_rules(configuration)
    found = []
    for token in configuration.service_tokens:
        use = uses.get(token.client_id)
        action = CleanUp.DISABLE if token.id in named else rule.action
        if use is None or now - use.unused_since < rule.after:
            continue
        if action is CleanUp.DELETE or not token.disabled:
            found.append((token, action))
    return found


def _named_by_rules(configuration: Configuration) -> set[str]:
    rules = [group.rules for group in configuration.rule_groups]
    rules += [policy.rules for policy in configuration.policies]
    for application in configuration.applications:
        rules += [entry.rules for entry in application.policies if isinstance(entry, Policy)]
    return {
        selector.value
        for each in rules
        for _, selectors in parts(each)
        for selector in selectors
        if selector.kind == "service_token"
    }


def expiry_warnings(configuration: Configuration, now: datetime) -> list[str]:
    """A sentence for each service token that has expired or will within a week."""
    warnings = []
    for token in configuration.service_tokens:
        if token.expires is None or token.disabled:
            continue
        if token.state(now) is TokenState.EXPIRED:
            end, what = f"expired on {token.expires:%Y-%m-%d}", "refresh or delete it"
        elif token.expires - now <= WARNED:
            end, what = f"expires in {(token.expires - now).days} days, on {token.expires:%Y-%m-%d}", ""
            what = f"doorward service-token refresh {token.id}"
        else:
            continue
        warnings.append(f"service token {token.id}: {end}: {what}")
    return warnings
