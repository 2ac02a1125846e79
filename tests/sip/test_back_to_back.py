"""Two stacks joined by a network that loses, copies and reorders: what both users live to see."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from softswitch.sip.dialog import DialogState
from softswitch.sip.errors import LocalProtocolError
from softswitch.sip.signals import (
    Acknowledged,
    Cancelled,
    Cause,
    Failed,
    Incoming,
    Reply,
    StreamClosed,
    Unacknowledged,
    UserOutput,
)
from tests.fakes.network import FAIR, FOUL, Network, Weather
from tests.fakes.party import Party, sizes_are_zero

QUIET = 120.0
"""Seconds after which nothing may be left: timers B, H, L of 32 s one after the other, and some."""


def pair(network):
    return Party(network, "anna", "192.0.2.1"), Party(network, "jan", "192.0.2.2")


@pytest.fixture
def network():
    return Network()


@pytest.fixture
def anna(network):
    return Party(network, "anna", "192.0.2.1")


@pytest.fixture
def jan(network, anna):
    return Party(network, "jan", "192.0.2.2")


def lose(network, *starts):
    """Lose the first datagram that begins with each of these."""
    waiting = list(starts)

    def drop(datagram):
        for start in waiting:
            if datagram.line.startswith(start):
                waiting.remove(start)
                return True
        return False

    network.drop = drop


def connected(network, anna, jan, *, transport="UDP"):
    """Anna calls Jan, who answers; return the dialog's names on both sides."""
    anna.send("INVITE", jan, transport=transport)
    network.run(0.1)
    answered = jan.answer(jan.incoming("INVITE")[-1], 200)
    network.run(0.1)
    ours = anna.acknowledge(anna.last(Reply))
    network.run(1)
    return ours, answered


def hung_up(network, party, other, name):
    party.send_in(name, "BYE")
    network.run(0.1)
    while not other.incoming("BYE"):
        network.run(0.1)
    other.answer(other.incoming("BYE")[-1], 200)
    network.run(QUIET)


def test_a_call_from_its_first_ring_to_nothing_left(network, anna, jan):
    anna.send("INVITE", jan)
    network.run(0.1)
    (incoming,) = jan.incoming("INVITE")
    jan.answer(incoming, 100)
    jan.answer(incoming, 180)
    network.run(2)
    name = jan.answer(incoming, 200)
    network.run(0.1)
    assert anna.statuses() == [100, 180, 200]
    assert anna.last(Reply).dialog == anna.got(Reply)[1].dialog
    ours = anna.acknowledge(anna.last(Reply))
    network.run(1)
    assert jan.last(Acknowledged).dialog == name
    hung_up(network, anna, jan, ours)
    assert anna.statuses("BYE") == [200]
    assert sizes_are_zero(anna, jan)
    assert [line.split(" ")[0] for line in network.lines(anna.address)] == ["INVITE", "ACK", "BYE"]


def test_the_same_over_a_stream(network, anna, jan):
    ours, _ = connected(network, anna, jan, transport="TCP")
    hung_up(network, anna, jan, ours)
    for party in (anna, jan):
        party.stack.handle(network.now, StreamClosed(1))
    assert sizes_are_zero(anna, jan)
    assert len(network.passed) == 5


@pytest.mark.parametrize("start", ["INVITE", "SIP/2.0 180", "SIP/2.0 200", "ACK", "BYE"])
def test_any_one_message_may_be_lost(network, anna, jan, start):
    lose(network, start)
    anna.send("INVITE", jan)
    network.run(0.6)
    (incoming,) = jan.incoming("INVITE")
    jan.answer(incoming, 180)
    network.run(1)
    jan.answer(incoming, 200)
    network.run(1)
    ours = anna.acknowledge(anna.last(Reply))
    network.run(4)
    assert len(jan.got(Acknowledged)) == 1
    assert anna.statuses()[-1:] == [200]
    hung_up(network, anna, jan, ours)
    assert anna.statuses("BYE") == [200]
    assert sizes_are_zero(anna, jan)


def test_nobody_there(network, anna, jan):
    network.drop = lambda datagram: True
    invite, options = anna.send("INVITE", jan), anna.send("OPTIONS", jan)
    network.run(QUIET)
    assert network.times("INVITE") == [0.0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5]
    assert network.times("OPTIONS") == [0.0, 0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
    assert anna.got(Failed) == [Failed(invite, Cause.EXPIRED, None), Failed(options, Cause.EXPIRED, None)]
    assert sizes_are_zero(anna, jan)


def test_a_2xx_is_repeated_end_to_end_until_its_ack(network, anna, jan):
    anna.send("INVITE", jan)
    network.run(1)
    network.drop = lambda datagram: datagram.line.startswith("ACK") and network.now < 10
    jan.answer(jan.incoming("INVITE")[0], 200)
    network.run(0.1)
    ours = anna.acknowledge(anna.last(Reply))
    network.run(20)
    # Every repeat got the same ACK again; the users heard of one 200 and one ACK.
    assert network.times("SIP/2.0 200") == [1.0, 1.5, 2.5, 4.5, 8.5, 12.5]
    assert len(network.times("ACK")) == 6
    assert (anna.statuses(), len(jan.got(Acknowledged))) == ([200], 1)
    hung_up(network, anna, jan, ours)
    assert sizes_are_zero(anna, jan)


def test_a_2xx_that_is_never_acknowledged_ends_by_bye(network, anna, jan):
    anna.send("INVITE", jan)
    network.run(1)
    network.drop = lambda datagram: datagram.line.startswith("ACK")
    name = jan.answer(jan.incoming("INVITE")[0], 200)
    network.run(0.1)
    anna.acknowledge(anna.last(Reply))
    network.run(32)
    assert jan.got(Unacknowledged) == [Unacknowledged(name)]
    hung_up(network, jan, anna, name)
    assert sizes_are_zero(anna, jan)


def test_cancel_before_any_answer_waits_for_the_first(network, anna, jan):
    key = anna.send("INVITE", jan)
    anna.stack.cancel(network.now, key)
    network.run(1)
    assert "CANCEL" not in " ".join(network.lines(anna.address))
    (incoming,) = jan.incoming("INVITE")
    jan.answer(incoming, 180)
    network.run(1)
    assert jan.last(Cancelled).transaction == incoming.transaction
    jan.answer(incoming, 487)
    network.run(QUIET)
    assert anna.statuses() == [180, 487]
    assert anna.statuses("CANCEL") == []
    assert sizes_are_zero(anna, jan)


def test_cancel_while_it_rings(network, anna, jan):
    key = anna.send("INVITE", jan)
    network.run(1)
    (incoming,) = jan.incoming("INVITE")
    jan.answer(incoming, 180)
    network.run(1)
    lose(network, "CANCEL", "SIP/2.0 200", "SIP/2.0 487", "ACK")
    anna.stack.cancel(network.now, key)
    network.run(1)
    assert len(jan.got(Cancelled)) == 1
    jan.answer(incoming, 487)
    network.run(QUIET)
    assert anna.statuses() == [180, 487]
    assert sizes_are_zero(anna, jan)


def test_cancel_crosses_the_answer(network, anna, jan):
    key = anna.send("INVITE", jan)
    network.run(1)
    (incoming,) = jan.incoming("INVITE")
    jan.answer(incoming, 180)
    network.run(1)
    anna.stack.cancel(network.now, key)
    network.flush()
    jan.answer(incoming, 200)
    network.run(1)
    assert jan.got(Cancelled) == []
    assert anna.statuses() == [180, 200]
    hung_up(network, anna, jan, anna.acknowledge(anna.last(Reply)))
    assert sizes_are_zero(anna, jan)


def test_re_invites_that_cross_are_both_491(network, anna, jan):
    ours, theirs = connected(network, anna, jan)
    anna.send_in(ours, "INVITE")
    jan.send_in(theirs, "INVITE")
    network.run(1)
    assert anna.statuses()[-1] == jan.statuses()[-1] == 491
    assert (len(anna.incoming("INVITE")), len(jan.incoming("INVITE"))) == (0, 1)
    # Afterwards either may try again (RFC 3261 §14.1).
    jan.send_in(theirs, "INVITE")
    network.run(1)
    anna.answer(anna.incoming("INVITE")[0], 200)
    network.run(1)
    jan.acknowledge(jan.last(Reply))
    network.run(1)
    hung_up(network, anna, jan, ours)
    assert sizes_are_zero(anna, jan)


def test_both_hang_up_at_once(network, anna, jan):
    ours, theirs = connected(network, anna, jan)
    anna.send_in(ours, "BYE")
    jan.send_in(theirs, "BYE")
    network.run(1)
    for party in (anna, jan):
        party.answer(party.incoming("BYE")[0], 200)
    network.run(QUIET)
    assert anna.statuses("BYE") == jan.statuses("BYE") == [200]
    assert sizes_are_zero(anna, jan)


def test_a_callee_who_hangs_up_before_the_caller_has_the_answer():
    # RFC 3261 §15: a caller that knows nothing of the dialog would refuse the BYE and ring on.
    network = Network()
    anna, jan = pair(network)
    anna.send("INVITE", jan)
    network.run(1)
    lost = []

    def first_answer(datagram):
        if datagram.line == "SIP/2.0 200 OK" and not lost:
            lost.append(datagram)
            return True
        return False

    network.drop = first_answer
    name = jan.answer(jan.incoming("INVITE")[0], 200)
    key = jan.send_in(name, "BYE")
    network.run(0.6)
    anna.acknowledge(anna.last(Reply))
    network.run(0.1)
    anna.answer(anna.incoming("BYE")[0], 200)
    network.run(QUIET)
    assert [one.line.split()[0] for one in network.passed if one.source == jan.address] == [
        "SIP/2.0",
        "SIP/2.0",
        "BYE",
    ]
    assert (anna.statuses(), jan.statuses("BYE")) == ([200], [200])
    assert jan.last(Reply).transaction == key
    assert sizes_are_zero(anna, jan)


def test_one_seed_is_one_story():
    stories = []
    for _ in range(2):
        network = Network(seed=7, weather=FOUL)
        anna, jan = pair(network)
        for _ in range(5):
            anna.send("OPTIONS", jan)
        network.run(QUIET)
        stories.append([(one.at, one.line, one.lost) for one in network.passed])
    assert stories[0] == stories[1]
    assert any(lost for *_, lost in stories[0])


class Person(Party):
    """A user that does what a user must, and remembers how each of its requests ended."""

    def __init__(self, network: Network, name: str, host: str) -> None:
        super().__init__(network, name, host)
        self.outcomes: dict[object, list[object]] = {}
        self.open: dict[object, Incoming] = {}
        self.dialogs: set[object] = set()

    def hear(self, output: UserOutput) -> None:
        super().hear(output)
        match output:
            case Incoming():
                self._asked(output)
            case Reply(key, response, _, _) if response.final:
                self.outcomes[key].append(response.status)
                self._answered(output)
            case Failed(key, cause, dialog):
                self.outcomes[key].append(cause)
                self._hang_up(dialog)
            case Unacknowledged(dialog):
                self._hang_up(dialog)
            case Cancelled(key, _):
                self.close(key, 487)

    def ask(self, method: str, other: Person) -> None:
        self.outcomes.setdefault(self.send(method, other), [])

    def ask_in(self, name: object, method: str) -> None:
        try:
            key = self.stack.send_in_dialog(self.network.now, name, method)
        except LocalProtocolError:
            # Another INVITE is pending: a user would wait.
            assert method == "INVITE"
            return
        self.outcomes[key] = []
        self.network.flush()

    def close(self, key: object, status: int) -> None:
        """Answer a request that is still open."""
        incoming = self.open.pop(key, None)
        if incoming is None:
            return
        if incoming.dialog is not None and not self.stack.has_dialog(incoming.dialog) and status < 300:
            status = 487
        self.dialogs.add(self.answer(incoming, status))

    def ring(self, key: object) -> None:
        incoming = self.open[key]
        if incoming.request.method == "INVITE" and incoming.dialog is None:
            self.dialogs.add(self.answer(incoming, 180))

    def live(self) -> list[object]:
        """Return the confirmed dialogs, in a stable order."""
        return sorted(
            (
                name
                for name in self.dialogs
                if name is not None
                and self.stack.has_dialog(name)
                and self.stack.dialog(name).state is DialogState.CONFIRMED
            ),
            key=str,
        )

    def _asked(self, incoming: Incoming) -> None:
        self.open[incoming.transaction] = incoming
        if incoming.request.method == "BYE":
            for key, other in tuple(self.open.items()):
                if other.request.method == "INVITE" and other.dialog == incoming.dialog:
                    self.close(key, 487)
            self.close(incoming.transaction, 200)

    def _answered(self, reply: Reply) -> None:
        self.dialogs.add(reply.dialog)
        invite = reply.response.cseq.method == "INVITE"
        if reply.dialog is None or not self.stack.has_dialog(reply.dialog):
            return
        if invite and reply.response.status < 300:
            self.acknowledge(reply)
        elif reply.response.status == 408:
            self._hang_up(reply.dialog)

    def _hang_up(self, name: object) -> None:
        if name is not None and self.stack.has_dialog(name):
            self.ask_in(name, "BYE")


class Telephony(RuleBasedStateMachine):
    """Two people who call, ring, answer, cancel, hold and hang up in any order on any network."""

    @initialize(
        seed=st.integers(0, 2**16),
        weather=st.builds(
            Weather,
            st.sampled_from([0.0, 0.2, 0.5]),
            st.sampled_from([0.0, 0.4]),
            st.just(0.01),
            st.sampled_from([0, 0.6]),
        ),
    )
    def join(self, seed, weather):
        self.network = Network(seed, weather)
        self.people = [Person(self.network, "anna", "192.0.2.1"), Person(self.network, "jan", "192.0.2.2")]

    def who(self, number):
        return self.people[number], self.people[1 - number]

    @rule(number=st.integers(0, 1), method=st.sampled_from(["INVITE", "INVITE", "OPTIONS", "MESSAGE"]))
    def ask(self, number, method):
        one, other = self.who(number)
        one.ask(method, other)

    @rule(number=st.integers(0, 1), before=st.sampled_from([0.02, 0.7, 5.0]))
    def call_and_be_answered(self, number, before):
        one, other = self.who(number)
        one.ask("INVITE", other)
        self.network.run(before)
        for key, incoming in tuple(other.open.items()):
            if incoming.request.method == "INVITE":
                other.close(key, 200)

    @precondition(lambda self: any(person.open for person in self.people))
    @rule(data=st.data(), status=st.sampled_from([180, 200, 200, 486]))
    def answer(self, data, status):
        person = data.draw(st.sampled_from([one for one in self.people if one.open]))
        key = data.draw(st.sampled_from(list(person.open)))
        if status == 180:
            person.ring(key)
        else:
            person.close(key, status)

    @rule(number=st.integers(0, 1), data=st.data())
    def cancel(self, number, data):
        person, _ = self.who(number)
        keys = [key for key, ends in person.outcomes.items() if not ends and key[1] == "INVITE"]
        if keys:
            person.stack.cancel(self.network.now, data.draw(st.sampled_from(keys)))
            self.network.flush()

    @precondition(lambda self: any(person.live() for person in self.people))
    @rule(data=st.data(), method=st.sampled_from(["INVITE", "INFO", "BYE"]))
    def ask_in_dialog(self, data, method):
        person = data.draw(st.sampled_from([one for one in self.people if one.live()]))
        person.ask_in(data.draw(st.sampled_from(person.live())), method)

    @rule(seconds=st.sampled_from([0.02, 0.1, 0.7, 5.0, 33.0]))
    def wait(self, seconds):
        self.network.run(seconds)

    def teardown(self):
        if not hasattr(self, "network"):
            return
        self.network.weather = FAIR
        self.network.run(5)
        for person in self.people:
            for turn, key in enumerate(tuple(person.open)):
                person.close(key, 200 if turn % 2 else 486)
        self.network.run(5)
        for person in self.people:
            for key, ends in person.outcomes.items():
                if not ends:
                    person.stack.cancel(self.network.now, key)
        self.network.run(70)
        for person in self.people:
            for name in person.live():
                person.ask_in(name, "BYE")
        self.network.run(1)
        for person in self.people:
            for key in tuple(person.open):
                person.close(key, 486)
        self.network.run(QUIET)
        for person in self.people:
            assert not any(person.stack.sizes().values()), person.stack.sizes()
            for key, ends in person.outcomes.items():
                assert len(ends) == 1, (key, ends)


Telephony.TestCase.settings = settings(
    max_examples=150,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestTelephony = Telephony.TestCase
