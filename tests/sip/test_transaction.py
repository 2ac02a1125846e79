from collections import deque

import pytest

from softswitch.sip.errors import LocalProtocolError
from softswitch.sip.hop import Hop
from softswitch.sip.message import response_to
from softswitch.sip.signals import Cause, Failed, Transmit
from softswitch.sip.timers import Alarms, Timings
from softswitch.sip.transaction import TransactionLayer, follow_up, server_key
from softswitch.sip.transitions import Input, State
from tests.sip.messages import PHONE, request_of, text_of

TCP = Hop("TCP", "192.0.2.9", 40_000, "192.0.2.1", 5060, 3)


class Layer(TransactionLayer):
    """A transaction layer with its alarms and its outputs at hand."""

    def __init__(self):
        self.alarms = Alarms()
        self.outputs = deque()
        self.over = []
        super().__init__(self.alarms, self.outputs.append, Timings(), self.over.append)

    def sent(self):
        """Take the first words of what was sent and the causes of what failed."""
        found = [
            one.data.split(b" ")[0 if one.data[:4] != b"SIP/" else 1].decode()
            if isinstance(one, Transmit)
            else one.cause
            for one in self.outputs
        ]
        self.outputs.clear()
        return found

    def until(self, end):
        """Let time pass; return when what was sent or failed."""
        found = []
        while (at := self.alarms.next()) is not None and at <= end:
            while (key := self.alarms.due(at)) is not None:
                self.alarm(at, key[0], key[1], server=key[2])
            found += [(at, what) for what in self.sent()]
        return found


@pytest.fixture
def layer():
    return Layer()


def answer_to(transaction, status):
    return response_to(transaction.request, status, to_tag="theirs")


@pytest.mark.parametrize(
    "via", ["SIP/2.0/UDP 192.0.2.9", "SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK", "SIP/2.0/UDP a;branch=1"]
)
def test_matching_as_rfc_2543_does(via):
    # RFC 3261 §17.2.3; RFC 4475 §3.2.1: the bare cookie is no branch.
    def key(method="INVITE", **options):
        return server_key(request_of(text_of(method, via=via, **options)))

    assert key() == key() == key("ACK", to_tag="ours")
    assert server_key(request_of(text_of("CANCEL", via=via)), method="INVITE") == key()
    differing = [key(cseq=2), key(call_id="other"), key(target="sip:101@192.0.2.1"), key("BYE")]
    assert key() not in differing
    assert len(set(differing)) == 4


def test_matching_by_branch():
    def key(method="INVITE", **options):
        return server_key(request_of(text_of(method, **options)))

    assert key() == key(call_id="other") == key("ACK")
    assert key() != key("BYE")
    # pyVoIP asks again with credentials on the branch that was refused: only the number tells them apart.
    assert key() != key(cseq=2)
    assert key() != key(branch="z9hG4bKtwo")
    # RFC 3261 §17.2.3 rule 2: another client may have made the same branch.
    assert key() != key(via="SIP/2.0/UDP 192.0.2.8:5062;branch=z9hG4bKone")


def client(layer, method, hop=PHONE):
    transaction = layer.open_client(0.0, request_of(text_of(method)), hop, None)
    assert layer.sent() == [method]
    return transaction


def server(layer, method, hop=PHONE):
    return layer.open_server(request_of(text_of(method)), hop, "ours")


def test_an_invite_is_repeated_by_timer_a_and_given_up_by_timer_b(layer):
    transaction = client(layer, "INVITE")
    assert layer.until(100) == [
        *((at, "INVITE") for at in (0.5, 1.5, 3.5, 7.5, 15.5, 31.5)),
        (32.0, Cause.EXPIRED),
    ]
    assert (len(layer), len(layer.alarms), layer.over) == (0, 0, [transaction])


def test_another_request_is_repeated_by_timer_e_and_given_up_by_timer_f(layer):
    client(layer, "OPTIONS")
    times = [0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
    assert layer.until(100) == [*((at, "OPTIONS") for at in times), (32.0, Cause.EXPIRED)]
    assert (len(layer), len(layer.alarms)) == (0, 0)


@pytest.mark.parametrize("method", ["INVITE", "BYE"])
def test_over_a_stream_nothing_is_repeated(layer, method):
    client(layer, method, TCP)
    assert layer.until(100) == [(32.0, Cause.EXPIRED)]


def test_a_provisional_stops_an_invite_and_slows_another_request(layer):
    invite, options = client(layer, "INVITE"), client(layer, "OPTIONS")
    for transaction in (invite, options):
        assert layer.receive(0.1, transaction, answer_to(transaction, 180))
        assert layer.receive(0.2, transaction, answer_to(transaction, 180))
    # RFC 3261 §17.1.2.2: in Proceeding timer E is T2 from its next ringing on.
    assert layer.until(100) == [
        *((at, "OPTIONS") for at in (0.5, 4.5, 8.5, 12.5, 16.5, 20.5, 24.5, 28.5)),
        (32.0, Cause.EXPIRED),
    ]
    assert len(layer) == 1


@pytest.mark.parametrize(("hop", "linger"), [(PHONE, 32.0), (TCP, 0.0)])
def test_a_refused_invite_is_acknowledged_each_time_and_lingers_by_timer_d(layer, hop, linger):
    transaction = client(layer, "INVITE", hop)
    assert layer.receive(1.0, transaction, answer_to(transaction, 486))
    assert layer.sent() == ["ACK"]
    assert not layer.receive(1.0, transaction, answer_to(transaction, 486))
    assert not layer.receive(1.0, transaction, answer_to(transaction, 180))
    assert not layer.receive(1.0, transaction, answer_to(transaction, 200))
    assert layer.sent() == ["ACK"]
    assert layer.alarms.next() == 1.0 + linger
    assert layer.until(100) == []
    assert len(layer) == 0


def test_an_accepted_invite_passes_every_2xx_for_timer_m(layer):
    # RFC 6026 §7.2, over a stream too
    transaction = client(layer, "INVITE", TCP)
    assert layer.receive(1.0, transaction, answer_to(transaction, 200))
    assert layer.receive(1.0, transaction, answer_to(transaction, 200))
    assert not layer.receive(1.0, transaction, answer_to(transaction, 486))
    assert layer.alarms.next() == 33.0
    assert layer.until(100) == []
    assert len(layer) == 0


@pytest.mark.parametrize(("hop", "linger"), [(PHONE, 5.0), (TCP, 0.0)])
def test_another_request_lingers_by_timer_k(layer, hop, linger):
    transaction = client(layer, "BYE", hop)
    assert layer.receive(1.0, transaction, answer_to(transaction, 200))
    assert not layer.receive(1.0, transaction, answer_to(transaction, 200))
    assert layer.alarms.next() == 1.0 + linger
    assert layer.until(100) == []
    assert len(layer) == 0


def test_what_cannot_be_sent_is_told_once_and_only_while_it_matters(layer):
    invite, options, done = client(layer, "INVITE"), client(layer, "OPTIONS"), client(layer, "BYE")
    same_way = client(layer, "INFO")
    assert layer.receive(0.1, invite, answer_to(invite, 486))
    assert layer.receive(0.1, done, answer_to(done, 200))
    layer.outputs.clear()
    for key in (invite.key, options.key, options.key, done.key, ("no", "INVITE")):
        layer.broken(0.2, key)
    assert list(layer.outputs) == [Failed(options.key, Cause.BROKEN, None)]
    assert layer.client(same_way.key) is same_way
    assert layer.client(options.key) is None


def test_a_request_says_whose_bytes_it_is(layer):
    # Also when it is repeated, and the CANCEL says its own.
    invite = layer.open_client(0.0, request_of(text_of("INVITE")), PHONE, None)
    layer.alarm(0.5, invite.key, Input.REPEAT, server=False)
    assert layer.receive(0.6, invite, answer_to(invite, 180))
    layer.cancel(0.7, invite.key)
    keys = [one.transaction for one in layer.outputs]
    assert keys == [invite.key, invite.key, (invite.key[0], "CANCEL")]
    # RFC 3261 figure 5: in Proceeding there is nothing of the INVITE to be sent.
    layer.outputs.clear()
    for key in keys:
        layer.broken(0.8, key)
    assert list(layer.outputs) == []
    assert layer.client(invite.key) is invite
    assert layer.until(100) == [(32.7, Cause.EXPIRED)]


@pytest.mark.parametrize("status", [0, 180])
def test_a_stream_lost_before_the_answer_is_told_at_once_and_a_2xx_still_finds_its_transaction(layer, status):
    invite, elsewhere = client(layer, "INVITE", TCP), client(layer, "OPTIONS", TCP)
    if status:
        assert layer.receive(0.1, invite, answer_to(invite, status))
    layer.stream_lost(1.0, 99)
    assert layer.sent() == []
    layer.stream_lost(1.0, 3)
    # The CANCEL leaves where the phone can be reached anew (§9.1: not before its first response).
    assert layer.sent() == [Cause.BROKEN, *(["CANCEL"] if status else [])]
    assert layer.client(elsewhere.key) is elsewhere
    assert not layer.receive(2.0, invite, answer_to(invite, 180))
    assert layer.receive(3.0, invite, answer_to(invite, 200))
    layer.until(100)
    assert len(layer) == 0


def test_an_invite_whose_stream_was_lost_ends_without_a_second_word(layer):
    invite = client(layer, "INVITE", TCP)
    assert layer.receive(0.1, invite, answer_to(invite, 180))
    layer.stream_lost(1.0, 3)
    layer.sent()
    assert layer.until(100) == []
    assert (len(layer), layer.over[-1]) == (0, invite)


def test_a_refusal_after_the_stream_was_lost_is_acknowledged_and_no_news(layer):
    invite = client(layer, "INVITE", TCP)
    assert layer.receive(0.1, invite, answer_to(invite, 180))
    layer.stream_lost(1.0, 3)
    layer.sent()
    assert not layer.receive(2.0, invite, answer_to(invite, 487))
    assert layer.sent() == ["ACK"]


def test_a_refusal_is_repeated_by_timer_g_until_its_ack_or_timer_h(layer):
    transaction = server(layer, "INVITE")
    layer.respond(0.0, transaction, answer_to(transaction, 486))
    assert layer.sent() == ["486"]
    times = [0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
    assert layer.until(100) == [(at, "486") for at in times]
    assert (len(layer), len(layer.alarms)) == (0, 0)


@pytest.mark.parametrize(("hop", "linger"), [(PHONE, 5.0), (TCP, 0.0)])
def test_the_ack_of_a_refusal_ends_it_after_timer_i(layer, hop, linger):
    transaction = server(layer, "INVITE", hop)
    layer.respond(0.0, transaction, answer_to(transaction, 486))
    assert layer.absorb(0.0, request_of(text_of("INVITE")))
    assert layer.sent() == ["486", "486"]
    assert layer.absorb(1.0, request_of(text_of("ACK")))
    assert layer.absorb(1.0, request_of(text_of("ACK")))
    assert layer.absorb(1.0, request_of(text_of("INVITE")))
    assert layer.sent() == []
    assert layer.alarms.next() == 1.0 + linger
    layer.until(100)
    assert len(layer) == 0


def test_an_accepted_invite_absorbs_repeats_and_leaves_the_ack_to_the_dialog(layer):
    # RFC 6026 §7.1
    transaction = server(layer, "INVITE")
    layer.respond(0.0, transaction, answer_to(transaction, 200))
    assert layer.absorb(0.1, request_of(text_of("INVITE")))
    assert not layer.absorb(0.1, request_of(text_of("ACK")))
    assert layer.sent() == ["200"]
    assert layer.alarms.next() == 32.0
    layer.until(100)
    assert len(layer) == 0


@pytest.mark.parametrize(("hop", "linger"), [(PHONE, 32.0), (TCP, 0.0)])
def test_another_request_is_answered_again_for_timer_j(layer, hop, linger):
    transaction = server(layer, "OPTIONS", hop)
    assert layer.absorb(0.0, request_of(text_of("OPTIONS")))
    assert layer.sent() == []
    layer.respond(0.0, transaction, answer_to(transaction, 100))
    assert layer.absorb(0.0, request_of(text_of("OPTIONS")))
    layer.respond(0.0, transaction, answer_to(transaction, 200))
    assert layer.absorb(0.0, request_of(text_of("OPTIONS")))
    assert layer.sent() == ["100", "100", "200", "200"]
    assert layer.alarms.next() == linger
    layer.until(100)
    assert len(layer) == 0


def test_a_second_final_response_is_our_own_mistake(layer):
    for method in ("INVITE", "BYE"):
        transaction = server(layer, method)
        answers = [answer_to(transaction, status) for status in (180, 200, 486)]
        layer.respond(0.0, transaction, answer_to(transaction, 200))
        for answer in answers:
            with pytest.raises(LocalProtocolError):
                layer.respond(0.0, transaction, answer)
    layer.until(100)
    with pytest.raises(LocalProtocolError):
        layer.respond(100.0, transaction, answers[1])


def test_a_copy_by_another_path_is_merged_as_long_as_the_first_lives(layer):
    # RFC 3261 §8.2.2.2
    transaction = server(layer, "OPTIONS")
    copy = request_of(text_of("OPTIONS", branch="z9hG4bKother"))
    assert layer.merged(copy)
    assert not layer.merged(request_of(text_of("OPTIONS", branch="z9hG4bKother", cseq=2)))
    assert not layer.merged(request_of(text_of("OPTIONS", branch="z9hG4bKother", to_tag="x")))
    layer.respond(0.0, transaction, answer_to(transaction, 200))
    layer.until(100)
    assert not layer.merged(copy)


def test_cancel_waits_for_a_provisional_and_goes_once(layer):
    # RFC 3261 §9.1
    invite = client(layer, "INVITE")
    layer.cancel(0.0, invite.key)
    layer.cancel(0.0, invite.key)
    assert layer.sent() == []
    assert layer.receive(0.1, invite, answer_to(invite, 100))
    assert layer.receive(0.2, invite, answer_to(invite, 180))
    layer.cancel(0.3, invite.key)
    assert layer.sent() == ["CANCEL"]
    cancel = layer.client((invite.request.via.branch, "CANCEL"))
    assert cancel is not None
    assert not layer.receive(0.4, cancel, answer_to(cancel, 200)), (
        "the answer to a CANCEL is nobody's business"
    )
    # No final response comes: given up 64*T1 after the CANCEL.
    assert layer.until(100)[-1] == (32.1, Cause.EXPIRED)
    assert (len(layer), len(layer.alarms)) == (0, 0)


def test_a_cancel_nobody_answers_is_no_failure_of_its_own(layer):
    invite = client(layer, "INVITE")
    assert layer.receive(0.1, invite, answer_to(invite, 180))
    layer.cancel(0.2, invite.key)
    assert [what for _, what in layer.until(100)] == ["CANCEL"] * 11 + [Cause.EXPIRED]


@pytest.mark.parametrize("status", [200, 487])
def test_after_the_final_response_there_is_nothing_to_cancel(layer, status):
    invite = client(layer, "INVITE")
    assert layer.receive(0.1, invite, answer_to(invite, status))
    layer.sent()
    layer.cancel(0.2, invite.key)
    layer.cancel(0.2, ("no", "INVITE"))
    assert layer.sent() == []


def test_what_cancel_and_ack_copy_from_the_invite():
    # RFC 3261 §9.1, §17.1.1.3
    invite = request_of(text_of("INVITE", cseq=7, extra="Route: <sip:p1;lr>\r\nRoute: <sip:p2;lr>\r\n"))
    cancel = follow_up(invite, "CANCEL")
    assert list(cancel.fields) == [
        ("Via", "SIP/2.0/UDP 192.0.2.9:5062;rport;branch=z9hG4bKone"),
        ("From", '"Jan" <sip:1001@192.0.2.1>;tag=phone'),
        ("To", "<sip:100@192.0.2.1>"),
        ("Call-ID", "call-1"),
        ("CSeq", "7 CANCEL"),
        ("Max-Forwards", "70"),
        ("Route", "<sip:p1;lr>"),
        ("Route", "<sip:p2;lr>"),
    ]
    assert (cancel.method, cancel.target) == ("CANCEL", "sip:100@192.0.2.1")


def test_the_ack_of_a_refusal_has_its_to_tag(layer):
    transaction = client(layer, "INVITE")
    layer.receive(0.0, transaction, answer_to(transaction, 404))
    ack = request_of(layer.outputs[-1].data)
    assert (str(ack.to), str(ack.cseq)) == ("<sip:100@192.0.2.1>;tag=theirs", "1 ACK")
    assert ack.via == transaction.request.via


def test_what_is_kept_after_the_answer_is_only_what_a_repeat_needs(layer):
    for number, method in enumerate(("INVITE", "OPTIONS")):
        data = text_of(method, branch=f"z9hG4bK{number}", cseq=number, extra="X: " + "y" * 60_000 + "\r\n")
        transaction = layer.open_server(request_of(data), PHONE, "ours")
        layer.respond(0.0, transaction, answer_to(transaction, 486))
        assert transaction.request.fields.get("X") is None
        layer.outputs.clear()
        assert layer.absorb(0.1, request_of(data))
        assert layer.sent() == ["486"]


def test_a_transaction_without_an_answer_can_be_forgotten(layer):
    transaction = server(layer, "INVITE")
    layer.forget(transaction)
    assert (len(layer), len(layer.alarms)) == (0, 0)
    assert not layer.merged(request_of(text_of("INVITE", branch="z9hG4bKother")))
    with pytest.raises(LocalProtocolError):
        layer.forget(transaction)
    answered = server(layer, "INVITE")
    layer.respond(0.0, answered, answer_to(answered, 100))
    with pytest.raises(LocalProtocolError):
        layer.forget(answered)


def test_states_are_those_of_the_figures(layer):
    assert client(layer, "INVITE").state is State.CALLING
    assert client(layer, "BYE").state is State.TRYING
    assert server(layer, "INVITE").state is State.PROCEEDING
    assert server(layer, "INFO").state is State.TRYING


def test_a_cancel_says_why(layer):
    # RFC 3326 §2
    invite = client(layer, "INVITE")
    layer.cancel(0.0, invite.key, "SIP;cause=200")
    assert layer.receive(0.1, invite, answer_to(invite, 180))
    assert request_of(layer.outputs[-1].data).fields.get("Reason") == "SIP;cause=200"
