from softswitch.ivr.desks.bundle import Desks
from softswitch.ivr.desks.clerk import NoClerk, Wanted


def test_a_switch_without_tickets_makes_none():
    assert NoClerk().asked(Wanted("t.a.1", "missed")) is None
    assert isinstance(Desks().clerk, NoClerk)
