from __future__ import annotations

from dataclasses import dataclass, field, replace

from benchmarks.figures import Run
from benchmarks.modes import Mode
from benchmarks.phone_key import CRYPTO, PHONES_KEY, SUITE
from benchmarks.secrecy import LEGS, measure_secrecy
from softswitch.sip.sdes import is_usable, parse_crypto
from tests.benchmarks.test_figures import a_run


@dataclass(frozen=True)
class Bench:
    """Costs 8 µs a plain leg, and so many times as much an encrypted one."""

    mode: Mode
    times: float
    srtp: bool = False
    loads: list[tuple[int, bool]] = field(default_factory=list)

    def encrypted(self, on: bool) -> Bench:
        return replace(self, srtp=on)

    def run(self, calls: int, seconds: float, *, bare: bool) -> Run:
        self.loads.append((calls, self.srtp))
        run = a_run(self.mode)
        legs = calls * self.mode.legs_per_call
        used = legs * 10.0 / 0.02 * 8e-6 * (self.times if self.srtp else 1.0)
        window = replace(run.window, usage=replace(run.window.usage, worker=used))
        return replace(run, calls=calls, window=window)


def test_the_ratio_is_that_of_an_encrypted_leg_to_a_plain_one():
    secrecy = measure_secrecy(Bench(Mode.QUEUE, 1.5), 0, 5.0)
    told = secrecy.as_json()
    assert (told["plain_us_per_call_tick"], told["srtp_us_per_call_tick"], told["srtp_ratio"]) == (
        8.0,
        12.0,
        1.5,
    )
    assert "srtp_ratio" in secrecy.table()
    assert len(secrecy.figures) == 4


def test_plain_and_encrypted_phones_take_turns():
    bench = Bench(Mode.BRIDGE, 1.0)
    measure_secrecy(bench, 0, 5.0)
    assert bench.loads == [(LEGS // 2, False), (LEGS // 2, True), (LEGS // 2, True), (LEGS // 2, False)]
    bench = Bench(Mode.IVR, 1.0)
    measure_secrecy(bench, 70, 5.0)
    assert {calls for calls, _ in bench.loads} == {70}


def test_the_phones_say_the_key_they_use():
    crypto = parse_crypto(CRYPTO)
    assert is_usable(crypto)
    assert (crypto.suite, crypto.key.key) == (SUITE, PHONES_KEY)
