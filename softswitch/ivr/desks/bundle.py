"""What trees reach besides the caller and the queues: one desk for each kind of errand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from softswitch.ivr.desks.book import Book, NoBook
from softswitch.ivr.desks.clerk import Clerk, NoClerk
from softswitch.ivr.desks.gate import Gate, NoGate
from softswitch.ivr.desks.hours import Hours, NoHours
from softswitch.ivr.desks.memory import Memory, NoMemory
from softswitch.ivr.desks.post import NoPost, Post
from softswitch.ivr.desks.shops import NoShops, Shops
from softswitch.ivr.desks.staff import NoStaff, Staff
from softswitch.ivr.desks.till import NoTill, Till
from softswitch.ivr.desks.wires import NoWires, Wires


def _as_it_is(moment: datetime) -> datetime:
    return moment


@dataclass(frozen=True, slots=True)
class Desks:
    """The desks of a switch. One that a switch does not have says so and does nothing."""

    till: Till = field(default_factory=NoTill)
    """Where callers pay."""
    gate: Gate = field(default_factory=NoGate)
    """Who finds out who callers are by what they know."""
    hours: Hours = field(default_factory=NoHours)
    """The opening hours."""
    book: Book = field(default_factory=NoBook)
    """Who customers are."""
    shops: Shops = field(default_factory=NoShops)
    """Who knows their orders."""
    staff: Staff = field(default_factory=NoStaff)
    """Who looks after callers, and who is free."""
    clerk: Clerk = field(default_factory=NoClerk)
    """Who knows the queues of tickets."""
    post: Post = field(default_factory=NoPost)
    """Who sends mails and text messages."""
    wires: Wires = field(default_factory=NoWires)
    """Who asks other systems."""
    memory: Memory = field(default_factory=NoMemory)
    """Who keeps what callers chose in earlier calls."""
    local: Callable[[datetime], datetime] = _as_it_is
    """Returns a moment as the clock on the wall shows it: which day it is, where callers type one."""
