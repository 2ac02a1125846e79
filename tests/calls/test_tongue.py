"""How somebody wants to be spoken to."""

from __future__ import annotations

from dataclasses import replace

from softswitch.calls.tongue import AS_IT_COMES, PACES, Tongue


def test_each_press_is_slower_and_after_the_slowest_it_is_as_usual() -> None:
    tongue, heard = AS_IT_COMES, []
    for _ in range(2 * len(PACES)):
        tongue = replace(tongue, pace=tongue.slower)
        heard.append(tongue.pace)
    assert heard == [*PACES[1:], PACES[0]] * 2


def test_a_pace_between_two_goes_on_to_the_next_slower_one() -> None:
    assert Tongue(pace=0.9).slower == 0.85
    assert Tongue(pace=0.5).slower == 1.0
