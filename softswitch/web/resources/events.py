"""What the event stream tells: who rings, and who that is."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import ConfigDict, Field

from softswitch.web.resources.base import Resource
from softswitch.web.resources.people import Contact, Customer, Order, Ticket


class Ring(Resource):
    """An agent's phone is being rung: sent the moment its INVITE goes out.

    ``caller`` is what agents are shown; it may stand for a number that is ``hidden`` from them, who can call
    it back by the call's id all the same.
    """

    model_config = ConfigDict(
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "call": "01J9Z8Q4M2K7XW5T3R6P8N0BCD",
                    "leg": "b1",
                    "agent": "1001",
                    "at": "2026-03-02T10:15:00.012Z",
                    "caller": "+48600100200",
                    "caller_name": "",
                    "called": "300",
                    "queue": "sales",
                    "waited_s": 31.5,
                }
            ]
        },
    )

    call: str
    leg: str
    agent: str
    at: datetime
    caller: str
    caller_name: str = ""
    hidden: bool = False
    called: str
    queue: str = ""
    waited_s: float = 0.0
    menu_path: tuple[str, ...] = ()
    trunk: str = ""


class Card(Resource):
    """What is known of a caller: the customer, the last ten contacts, open tickets, the last order."""

    customer: Customer | None = None
    candidates: tuple[Customer, ...] = Field(
        default=(), description="Where several have the number: all of them, and no `customer`."
    )
    contacts: tuple[Contact, ...] = Field(default=(), description="The last ten, the newest first.")
    tickets: tuple[Ticket, ...] = Field(default=(), description="Those that are open.")
    order: Order | None = Field(default=None, description="The last order, as far as shops have told it.")
    silent_shops: tuple[str, ...] = Field(
        default=(), description="Shops that have not answered yet: `/v1/orders/last` asks them again."
    )


class CardFor(Resource):
    """The card that belongs to a ring; it follows it, at once or when it has been found.

    ``state`` says what came of looking: ``found``, ``several`` have the number, ``new`` (nobody we know: the
    form for a new customer), or ``unavailable`` (what lies behind has not answered in time). ``pop_url`` is
    the page to open.
    """

    call: str
    leg: str
    agent: str
    state: Literal["found", "several", "new", "unavailable"]
    card: Card = Card()
    pop_url: str = ""


class RingOver(Resource):
    """An agent's phone rings no more: it was answered, or not."""

    call: str
    leg: str
    agent: str
    answered: bool
    reason: str = Field(default="", description="Why it rings no more, where nobody has answered.")
