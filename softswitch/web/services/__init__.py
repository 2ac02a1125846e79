"""What the interface stands on: service objects that are handed in, each as a Protocol of its own."""

from __future__ import annotations

from dataclasses import dataclass

from softswitch.web.services.kept import AuditTrail, Outbox, ProviderHooks, Recordings, Voicemail
from softswitch.web.services.line import (
    CallControl,
    Calls,
    LiveCalls,
    Messages,
    Numbers,
    Queues,
    Schedules,
)
from softswitch.web.services.people import Customers, Orders, Tickets
from softswitch.web.services.ratings import Ratings

__all__ = [
    "AuditTrail",
    "CallControl",
    "Calls",
    "Customers",
    "LiveCalls",
    "Messages",
    "Numbers",
    "Orders",
    "Outbox",
    "ProviderHooks",
    "Queues",
    "Ratings",
    "Recordings",
    "Schedules",
    "Services",
    "Tickets",
    "Voicemail",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything that can be asked for; None is a part that this line does not have."""

    calls: Calls
    live: LiveCalls
    control: CallControl
    queues: Queues
    audit: AuditTrail
    numbers: Numbers
    customers: Customers | None = None
    tickets: Tickets | None = None
    orders: Orders | None = None
    schedules: Schedules | None = None
    ratings: Ratings | None = None
    recordings: Recordings | None = None
    voicemail: Voicemail | None = None
    messages: Messages | None = None
    outbox: Outbox | None = None
    providers: ProviderHooks | None = None
