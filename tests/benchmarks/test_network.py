"""Seeded networks are the same every time, and what they say they are."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.network import NETWORKS, PACKET_MS, Network

PACKETS = 20_000


def test_a_seed_draws_the_same_network_every_time():
    network = NETWORKS[-3]
    assert np.array_equal(network.arrivals(500, 7), network.arrivals(500, 7), equal_nan=True)
    assert not np.array_equal(network.arrivals(500, 7), network.arrivals(500, 8), equal_nan=True)


def test_a_network_without_faults_only_delays():
    arrived = Network("good", delay_ms=30.0).arrivals(100, 1)
    assert np.allclose(arrived, 30.0 + PACKET_MS * np.arange(100))


def test_jitter_stays_within_its_bounds():
    arrived = Network("jitter", delay_ms=60.0, jitter_ms=40.0).arrivals(PACKETS, 1)
    stray = arrived - 60.0 - PACKET_MS * np.arange(PACKETS)
    assert np.abs(stray).max() <= 40.0
    assert stray.std() == pytest.approx(20.0, abs=2.0)


def test_loss_by_chance_and_in_bursts():
    lost = np.isnan(Network("chance", loss=0.05).arrivals(PACKETS, 3))
    assert lost.mean() == pytest.approx(0.05, abs=0.01)
    runs = np.isnan(Network("bursts", burst_loss=0.05, burst=3.0).arrivals(PACKETS, 3))
    assert runs.mean() == pytest.approx(0.05, abs=0.01)
    begins = (runs[1:] & ~runs[:-1]).sum()
    assert runs.sum() / begins == pytest.approx(3.0, abs=0.5)


def test_reordered_packets_come_after_the_next_one():
    arrived = Network("reordered", reordered=0.05).arrivals(PACKETS, 5)
    assert (np.diff(arrived) < 0).mean() == pytest.approx(0.05, abs=0.01)


def test_a_fast_clock_sends_early():
    hour = round(3600 * 1000 / PACKET_MS)
    arrived = Network("fast", delay_ms=0.0, drift_ppm=200.0).arrivals(hour, 1)
    assert arrived[-1] == pytest.approx(3600_000 - 720, abs=25)


def test_calm_stretches_have_a_tenth_of_the_jitter():
    network = Network("turns", delay_ms=60.0, jitter_ms=80.0, calm_seconds=10.0)
    stray = network.arrivals(1000, 1) - 60.0 - PACKET_MS * np.arange(1000)
    assert stray[:500].std() < stray[500:].std() / 5
