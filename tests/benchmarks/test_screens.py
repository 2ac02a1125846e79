"""Every ring of the bench reaches its screen, with its card."""

from __future__ import annotations

from benchmarks.screens import Times, measured, share, table


async def test_every_ring_is_told_with_its_card():
    times = await measured(calls=10, screens=3, seconds=1.5, customers=100, contacts=1000)
    assert len(times.ring) == len(times.card) == 10
    assert len(times.event) == len(times.append_us) == 140
    assert max(times.ring) < max(times.card) + 1000


def test_the_figures():
    assert share([3.0, 1.0, 2.0], 0.5) == 2.0
    assert share([], 0.5) == 0.0
    assert "INVITE to card" in table(Times())
