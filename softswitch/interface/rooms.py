"""What programs reach of the rooms that a line has: an adapter each, built in one place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from softswitch.back_office import BackOffice
from softswitch.config import Config
from softswitch.interface.customers import LineCards, LineCustomers
from softswitch.interface.messages import LineMessages
from softswitch.interface.orders import LineOrders
from softswitch.interface.providers import LineProviders
from softswitch.interface.ratings import LineRatings
from softswitch.interface.recordings import LineRecordings
from softswitch.interface.schedules import LineSchedules
from softswitch.interface.tickets import LineTickets
from softswitch.interface.voicemail import LineVoicemail
from softswitch.signalling import Signalling
from softswitch.storage.request_store import RequestStore
from softswitch.web.config import ApiConfig
from softswitch.web.services import Services


def cards_of(config: ApiConfig, office: BackOffice) -> LineCards:
    """Return where callers are looked up."""
    return LineCards(office.customers.customers, config.card_timeout, office.shops.orders)


def with_rooms(config: Config, office: BackOffice, signalling: Signalling) -> Callable[[Services], Services]:
    """Return what adds the services of this line's rooms; a room that it does not have stays None."""
    voicemail, customers = signalling.voicemail, office.customers
    has_boxes = bool(config.voicemail.boxes or config.voicemail.requests)
    clock = signalling.clock

    def added(services: Services) -> Services:
        requests = RequestStore(office.database, clock)
        boxes = LineVoicemail(config.voicemail, voicemail.boxes, voicemail.lamps, requests, clock)
        return replace(
            services,
            customers=LineCustomers(customers.customers, customers.privacy),
            orders=LineOrders(office.shops, customers.customers) if config.shops else None,
            tickets=LineTickets(office.tickets, office.ticket_store, customers.customers),
            schedules=LineSchedules(signalling.hours.schedules),
            ratings=LineRatings(office.ratings),
            recordings=LineRecordings(office.archive.catalogue),
            messages=LineMessages(office.messages) if config.sms else None,
            voicemail=boxes if has_boxes else None,
            providers=LineProviders(office.payments) if office.payments.providers else None,
        )

    return added
