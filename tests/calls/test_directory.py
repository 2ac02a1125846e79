"""Legs by transaction and dialog, and nothing left of those that are over."""

from __future__ import annotations

from softswitch.calls.directory import Directory
from softswitch.sip.signals import DialogId


def test_a_leg_is_found_by_what_is_its_own_until_it_is_forgotten():
    directory = Directory()
    one, other = object(), object()
    dialogs = [DialogId("call", "a", "b"), DialogId("call", "a", "c")]
    directory.expect(("k1", "INVITE"), one)
    directory.expect(("k2", "INVITE"), one)
    directory.know(dialogs[0], one)
    directory.know(dialogs[1], other)
    assert len(directory) == 2
    assert directory.of_transaction(("k2", "INVITE")) is one
    assert directory.of_dialog(dialogs[0]) is one
    assert directory.of_dialog(DialogId("call", "b", "a")) is None
    directory.forget(one)
    assert (directory.of_transaction(("k1", "INVITE")), directory.of_dialog(dialogs[0])) == (None, None)
    assert directory.of_dialog(dialogs[1]) is other
    directory.forget(one)  # Twice is no fault.
    directory.forget(other)
    assert len(directory) == 0
