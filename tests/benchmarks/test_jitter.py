"""The measurement of bad networks, with a score that needs no package: likeness of short spectra."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import jitter
from benchmarks.jitter import FixedArrivals, Listening, Outcome, Row, main, outcome, shortfalls, table
from benchmarks.network import Network
from media.g711 import Samples

FRAME = 160


def voice(seconds: float) -> Samples:
    """Return a buzz whose pitch and loudness move, with pauses: enough of a voice to lose pieces of."""
    time = np.arange(round(seconds * 8000)) / 8000
    phase = 2 * np.pi * np.cumsum(110 + 30 * np.sin(2 * np.pi * 0.7 * time)) / 8000
    tone = sum(np.sin(n * phase) / n for n in range(1, 12))
    loud = np.clip(np.sin(2 * np.pi * 1.3 * time), 0, 1) ** 0.5
    return np.round(2500 * tone * loud).astype(np.int16)


def likeness(clean: Samples, heard: Samples) -> float:
    """Return how alike two sounds are in loudness from frame to frame, 1 for the same."""
    length = min(len(clean), len(heard)) // FRAME * FRAME
    one, other = (np.sqrt((x[:length].reshape(-1, FRAME) ** 2.0).mean(axis=1)) for x in (clean, heard))
    best = max(float(np.corrcoef(one[: -shift or None], other[shift:])[0, 1]) for shift in range(15))
    return best


def test_a_network_without_faults_gives_the_voice_itself():
    sound, missing, delays = Listening(voice(4.0)).hear(Network("good", delay_ms=10.0).arrivals(200, 1))
    assert missing < 0.01
    assert delays.max() - delays.min() <= 20.0
    assert likeness(voice(4.0), sound) > 0.99


def test_concealment_is_nearer_to_the_voice_than_silence():
    sent = voice(12.0)
    network = Network("loss", delay_ms=20.0, loss=0.10)
    concealed = outcome(network, lambda: Listening(sent), likeness, 1)
    silent = outcome(network, lambda: Listening(sent, conceals=False), likeness, 1)
    assert concealed.mos > silent.mos + 0.01
    assert concealed.missing == pytest.approx(silent.missing)


def test_a_fixed_delay_stays_what_it_is():
    sent = voice(12.0)
    network = Network("jitter", delay_ms=60.0, jitter_ms=40.0)
    short, long = (
        outcome(network, lambda slots=slots: Listening(sent, FixedArrivals(slots)), likeness, 1)
        for slots in (2, 18)
    )
    assert long.mean_ms > short.mean_ms + 100
    assert short.missing > long.missing


def row(name: str, adaptive: float, silence: float, fixed: float) -> Row:
    one = Outcome(0.05, 100.0, 120.0, adaptive)
    curve = tuple(Outcome(0.05, delay, delay, fixed) for delay in (60.0, 140.0))
    return Row(name, one, Outcome(0.05, 100.0, 120.0, silence), curve)


@pytest.mark.parametrize(
    ("one", "complaints"),
    [
        (row("5 % lost", 3.4, 3.0, 3.4), 0),
        (row("5 % lost", 3.2, 3.0, 3.2), 1),
        (row("steady", 3.4, 3.3, 3.41), 0),
        (row("steady", 3.3, 3.3, 3.41), 1),
        (row("by turns", 3.4, 3.3, 3.4), 1),
        (row("by turns", 3.6, 3.3, 3.4), 0),
    ],
)
def test_a_claim_that_does_not_hold_is_named(one, complaints):
    assert len(shortfalls([one])) == complaints


def test_between_two_fixed_delays_the_score_is_between_theirs():
    one = row("x", 3.0, 2.0, 3.5)
    assert one.best_fixed_at(100.0) == 3.5
    assert one.best_fixed_at(20.0) is None


def test_the_table_has_a_line_for_each_network():
    text = table([row("5 % lost", 3.41, 3.0, 3.2), row("steady", 3.9, 3.9, 3.9)])
    assert [line.split("  ")[0] for line in text.splitlines()] == ["network", "5 % lost", "steady"]
    assert "3.41" in text


def test_without_the_package_it_says_which(monkeypatch, capsys):
    monkeypatch.setattr(jitter, "_pesq", lambda: None)
    assert main([]) == 1
    assert "pip install pesq" in capsys.readouterr().err
