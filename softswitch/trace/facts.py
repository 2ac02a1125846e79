"""What is known of a call when one asks what was wrong: its record, its events, and each leg's messages."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from softswitch.calls.record import CallRecord, LegRecord, call_record
from softswitch.events import Entry, Event
from softswitch.trace.ladder import legs_of
from softswitch.trace.messages import Message, repeats

Kind = TypeVar("Kind", bound=Event)

PRIVATE: Final = tuple(
    ipaddress.ip_network(network)
    # RFC 1918, RFC 3927, RFC 6598, RFC 4193, RFC 4291: what nobody outside can send to.
    for network in (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "169.254.0.0/16",
        "100.64.0.0/10",
        "fc00::/7",
        "fe80::/10",
    )
)


@dataclass(frozen=True, slots=True)
class LegFacts:
    """One leg. ``registered`` is the last REGISTER of its phone before the call, None when not known."""

    record: LegRecord
    messages: tuple[Message, ...]
    registered: Message | None = None

    @property
    def party(self) -> str:
        """Whose phone it is."""
        return self.record.party

    def requests(self, method: str, *, came: bool) -> list[Message]:
        """Return the requests of a method that came, or that went, repeats left out."""
        fresh = zip(self.messages, repeats(self.messages), strict=True)
        return [
            one
            for one, again in fresh
            if not again and one.is_request and one.method == method and one.came is came
        ]

    def responses(self, method: str, *, came: bool, least: int = 100, most: int = 699) -> list[Message]:
        """Return the responses to requests of a method that came, or that went, repeats left out."""
        fresh = zip(self.messages, repeats(self.messages), strict=True)
        return [
            one
            for one, again in fresh
            if not again and least <= one.status <= most and one.method == method and one.came is came
        ]

    def times_sent(self, message: Message) -> int:
        """Return how often a message passed in all."""
        return sum(one.noted.data == message.noted.data and one.came is message.came for one in self.messages)

    @property
    def rang(self) -> Message | None:
        """The first sign of the phone that it rings."""
        return next(iter(self.responses("INVITE", came=True, least=180, most=189)), None)


@dataclass(frozen=True, slots=True)
class Facts:
    """One call. ``numbers`` could be dialled then; ``worker_died`` is why a media worker ended meanwhile."""

    record: CallRecord
    entries: tuple[Entry, ...]
    legs: tuple[LegFacts, ...]
    numbers: tuple[str, ...] = ()
    worker_died: str = ""

    def of_leg(self, kind: type[Kind], leg: LegFacts) -> list[Kind]:
        """Return the events of one kind that a leg had."""
        events = (entry.event for entry in self.entries)
        return [
            event
            for event in events
            if isinstance(event, kind) and getattr(event, "leg", "") == leg.record.leg
        ]

    @property
    def caller(self) -> LegFacts | None:
        """The caller's leg."""
        return next((leg for leg in self.legs if leg.record.is_caller), None)

    @property
    def called(self) -> list[LegFacts]:
        """The legs of the phones that were called."""
        return [leg for leg in self.legs if not leg.record.is_caller]


def facts_of(
    entries: Sequence[Entry],
    messages: Sequence[Message],
    *,
    numbers: tuple[str, ...] = (),
    worker_died: str = "",
    registered: Callable[[str], Message | None] = lambda party: None,
) -> Facts:
    """Return the facts of the call whose events and messages these are; ValueError for no events."""
    record, ids = call_record(entries), legs_of(entries)
    legs = []
    for leg in record.legs:
        call_id = ids.get(leg.leg, "")
        mine = tuple(message for message in messages if _same(message.call_id, call_id))
        legs.append(LegFacts(leg, mine, None if leg.is_caller else registered(leg.party)))
    return Facts(record, tuple(entries), tuple(legs), numbers, worker_died)


def is_private(host: str) -> bool:
    """Tell whether an address can be reached from its own network only; False for a name."""
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return any(address in network for network in PRIVATE if network.version == address.version)


def host_of(address: str) -> str:
    """Return the host of ``host:port``, without brackets."""
    return address.rpartition(":")[0].strip("[]")


def _same(call_id: str, known: str) -> bool:
    return bool(known) and (call_id == known or (known.endswith("…") and call_id.startswith(known[:-1])))
