"""Is it really you: challenges, answers, and what a stranger may learn from them."""

from __future__ import annotations

import gc
import ipaddress
import sys
from dataclasses import replace
from functools import partial

import pytest

from softswitch.bus import EventLog
from softswitch.events import AccountShutOut, CredentialsRefused, SourceLetIn, SourceShutOut
from softswitch.registrar.accounts import Account, Accounts, secrets_of
from softswitch.registrar.bindings import Binding
from softswitch.registrar.credentials import Authenticator
from softswitch.registrar.guard import Guard, Share, Shares
from softswitch.registrar.guesses import MOST_FOR_ACCOUNT, MOST_WRONG
from softswitch.sip.digest import MD5, NONCE_LIFE, SHA256, Nonces, ha1, parse_digest
from softswitch.sip.errors import RemoteProtocolError
from softswitch.sip.uri import parse_uri
from tests.fakes.clock import FakeClock
from tests.registrar.requests import HERE, PHONE, answer, register

WITH_PASSWORD = Account("1001", secrets=secrets_of("1001", "home", "secret"))
BY_MD5_ALONE = Account("1002", secrets={MD5: ha1(MD5, "1002", "home", "secret")})
BY_SHA256_ALONE = Account("1003", secrets={SHA256: ha1(SHA256, "1003", "home", "secret")})


class Door:
    """An authenticator with an account 1001, or the accounts given."""

    def __init__(self, *accounts, start="0", guard=None):
        self.bindings = ()
        self.clock = FakeClock()
        self.log = EventLog(self.clock)
        self.events = []
        self.log.subscribe(lambda entry: self.events.append(entry.event))
        salts = iter(range(10_000))
        self.authenticator = Authenticator(
            Accounts(accounts or [WITH_PASSWORD]),
            realm="home",
            nonces=Nonces(b"k" * 32, start=start),
            clock=self.clock,
            salt=lambda: f"{next(salts):04}",
            log=self.log,
            bindings_of=lambda user: self.bindings if user == "1001" else (),
            guard=guard,
        )

    def account(self, request, hop=PHONE):
        return self.authenticator.account(request, hop)

    def refused(self, request, hop=PHONE):
        """Return the refusal of a request."""
        with pytest.raises(RemoteProtocolError) as error:
            self.account(request, hop)
        return error.value

    def guess(self, times, *, user="1001", hop=PHONE):
        """Try passwords; return the statuses of the answers."""
        statuses = []
        for number in range(times):
            challenge = self.refused(register(HERE, user=user), hop)
            if challenge.status == 401:
                guess = answer(register(HERE, user=user), challenge, user=user, password=f"guess{number}")
                challenge = self.refused(guess, hop)
            statuses.append(challenge.status)
        return statuses

    def challenge(self, **how):
        return self.refused(register(HERE, **how))


def algorithms(refusal):
    return [parse_digest(value).algorithm for name, value in refusal.fields if name == "WWW-Authenticate"]


def test_a_request_without_credentials_is_challenged_and_that_is_no_event():
    door = Door()
    refusal = door.challenge()
    assert (refusal.status, algorithms(refusal)) == (401, [SHA256, MD5])
    challenge = parse_digest(refusal.fields[0][1])
    assert (challenge.get("realm"), challenge.get("qop"), challenge.get("stale")) == ("home", "auth", "")
    assert door.events == []


@pytest.mark.parametrize(
    ("agent", "offered"),
    [
        ("Linphone/5.1", [SHA256, MD5]),
        ("baresip v1.0.0 (x86_64/linux)", [MD5]),
        ("baresip v0.6.5", [MD5]),
        ("baresip v3.1.0", [SHA256, MD5]),
        ("", [MD5, SHA256]),
    ],
)
def test_what_is_offered_to_whom(agent, offered):
    assert algorithms(Door().challenge(agent=agent)) == offered


@pytest.mark.parametrize("agent", ["Phone", "", "baresip v1.0.0"])
def test_the_right_password_opens(agent):
    door = Door()
    request = answer(register(HERE, agent=agent), door.challenge(agent=agent), user="1001", password="secret")
    assert door.account(request).user == "1001"
    assert door.events == []


@pytest.mark.parametrize("account", [BY_MD5_ALONE, BY_SHA256_ALONE])
def test_an_account_with_one_hash_opens_to_a_phone_that_knows_all(account):
    door = Door(WITH_PASSWORD, account)
    # The phone answers the first challenge it knows (RFC 8760 §2.3), so that must be one we can check.
    request = answer(
        register(HERE, user=account.user), door.challenge(), user=account.user, password="secret"
    )
    assert door.account(request) is account


def test_one_account_with_one_hash_gives_itself_away_by_no_challenge():
    door = Door(WITH_PASSWORD, BY_MD5_ALONE)
    assert {tuple(algorithms(door.challenge(user=user))) for user in ("1001", "1002", "4711")} == {(MD5,)}


def test_accounts_that_share_no_algorithm_are_offered_all():
    assert algorithms(Door(BY_MD5_ALONE, BY_SHA256_ALONE).challenge()) == [SHA256, MD5]


def test_any_method_is_asked_alike():
    door = Door()
    request = register(HERE, method="INVITE")
    assert door.account(answer(request, door.challenge(), user="1001", password="secret")).user == "1001"


def test_a_stranger_learns_nothing_from_the_answer():
    door = Door()
    plain = door.challenge()
    wrong = door.refused(answer(register(HERE), plain, user="1001", password="guess"))
    nobody = door.refused(answer(register(HERE), plain, user="4711", password="guess"))

    def shape(refusal):
        masked = [
            (name, value.replace(parse_digest(value).get("nonce"), "N")) for name, value in refusal.fields
        ]
        return refusal.status, refusal.reason, masked

    assert shape(wrong) == shape(nobody) == shape(plain)
    # Only the log tells them apart.
    assert door.events == [
        CredentialsRefused("1001", "192.0.2.9:5062", "wrong password"),
        CredentialsRefused("4711", "192.0.2.9:5062", "no such account"),
    ]


def calls_of(work):
    """Return the name of every function that is called while ``work`` runs, C ones too, in order."""
    calls = []

    def note(frame, what, function):
        if what == "call":
            calls.append(frame.f_code.co_qualname)
        elif what == "c_call":
            calls.append(function.__qualname__)

    gc.disable()  # Others look at what it does, and would be counted.
    sys.setprofile(note)
    try:
        work()
    except RemoteProtocolError:
        calls.append("refused")
    finally:
        sys.setprofile(None)
        gc.enable()
    return calls


@pytest.mark.parametrize("algorithms", [(MD5,), (SHA256,)])
def test_the_answer_takes_as_long_for_an_account_that_does_not_exist(algorithms):
    # Counted and not measured: the same functions are called in the same order, hashes above all.
    known, traces = ("1001", "1002"), {}
    for user in (*known, "4711", "4712"):
        door = Door(*(Account(name, secrets=secrets_of(name, "home", "secret")) for name in known))
        challenge = door.challenge()
        offered = tuple(field for field in challenge.fields if parse_digest(field[1]).algorithm in algorithms)
        challenge = RemoteProtocolError(401, "Unauthorized", fields=offered)
        guess = answer(register(HERE, user=user), challenge, user=user, password="guess")
        door.refused(register(HERE))  # What is remembered by the first is so for all.
        traces[user] = calls_of(partial(door.account, guess))
    first = traces["1001"]
    assert "refused" in first
    hashes = [name for name in first if name in ("openssl_md5", "openssl_sha256", "hmac_digest")]
    assert len(hashes) >= 4
    for trace in traces.values():
        assert trace == first


def test_a_nonce_that_is_too_old_is_stale_for_the_right_password_only():
    door = Door()
    challenge = door.challenge()
    door.clock.advance(NONCE_LIFE + 1)
    right = door.refused(answer(register(HERE), challenge, user="1001", password="secret"))
    assert parse_digest(right.fields[0][1]).get("stale") == "true"
    assert door.events == []
    wrong = door.refused(answer(register(HERE), challenge, user="1001", password="guess"))
    assert parse_digest(wrong.fields[0][1]).get("stale") == ""
    again = answer(register(HERE), right, user="1001", password="secret")
    assert door.account(again).user == "1001"


def test_a_nonce_lasts_for_twice_the_longest_registration():
    door = Door()
    challenge = door.challenge()
    for uses in range(1, 4):
        assert door.account(answer(register(HERE), challenge, user="1001", password="secret", uses=uses))
        door.clock.advance(3600 / 2)


def test_a_request_that_is_sent_again_by_a_listener_is_refused():
    door = Door()
    request = answer(register(HERE), door.challenge(), user="1001", password="secret")
    assert door.account(request).user == "1001"
    replayed = door.refused(request)
    assert parse_digest(replayed.fields[0][1]).get("stale") == "true"


def test_after_a_restart_the_old_nonce_costs_one_round_more_and_is_no_event():
    before, after = Door(start="first"), Door(start="second")
    challenge = before.challenge()
    refusal = after.refused(answer(register(HERE), challenge, user="1001", password="secret"))
    assert parse_digest(refusal.fields[0][1]).get("stale") == "true"
    assert after.events == []
    again = answer(register(HERE), refusal, user="1001", password="secret")
    assert after.account(again).user == "1001"


def test_another_exchanges_nonce_is_as_good_as_none():
    door = Door()
    foreign = RemoteProtocolError(
        401, "", fields=(("WWW-Authenticate", 'Digest realm="home", nonce="1.2.3", qop="auth"'),)
    )
    refusal = door.refused(answer(register(HERE), foreign, user="1001", password="secret"))
    assert parse_digest(refusal.fields[0][1]).get("stale") == ""
    assert door.events == []


def test_credentials_for_another_realm_are_none_of_ours():
    door = Door()
    request = register(HERE, extra='Authorization: Digest realm="other", username="1001"')
    assert door.refused(request).status == 401


def test_credentials_that_cannot_be_read():
    door = Door()
    challenge = door.challenge()
    request = answer(register(HERE), challenge, user="1001", password="secret")
    broken = (request.fields.get("Authorization") or "").replace("nc=00000001", "nc=1")
    with pytest.raises(RemoteProtocolError) as error:
        door.account(register(HERE, extra=f"Authorization: {broken}"))
    assert error.value.status == 400


def test_two_nonces_of_one_second_differ():
    door = Door()
    nonces = {parse_digest(door.challenge().fields[0][1]).get("nonce") for _ in range(3)}
    assert len(nonces) == 3


# Guessing


def test_who_guesses_is_shut_out_for_a_while_and_the_log_is_told_once():
    door = Door()
    first = door.challenge()
    assert door.guess(30) == [401] * MOST_WRONG + [403] * 10
    assert [type(event) for event in door.events] == [CredentialsRefused] * MOST_WRONG + [SourceShutOut]
    assert door.events[-1] == SourceShutOut("192.0.2.9", MOST_WRONG, 60)
    # The right password would tell him that it is one.
    right = answer(register(HERE), first, user="1001", password="secret")
    assert door.refused(right).status == 403
    door.clock.advance(59.5)
    assert door.refused(right).reason == "Too many wrong passwords, try again in 1 s"
    door.clock.advance(1)
    assert door.account(answer(register(HERE), door.challenge(), user="1001", password="secret"))


def test_challenges_and_old_nonces_are_no_guesses():
    door = Door()
    for _ in range(5 * MOST_WRONG):
        challenge = door.challenge()
    door.clock.advance(NONCE_LIFE + 1)
    for _ in range(5 * MOST_WRONG):
        assert door.refused(answer(register(HERE), challenge, user="1001", password="secret")).status == 401
    assert door.events == []


def test_others_are_not_shut_out_with_him():
    door, elsewhere = Door(), replace(PHONE, host="192.0.2.10")
    door.guess(30)
    request = register(HERE)
    assert door.account(
        answer(request, door.refused(request, elsewhere), user="1001", password="secret"), elsewhere
    )


def test_a_registered_phone_behind_his_address_stays_in():
    door, neighbour = Door(WITH_PASSWORD, BY_MD5_ALONE), replace(PHONE, port=40_000)
    door.bindings = (Binding("1001", parse_uri("sip:1001@10.0.0.5"), PHONE, "c", 1, 2e9, behind_nat=True),)
    door.guess(30, user="1002", hop=neighbour)
    request = register(HERE)
    # By the socket it registered from, for its own account; from another it may be anybody.
    assert door.refused(request, neighbour).status == 403
    assert door.refused(register(HERE, user="1002")).status == 403
    assert door.account(answer(request, door.challenge(), user="1001", password="secret")).user == "1001"


def test_nobody_is_shut_out_in_anothers_name():
    # Datagrams with a forged source; the nonce went to where the forger really is.
    door, forger = Door(), replace(PHONE, host="203.0.113.66")
    challenge = door.refused(register(HERE), forger)
    for number in range(30):
        door.refused(answer(register(HERE), challenge, user="1001", password=f"guess{number}"))
    assert door.events == []
    assert door.challenge().status == 401


def test_a_name_that_is_guessed_at_from_everywhere_is_let_in_where_it_was_before():
    door = Door()
    home = replace(PHONE, host="192.0.2.50")
    right = answer(register(HERE), door.refused(register(HERE), home), user="1001", password="secret")
    assert door.account(right, home).user == "1001"
    for number in range(MOST_FOR_ACCOUNT):
        door.guess(1, hop=replace(PHONE, host=f"198.51.100.{number}"))
    assert door.events[-1] == AccountShutOut("1001", MOST_FOR_ACCOUNT, 60)
    assert door.refused(register(HERE)).status == 403
    again = answer(register(HERE), door.refused(register(HERE), home), user="1001", password="secret")
    assert door.account(again, home).user == "1001"
    assert [ban.source for ban in door.authenticator.bans()] == ["1001"]
    assert door.authenticator.lift("1001")
    assert door.events[-1] == SourceLetIn("1001")
    assert door.refused(register(HERE)).status == 401
    assert not door.authenticator.lift("1001")


def test_what_the_operator_allows_is_written_down_and_never_shut_out():
    door = Door(guard=Guard([ipaddress.ip_network("192.0.2.0/24")]))
    assert set(door.guess(2 * MOST_WRONG)) == {401}
    assert len(door.events) == 2 * MOST_WRONG


def test_a_password_makes_its_socket_one_that_is_heard():
    guard = Guard(shares=Shares(socket=Share(1, 1)))
    door = Door(guard=guard)
    assert not all(guard.admits(PHONE.host, PHONE.port, 0.0) for _ in range(5))
    request = answer(register(HERE), door.challenge(), user="1001", password="secret")
    door.account(request)
    now = door.clock.monotonic()
    assert all(guard.admits(PHONE.host, PHONE.port, now) for _ in range(50))
    assert not all(guard.admits(PHONE.host, PHONE.port + 1, now) for _ in range(5))
