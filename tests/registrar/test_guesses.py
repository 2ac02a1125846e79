"""Who guesses passwords must wait, longer each time, and nobody waits for another."""

from __future__ import annotations

import pytest

from softswitch.registrar import guesses
from softswitch.registrar.guesses import (
    LONGEST,
    MOST_FOR_ACCOUNT,
    MOST_WRONG,
    SHORTEST,
    WINDOW,
    Ban,
    Guesses,
)

BAD = "192.0.2.66"


class Bench(Guesses):
    """Guesses with a source of guesses that all differ."""

    def __init__(self):
        super().__init__()
        self.made = 0

    def guess(self, host=BAD, *, times=1, user="1001", now=0.0):
        for _ in range(times):
            self.made += 1
            self.wrong(host, user, f"proof {self.made}", now)
        return self.wait(host, now)


def test_a_few_mistakes_are_human():
    bench = Bench()
    assert bench.wait(BAD, 0.0) == 0.0
    assert bench.guess(times=MOST_WRONG - 1) == 0.0
    # They are forgotten one after another.
    for second in range(1, 600):
        assert bench.guess(now=WINDOW / 2 * second if second > 2 else WINDOW) == 0.0


def test_too_many_shut_an_address_out_and_no_other():
    bench = Bench()
    assert bench.guess(times=MOST_WRONG) == SHORTEST
    assert bench.wait(BAD, 45.0) == SHORTEST - 45
    assert bench.wait(BAD, SHORTEST) == 0.0
    assert bench.wait("192.0.2.67", 0.0) == 0.0


def test_each_wait_is_twice_as_long_up_to_a_limit_and_quiet_ends_it():
    bench, now, waits = Bench(), 0.0, []
    for _ in range(8):
        waits.append(bench.guess(times=MOST_WRONG, now=now))
        now += waits[-1]
    assert waits == [60, 120, 240, 480, 960, 1920, LONGEST, LONGEST]
    assert bench.guess(times=MOST_WRONG, now=now + LONGEST + 1) == SHORTEST


def test_what_comes_while_the_door_is_shut_is_neither_counted_nor_news():
    bench = Bench()
    bench.guess(times=MOST_WRONG)
    assert bench.wrong(BAD, "1001", "one more", 1.0) is False
    assert bench.guess(times=100, now=SHORTEST - 1) == 1.0
    assert bench.guess(times=MOST_WRONG - 1, now=SHORTEST) == 0.0


def test_a_repeat_of_a_lost_request_is_one_guess():
    bench = Bench()
    assert [bench.wrong(BAD, "1001", "same", 0.0) for _ in range(3)] == [True, False, False]
    assert bench.wait(BAD, 0.0) == 0.0
    assert bench.guess(times=MOST_WRONG - 1) == SHORTEST


def test_who_knows_a_password_at_last_is_forgiven_the_tries_at_that_one():
    bench = Bench()
    bench.guess(times=10, user="1001")
    bench.guess(times=9, user="1002")
    bench.right(BAD, "1001")
    assert bench.guess(times=10, user="1001") == 0.0
    # Whoever has an account of his own cannot go on at those of others by it.
    bench.right(BAD, "1003")
    assert bench.guess(user="1002") == SHORTEST
    bench.right("192.0.2.1", "1001")
    assert len(bench) == 1


def test_an_ipv6_subscriber_is_one_source():
    bench = Bench()
    for number in range(MOST_WRONG):
        bench.guess(f"2001:db8:1:2::{number:x}")
    assert bench.wait("2001:db8:1:2:ffff::1", 0.0) == SHORTEST
    assert bench.wait("2001:db8:1:3::1", 0.0) == 0.0


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(guesses, "MAX_SOURCES", 3)
    bench = Bench()
    bench.guess("192.0.2.1", times=MOST_WRONG)
    for number in range(2, 5):
        assert bench.wait("192.0.2.1", 0.0) > 0
        bench.guess(f"192.0.2.{number}")
    assert (len(bench), bench.wait("192.0.2.1", 0.0)) == (3, 0.0)


def test_who_is_shut_out_is_listed_and_can_be_let_in():
    bench = Bench()
    bench.guess("192.0.2.1", times=MOST_WRONG)
    bench.guess("2001:db8::1", times=MOST_WRONG, now=30.0)
    assert bench.bans(30.0) == [
        Ban("2001:db8::/64", 60.0, 1, MOST_WRONG, "1001"),
        Ban("192.0.2.1", 30.0, 1, MOST_WRONG, "1001"),
    ]
    assert not bench.lift("192.0.2.2", 30.0)
    assert bench.lift("2001:db8::2", 30.0)
    assert bench.lift("192.0.2.1", 30.0)
    assert bench.bans(30.0) == []
    assert bench.guess("192.0.2.1", now=30.0) == 0.0
    assert not bench.lift("192.0.2.1", 30.0)


def test_who_tried_several_accounts_is_listed_without_one():
    bench = Bench()
    bench.guess("192.0.2.1", user="1002")
    bench.guess("192.0.2.1", times=MOST_WRONG - 1)
    assert bench.bans(0.0) == [Ban("192.0.2.1", SHORTEST, 1, MOST_WRONG, "")]


def test_a_net_is_let_in_as_it_is_listed():
    bench = Bench()
    bench.guess("2001:db8::1", times=MOST_WRONG)
    assert bench.lift(bench.bans(0.0)[0].source, 0.0)


def guess_from_everywhere(bench, *, user="1001", now=0.0):
    """Guess one password from so many addresses that none of them is shut out."""
    for number in range(MOST_FOR_ACCOUNT):
        bench.guess(f"198.51.100.{number}", user=user, now=now)


def test_guesses_from_everywhere_shut_a_name_out_but_where_it_has_proved_itself():
    bench = Bench()
    bench.right("192.0.2.1", "1001")
    bench.right("192.0.2.3", "1002")
    guess_from_everywhere(bench)
    assert bench.account_wait("198.51.100.200", "1001", 0.0) == SHORTEST
    assert bench.account_wait("192.0.2.3", "1001", 0.0) == SHORTEST
    assert bench.account_wait("192.0.2.1", "1001", 0.0) == 0.0
    assert bench.account_wait("198.51.100.200", "1002", 0.0) == 0.0
    assert bench.account_wait("198.51.100.200", "1001", SHORTEST) == 0.0
    assert all(bench.wait(f"198.51.100.{number}", 0.0) == 0.0 for number in range(MOST_FOR_ACCOUNT))


def test_a_name_that_nobody_has_is_shut_out_alike_and_can_be_let_in():
    bench = Bench()
    guess_from_everywhere(bench, user="nobody")
    assert bench.bans(0.0) == [Ban("nobody", SHORTEST, 1, MOST_FOR_ACCOUNT, "nobody")]
    assert bench.lift("nobody", 0.0)
    assert bench.account_wait("192.0.2.9", "nobody", 0.0) == 0.0


def test_places_are_remembered_in_measure(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(guesses, "MAX_KNOWN", 2)
    bench = Bench()
    for number in range(1, 4):
        bench.right(f"192.0.2.{number}", "1001")
    guess_from_everywhere(bench)
    assert [bench.account_wait(f"192.0.2.{number}", "1001", 0.0) > 0 for number in range(1, 4)] == [
        True,
        False,
        False,
    ]
