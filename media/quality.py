"""How good a call sounded, by the E-model (ITU-T G.107, 06/2015) for G.711 with concealment.

From what is measured anyway (delay, loss) to a rating R of 0-100, from there to the opinion that people
would give (MOS, 1-5). All else keeps the model's default values (§7.7).
"""

from __future__ import annotations

from math import log2
from typing import Final

BEST_RATING: Final = 93.2
"""R where nothing is lost and nothing late: Ro 94.77 less Is 1.41 and the line's own echo 0.15 (§7.7)."""
NOTICED_DELAY: Final = 100.0
"""Milliseconds of delay that nobody minds: mT of the class "default", table 1 of §7.4."""
SHARPNESS: Final = 6.0
"""Exponent of the delay's curve: 6 sT, with sT = 1 of the class "default" (§7.4)."""
LOSS_ROBUSTNESS: Final = 25.1
"""Bpl of G.711 with concealment by its appendix I (G.113 appendix I); without it 4.3."""
WORST_IMPAIRMENT: Final = 95.0
"""What loss of everything would take from R (§7.5)."""

BEST_MOS: Final = 4.5
WORST_MOS: Final = 1.0


def rating(*, delay_ms: float, loss: float, burst: float = 1.0) -> float:
    """Return the transmission rating R, 0 to 93.2: higher is better, below 50 is not recommended.

    ``delay_ms`` is the absolute one-way delay Ta from mouth to ear, jitter buffers included. ``loss`` is the
    share of packets lost or too late to be played, 0 to 1; duplicates can make a count say less than none,
    which is none. ``burst`` is BurstR, the mean length of the bursts of loss over the length that pure
    chance would give: 1 for random loss, more for bursts. Raises ValueError when it is not above zero.

    Echo cancelled at both ends is taken for granted, so of Id only Idd is left. Source: G.107 §7.1, §7.4
    and §7.5.
    """
    if burst <= 0:
        raise ValueError(f"{burst} is no burst ratio")
    return max(0.0, BEST_RATING - _delay_impairment(delay_ms) - _loss_impairment(loss, burst))


def _delay_impairment(delay_ms: float) -> float:
    """Return Idd, what delay takes from R by making people interrupt each other (G.107 §7.4)."""
    if delay_ms <= NOTICED_DELAY:
        return 0.0
    doublings = log2(delay_ms / NOTICED_DELAY)
    return 25.0 * (_soft_corner(doublings) - 3.0 * _soft_corner(doublings / 3.0) + 2.0)


def _soft_corner(x: float) -> float:
    """Return about 1 for small ``x`` and about ``x`` for large: the term of which Idd is made."""
    return float((1.0 + x**SHARPNESS) ** (1.0 / SHARPNESS))


def _loss_impairment(loss: float, burst: float) -> float:
    """Return Ie-eff, what coding and loss take from R; Ie of G.711 itself is 0 (G.107 §7.5, G.113)."""
    percent = 100.0 * min(max(loss, 0.0), 1.0)
    return WORST_IMPAIRMENT * percent / (percent / burst + LOSS_ROBUSTNESS)


def mos(rating: float) -> float:
    """Return the mean opinion score, 1 to 4.5, that goes with a rating R (G.107 annex B).

    The polynomial dips below 1 between R 0 and 6.5, where no opinion lies: there 1 is returned.
    """
    if rating <= 0.0:
        return WORST_MOS
    if rating >= 100.0:
        return BEST_MOS
    return max(WORST_MOS, 1.0 + 0.035 * rating + rating * (rating - 60.0) * (100.0 - rating) * 7e-6)
