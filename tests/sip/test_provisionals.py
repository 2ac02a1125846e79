"""Our reliable 1xx: numbered, repeated until the PRACK, and one after the other (RFC 3262 §3)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.sip.headers import NameAddr
from softswitch.sip.signals import DialogId, Incoming, Reply, Transmit, Unacknowledged
from softswitch.sip.stack import SipStack
from tests.fakes.network import FOUL, Network
from tests.fakes.party import Party, counted, sizes_are_zero
from tests.sip.calls import CONTACT, respond, statuses
from tests.sip.messages import drain, sent, text_of, told

SDP = b"v=0\r\n"


@pytest.fixture
def stack():
    return SipStack(token=counted("t"))


def invited(stack):
    (incoming,) = told(stack, text_of("INVITE"))
    return incoming


def say(stack, incoming, status=180, *, body=b"", now=0.0):
    """Send a reliable response; return its dialog."""
    response = stack.response(incoming.transaction, status)
    if body:
        response.put_body(body, "application/sdp")
    return stack.respond(now, incoming.transaction, response, contact=CONTACT, reliable=True)


def prack(name, rack="1 1 INVITE", *, cseq=2):
    extra = f"RAck: {rack}\r\n" if rack else ""
    return text_of("PRACK", cseq=cseq, branch=f"z9hG4bKp{cseq}", to_tag=name.local_tag, extra=extra)


def numbers(outputs):
    return [response.fields.get("RSeq") for response in sent(outputs)]


def test_a_reliable_response_says_that_it_is_one(stack):
    name = say(stack, invited(stack), 183, body=SDP)
    (response,) = sent(drain(stack))
    assert (response.status, response.body) == (183, SDP)
    assert response.fields.tokens("Require") == {"100rel"}
    # §3: "between 1 and 2**31 - 1"; §4: the provisional response must establish a dialog.
    assert response.fields.get("RSeq") == "1"
    assert name == DialogId("call-1", response.to.tag, "phone")
    assert response.fields.get("Contact") == str(CONTACT)


def test_one_that_is_not_says_nothing_of_it(stack):
    incoming = invited(stack)
    respond(stack, incoming, 180)
    (response,) = sent(drain(stack))
    assert (response.fields.get("RSeq"), response.fields.get("Require")) == (None, None)
    assert stack.next_deadline() is None


def test_100_is_never_reliable(stack):
    say(stack, invited(stack), 100)
    (response,) = sent(drain(stack))
    assert (response.fields.get("RSeq"), response.fields.get("Require")) == (None, None)


def test_it_is_repeated_until_it_is_given_up(stack):
    name = say(stack, invited(stack), body=SDP)
    first = drain(stack)
    times, reports = [], []
    while (at := stack.next_deadline()) is not None and at <= 32:
        stack.tick(at)
        for output in drain(stack):
            if isinstance(output, Transmit):
                assert output.data == first[0].data
                times.append(at)
            else:
                reports.append((at, output))
    # "an interval that starts at T1 seconds and doubles for each retransmission", 64*T1 in all.
    assert times == [0.5, 1.5, 3.5, 7.5, 15.5, 31.5]
    assert reports == [(32.0, Unacknowledged(name))]
    assert not stack.awaits_prack(name)
    stack.tick(1000.0)
    assert drain(stack) == []


def test_a_prack_ends_the_repeats_and_is_the_users_to_answer(stack):
    name = say(stack, invited(stack))
    drain(stack)
    (incoming,) = told(stack, prack(name), now=0.2)
    assert (type(incoming), incoming.request.method, incoming.dialog) == (Incoming, "PRACK", name)
    respond(stack, incoming, 200, now=0.2)
    assert statuses(drain(stack)) == [200]
    stack.tick(1000.0)
    assert drain(stack) == []
    assert stack.sizes()["alarms"] == 0


def test_a_repeated_prack_is_answered_again_and_reported_once(stack):
    name = say(stack, invited(stack))
    drain(stack)
    (incoming,) = told(stack, prack(name))
    respond(stack, incoming, 200)
    first = drain(stack)
    assert told(stack, prack(name)) == first
    assert statuses(told(stack, prack(name, cseq=3))) == [481]


@pytest.mark.parametrize(
    ("rack", "status"),
    [
        ("2 1 INVITE", 481),
        ("1 2 INVITE", 481),
        ("1 1 UPDATE", 481),
        ("1 1", 400),
        ("x 1 INVITE", 400),
        ("", 400),
    ],
)
def test_a_prack_for_nothing_ends_no_repeats(stack, rack, status):
    name = say(stack, invited(stack))
    drain(stack)
    assert statuses(told(stack, prack(name, rack))) == [status]
    stack.tick(0.5)
    assert statuses(drain(stack)) == [180]
    assert [type(one) for one in told(stack, prack(name, cseq=3), now=0.6)] == [Incoming]


def test_a_prack_without_a_dialog_or_where_nothing_waits_is_481(stack):
    assert statuses(told(stack, prack(DialogId("call-1", "nobody", "phone")))) == [481]
    name = respond(stack, invited(stack), 180)
    drain(stack)
    assert statuses(told(stack, prack(name))) == [481]


def test_a_second_waits_for_the_prack_of_the_first(stack):
    # §3: "The UAS MUST NOT send a second reliable provisional response until the first is acknowledged."
    incoming = invited(stack)
    name = say(stack, incoming)
    assert say(stack, incoming, 183, body=SDP) == name
    say(stack, incoming)
    assert numbers(drain(stack)) == ["1"]
    outputs = told(stack, prack(name))
    assert (statuses(outputs), numbers(outputs)) == ([183], ["2"])
    assert [one.request.method for one in outputs if isinstance(one, Incoming)] == ["PRACK"]
    assert numbers(told(stack, prack(name, "2 1 INVITE", cseq=3))) == ["3"]
    assert numbers(told(stack, prack(name, "3 1 INVITE", cseq=4))) == []
    assert stack.sizes()["alarms"] == 0


def test_what_waits_is_repeated_from_when_it_left(stack):
    incoming = invited(stack)
    name = say(stack, incoming)
    say(stack, incoming, 183)
    drain(stack)
    told(stack, prack(name), now=0.4)
    stack.tick(0.8)
    assert drain(stack) == []
    stack.tick(0.9)
    assert numbers(drain(stack)) == ["2"]


def test_an_unreliable_one_need_not_wait(stack):
    incoming = invited(stack)
    say(stack, incoming)
    respond(stack, incoming, 182)
    assert statuses(drain(stack)) == [180, 182]


@pytest.mark.parametrize(("body", "waits"), [(SDP, True), (b"", False)])
def test_only_a_description_holds_the_answer_back(stack, body, waits):
    # §3: a 2xx must wait while a description of ours is not acknowledged.
    incoming = invited(stack)
    name = say(stack, incoming, body=body)
    assert stack.awaits_prack(name) is waits
    told(stack, prack(name))
    assert not stack.awaits_prack(name)


def test_a_description_that_has_not_left_yet_holds_it_back_too(stack):
    incoming = invited(stack)
    name = say(stack, incoming)
    say(stack, incoming, 183, body=SDP)
    assert stack.awaits_prack(name)
    told(stack, prack(name))
    assert stack.awaits_prack(name)
    told(stack, prack(name, "2 1 INVITE", cseq=3))
    assert not stack.awaits_prack(name)
    assert not stack.awaits_prack(DialogId("call-1", "nobody", "phone"))


def test_the_answer_ends_the_repeats_and_a_prack_on_its_way_is_still_good(stack):
    incoming = invited(stack)
    name = say(stack, incoming)
    say(stack, incoming, 183)
    respond(stack, incoming, 200)
    assert statuses(drain(stack)) == [180, 200]
    (proof,) = told(stack, prack(name))
    assert proof.request.method == "PRACK"
    told(stack, text_of("ACK", branch="z9hG4bKack", to_tag=name.local_tag))
    # What had not left before the answer never will, and nothing is given up on.
    stack.tick(100.0)
    assert drain(stack) == []
    assert stack.has_dialog(name)


def test_a_refusal_leaves_nothing_of_it(stack):
    incoming = invited(stack)
    name = say(stack, incoming)
    say(stack, incoming, 183)
    respond(stack, incoming, 486)
    assert statuses(drain(stack)) == [180, 486]
    told(stack, text_of("ACK", to_tag=name.local_tag))
    stack.tick(100.0)
    assert statuses(drain(stack)) == []
    assert statuses(told(stack, prack(name), now=100.0)) == [481]
    stack.tick(200.0)
    assert not any(stack.sizes().values())


def test_it_is_repeated_over_a_stream_too(stack):
    # §3 has it regardless of the transport: between may be hops that lose.
    (incoming,) = told(stack, text_of("INVITE", via="SIP/2.0/TCP 192.0.2.9:5062;branch=z9hG4bKone"))
    say(stack, incoming)
    drain(stack)
    stack.tick(0.5)
    assert statuses(drain(stack)) == [180]


STEPS = st.lists(st.sampled_from(["say", "say described", "prack", "repeat"]), max_size=30)


@given(STEPS)
def test_they_leave_in_order_and_never_two_at_once(steps):
    stack = SipStack(token=counted("t"))
    incoming = invited(stack)
    name, said, left, proved, now, cseq = None, 0, [], 0, 0.0, 1

    def take(outputs, *, repeats=False):
        for number in map(int, numbers(outputs)):
            if repeats:
                assert number == left[-1] == proved + 1
            else:
                assert number == len(left) + 1 == proved + 1
                left.append(number)

    described = []
    for step in steps:
        if step == "prack":
            if name is None:
                continue
            cseq += 1
            due = proved < len(left)
            outputs = told(stack, prack(name, f"{proved + 1} 1 INVITE", cseq=cseq), now=now)
            if due:
                proved += 1
                take([one for one in outputs if isinstance(one, Transmit)])
            else:
                assert statuses(outputs) == [481]
        elif step == "repeat":
            at = stack.next_deadline()
            if at is not None and at < 30:
                now = at
                stack.tick(now)
                take(drain(stack), repeats=True)
        else:
            said += 1
            described.append(step == "say described")
            name = say(stack, incoming, body=SDP if described[-1] else b"", now=now)
            take(drain(stack))
        if name is not None:
            assert stack.awaits_prack(name) is any(described[proved:])
    assert len(left) == min(said, proved + 1)


class Ringer(Party):
    """A called party that says three things reliably, and takes every PRACK."""

    def hear(self, output):
        super().hear(output)
        if isinstance(output, Incoming) and output.request.method == "INVITE":
            for status in (180, 182, 183):
                response = self.stack.response(output.transaction, status)
                self.stack.respond(
                    self.network.now, output.transaction, response, contact=NameAddr(self.uri), reliable=True
                )
        elif isinstance(output, Incoming):
            self.answer(output, 200)


@pytest.mark.parametrize("seed", range(20))
def test_over_a_foul_network_each_is_seen_once_and_in_its_order(seed):
    network = Network(seed, FOUL)
    anna, bartek = Party(network, "anna", "192.0.2.1"), Ringer(network, "bartek", "192.0.2.2")
    anna.send("INVITE", bartek)
    network.run(30.0)
    assert anna.statuses() == [180, 182, 183]
    assert [one.request.fields.get("RAck") for one in bartek.incoming("PRACK")] == [
        f"{number} 1 INVITE" for number in (1, 2, 3)
    ]
    assert bartek.got(Unacknowledged) == []
    bartek.answer(bartek.incoming("INVITE")[0], 486)
    network.run(100.0)
    assert anna.statuses()[-1] == 486
    assert [one.response.status for one in anna.got(Reply) if one.response.cseq.method == "PRACK"] == [
        200
    ] * 3
    assert sizes_are_zero(anna, bartek)
