"""Who rings, and who that is: told to agents' screens the moment an INVITE goes to their phones.

The ring is told at once, and whatever is known of the caller follows it. Looking that up is a task of its
own with a limit: a slow or broken database delays no ring and no call. For a caller from outside it begins
with the call, so that it is mostly done before anybody's phone rings.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from softswitch.calls.origin import ANONYMOUS
from softswitch.events import (
    CallArrived,
    CallEnded,
    CustomerIdentified,
    Entry,
    LegAnswered,
    LegEnded,
    LegInvited,
)
from softswitch.web.live import KINDS_READ as OF_LIVE
from softswitch.web.live import Live, LiveCalls
from softswitch.web.pop_url import pop_url
from softswitch.web.resources.events import Card, CardFor, Ring, RingOver
from softswitch.web.services import Numbers
from softswitch.web.stream import Hub

logger = logging.getLogger(__name__)

KINDS_READ: Final = tuple(
    {*OF_LIVE, CallArrived, CallEnded, CustomerIdentified, LegInvited, LegAnswered, LegEnded}
)
MOST_LOOKUPS: Final = 50
"""At once: more would only wait for each other, and the calls' own look-ups for them."""
CONTACTS: Final = 10
RINGING: Final = "ringing"
CARD: Final = "card"
RING_OVER: Final = "ring_over"


class Cards(Protocol):
    """Where callers are looked up."""

    async def card(self, number: str, customer: str = "") -> Card | None:
        """Return what is known of a number, None where nobody knows it. May take its time, and fail.

        ``customer`` is the id of who was found already, whatever number calls.
        """
        ...


@dataclass(frozen=True, slots=True)
class PopUrls:
    """Templates of pages to open: of a customer, and of the form for a new one."""

    known: str = ""
    unknown: str = ""


@dataclass(frozen=True, slots=True)
class CardFound:
    """What came of a look-up: ``card`` is None for nobody we know, ``failed`` says that nobody can tell."""

    card: Card | None = None
    failed: bool = False


class Rings:
    """Reads the log and tells the hub. :meth:`open` it before anything is looked up."""

    def __init__(
        self,
        hub: Hub,
        live: LiveCalls,
        numbers: Numbers,
        *,
        is_account: Callable[[str], bool],
        cards: Cards | None,
        card_timeout: float,
        urls: PopUrls | None = None,
    ) -> None:
        self._hub = hub
        self._live = live
        self._numbers = numbers
        self._is_account = is_account
        self._cards = cards
        self._card_timeout = card_timeout
        self._urls = urls or PopUrls()
        self._tasks: asyncio.TaskGroup | None = None
        self._lookups: dict[tuple[str, str], asyncio.Task[CardFound]] = {}
        self._identified: dict[str, str] = {}
        """Whom a menu has found the caller to be: the customer, by call."""
        self._running = 0

    @property
    def pending(self) -> int:
        """How many look-ups are kept, those that are done too."""
        return len(self._lookups)

    def open(self, tasks: asyncio.TaskGroup) -> None:
        """Look up from now on; the tasks belong to this group."""
        self._tasks = tasks

    def close(self) -> None:
        """Look nothing up any more, and give up what is being looked up."""
        self._tasks = None
        for task in self._lookups.values():
            task.cancel()
        self._lookups.clear()

    def read(self, entry: Entry) -> None:
        """Take an entry of the log; no I/O."""
        over = self._live.find(entry.call) if isinstance(entry.event, LegAnswered | LegEnded) else None
        rang = over is not None and _is_ringing(over, entry.event)
        self._live.read(entry)
        match entry.event:
            case CallArrived(trunk=trunk, caller=caller) if trunk and self._hub.followers:
                self._look_up(entry.call, caller)
            case LegInvited(leg=leg, party=party) if self._is_account(party):
                self._rings(entry, leg, party)
            case LegAnswered(leg=leg, party=party) if rang and self._is_account(party):
                self._over(entry.call, leg, party, answered=True)
            case LegEnded(leg=leg, party=party, reason=reason) if rang and self._is_account(party):
                self._over(entry.call, leg, party, answered=False, reason=reason)
            case CustomerIdentified(customer=customer) if self._live.find(entry.call) is not None:
                self._identified[entry.call] = customer
            case CallEnded():
                self._identified.pop(entry.call, None)
                for key in [key for key in self._lookups if key[0] == entry.call]:
                    if self._lookups[key].done():
                        del self._lookups[key]
            case _:
                pass

    def ringing_now(self, agent: str) -> list[Ring]:
        """Return what rings at an account's phones now, for a screen that was opened just then."""
        return [self._ring(call, leg, agent) for call, leg in self._live.ringing(agent)]

    def look_again(self, agent: str) -> None:
        """Send the cards of what rings at an account's phones now."""
        for call, leg in list(self._live.ringing(agent)):
            self._send_card(call, leg, agent)

    # Rings

    def _rings(self, entry: Entry, leg: str, agent: str) -> None:
        call = self._live.find(entry.call)
        if call is None or not self._hub.is_followed(agent):
            return
        self._hub.tell(RINGING, agent, self._ring(call, leg, agent))
        self._send_card(call, leg, agent)

    def _ring(self, call: Live, leg: str, agent: str) -> Ring:
        shown = self._numbers.hidden(call.id)
        at = call.seats[leg].at
        return Ring(
            call=call.id,
            leg=leg,
            agent=agent,
            at=at,
            caller=call.party if shown is None else shown,
            caller_name=call.party_name if shown is None else "",
            hidden=shown is not None,
            called=call.arrived.called,
            queue=call.queue,
            waited_s=round(call.waited(at), 3),
            menu_path=tuple(call.path),
            trunk=call.arrived.trunk,
        )

    def _over(self, call: str, leg: str, agent: str, *, answered: bool, reason: str = "") -> None:
        if self._hub.is_followed(agent):
            over = RingOver(call=call, leg=leg, agent=agent, answered=answered, reason=reason)
            self._hub.tell(RING_OVER, agent, over)

    # Cards

    def _send_card(self, call: Live, leg: str, agent: str) -> None:
        if self._cards is None or self._tasks is None:
            return
        looking = self._look_up(call.id, call.party)
        values = {
            "call": call.id,
            "agent": agent,
            "queue": call.queue,
            "number": call.party if self._numbers.hidden(call.id) is None else "",
        }
        if looking is None:
            self._tell_card(leg, values, CardFound(failed=True))
        elif looking.done():
            self._tell_card(leg, values, looking.result())
        else:
            looking.add_done_callback(
                lambda task: None if task.cancelled() else self._tell_card(leg, values, task.result())
            )

    def _tell_card(self, leg: str, values: dict[str, str], found: CardFound) -> None:
        hidden = not values["number"]
        card = found.card or Card()
        if card.customer is not None:
            values = {**values, "customer": card.customer.id}
        template = self._urls.known if card.customer is not None else self._urls.unknown
        opens = not found.failed and not card.candidates
        told = CardFor(
            call=values["call"],
            leg=leg,
            agent=values["agent"],
            state=_state(found.failed, card),
            card=_without_numbers(card) if hidden else card,
            pop_url=pop_url(template, values) if opens else "",
        )
        self._hub.tell(CARD, values["agent"], told)

    def _look_up(self, call: str, number: str) -> asyncio.Task[CardFound] | None:
        """Return the look-up of a number for a call, begun now unless it was; None where none can begin."""
        customer = self._identified.get(call, "")
        key = call, customer or number
        if (known := self._lookups.get(key)) is not None:
            return known
        if self._cards is None or self._tasks is None or self._running >= MOST_LOOKUPS:
            return None
        self._running += 1
        looking = self._tasks.create_task(
            self._found(self._cards, number, customer), name=f"card for call {call}"
        )
        self._lookups[key] = looking
        looking.add_done_callback(lambda _: self._looked_up(key))
        return looking

    def _looked_up(self, key: tuple[str, str]) -> None:
        self._running -= 1
        if self._live.find(key[0]) is None:
            self._lookups.pop(key, None)

    async def _found(self, cards: Cards, number: str, customer: str) -> CardFound:
        if not customer and (not number or number == ANONYMOUS):
            return CardFound()
        try:
            async with asyncio.timeout(self._card_timeout):
                card = await cards.card(number, customer)
        except TimeoutError:
            logger.warning("a caller's card was not there within %g s", self._card_timeout)
            return CardFound(failed=True)
        except Exception:
            # Whatever is wrong behind, it is no call's business.
            logger.exception("a caller's card could not be looked up")
            return CardFound(failed=True)
        if card is None:
            return CardFound()
        return CardFound(card.model_copy(update={"contacts": card.contacts[:CONTACTS]}))


def _is_ringing(call: Live, event: object) -> bool:
    """Tell whether an event is about a leg that has rung until now."""
    if not isinstance(event, LegAnswered | LegEnded):
        return False
    seat = call.seats.get(event.leg)
    return seat is not None and event.leg != call.served and seat.state in ("calling", "ringing")


def _state(failed: bool, card: Card) -> Literal["found", "several", "new", "unavailable"]:
    if failed:
        return "unavailable"
    if card.customer is not None:
        return "found"
    return "several" if card.candidates else "new"


def _without_numbers(card: Card) -> Card:
    """Return a card with nothing by which the customer could be called or written to."""
    hidden = {"numbers": (), "emails": ()}
    customer = None if card.customer is None else card.customer.model_copy(update=hidden)
    return Card(
        customer=customer,
        candidates=tuple(one.model_copy(update=hidden) for one in card.candidates),
        contacts=tuple(one.model_copy(update={"number": "", "text": ""}) for one in card.contacts),
        tickets=tuple(one.model_copy(update={"number": ""}) for one in card.tickets),
        order=None if card.order is None else card.order.model_copy(update={"phone": "", "email": ""}),
        silent_shops=card.silent_shops,
    )
