"""Tickets."""

from __future__ import annotations

import pytest

from softswitch.web.entrance import MOST_TICKETS, TICKET_SECONDS, Tickets
from softswitch.web.errors import Busy
from softswitch.web.model import Token
from tests.fakes.clock import START, FakeClock

TOKEN = Token("A", "crm", ("events:read",), "", START)


def test_a_ticket_holds_once() -> None:
    tickets = Tickets(FakeClock())
    ticket = tickets.give(TOKEN)
    assert tickets.take("x") is None
    assert tickets.take(ticket) is TOKEN
    assert tickets.take(ticket) is None


def test_a_ticket_holds_for_a_moment() -> None:
    clock = FakeClock()
    tickets = Tickets(clock)
    ticket = tickets.give(TOKEN)
    clock.advance(TICKET_SECONDS)
    assert tickets.take(ticket) is None


def test_there_are_only_so_many() -> None:
    clock = FakeClock()
    tickets = Tickets(clock)
    for _ in range(MOST_TICKETS):
        tickets.give(TOKEN)
    with pytest.raises(Busy):
        tickets.give(TOKEN)
    clock.advance(TICKET_SECONDS)
    assert tickets.give(TOKEN)
