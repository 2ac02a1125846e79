"""What leads outside, built: whom TLS trusts, where names lead, the trunks, and the lines over them."""

from __future__ import annotations

import ipaddress
import random
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from datetime import UTC

from softswitch.bus import EventLog
from softswitch.calls.call import Destination
from softswitch.clock import Clock
from softswitch.config import Config
from softswitch.errors import StartError
from softswitch.events import LegAnswered, LegEnded, TrunkTaken
from softswitch.ids import Tokens
from softswitch.ivr.publishing.living import LivingTrees
from softswitch.outside import OutsideLines
from softswitch.sip.networks import Network
from softswitch.storage.event_store import EventStore
from softswitch.transport.driver import SipDriver
from softswitch.transport.resolver import DnsService, Resolver
from softswitch.transport.tls import Trust
from softswitch.trunks.service import Trunks

SPOKEN = ("UDP", "TCP", "TLS")
"""Transports by which a trunk is reached."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What the ways outside stand on."""

    config: Config
    driver: SipDriver
    clock: Clock
    log: EventLog
    token: Tokens


class TrunkRoom:
    """All that leads outside; it comes to life when the switch listens."""

    def __init__(
        self, ground: Ground, living: LivingTrees, inside: Callable[[str], Destination | None]
    ) -> None:
        config, driver = ground.config, ground.driver
        self._clock = ground.clock
        self._resolver = Resolver(
            DnsService(),
            spoken=SPOKEN,
            random=random.random,
            # Where only IPv4 is bound, an IPv6 address leads nowhere.
            usable=lambda address: ":" in config.sip.bind or ":" not in address,
            changed=lambda: self.trunks.located(),
            troubled=lambda target, why: self.trunks.troubled(target, why),
        )
        self.trunks = Trunks(
            config.trunks,
            driver,
            clock=ground.clock,
            log=ground.log,
            hop_to=lambda place: driver.hop(place.transport, place.host, place.port, name=place.name),
            places=self._resolver.places,
            token=ground.token,
            random=random.random,
        )
        self.lines = OutsideLines(
            config,
            {user: part.outside for user, part in config.accounts.items()},
            self.trunks,
            clock=ground.clock,
            token=ground.token,
            inside=inside,
            menus=living.numbers,
        )

    def run(self, start: Callable[[Coroutine[None, None, None]], None]) -> None:
        """Look names up and keep registered as long as the switch runs."""
        start(self._resolver.run(self.trunks.targets()))
        start(self.trunks.run())

    async def count_today(self, events: EventStore) -> None:
        """Count what was talked over trunks today before this start: a restart gives no minutes back."""
        now = self._clock.wall().astimezone(UTC)
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        told = await events.of_calls_with(TrunkTaken, (TrunkTaken, LegAnswered, LegEnded), since=midnight)
        self.lines.usage.replay(told, now)


def trunk_networks(config: Config) -> Iterator[Network]:
    """Yield whence trunks call: they are not slowed as strangers are."""
    for trunk in config.trunks.values():
        yield from (ipaddress.ip_network(one) for one in trunk.addresses)


def trust_of(config: Config) -> Trust:
    """Return whom TLS is opened to: trunks, as each says. Raises StartError for unreadable authorities."""
    trust = Trust()
    for trunk in config.trunks.values():
        for name in trunk.certified_names():
            try:
                trust.add(name, authorities=trunk.tls_authorities, verify=trunk.tls_verify)
            except OSError as error:
                reason = f"the authorities of {name} cannot be read from {trunk.tls_authorities}: {error}"
                raise StartError(reason) from error
    return trust
