import pytest

from softswitch.sip.dialog_layer import MAX_FORKS
from softswitch.sip.errors import LocalProtocolError
from softswitch.sip.signals import (
    Acknowledged,
    Cause,
    DialogId,
    Failed,
    Incoming,
    Reply,
    Transmit,
    Unacknowledged,
)
from softswitch.sip.stack import SipStack
from tests.fakes.party import counted
from tests.sip.calls import answer, called, calling, respond, statuses
from tests.sip.messages import drain, request_of, sent, text_of, told


@pytest.fixture
def stack():
    return SipStack(token=counted("t"))


@pytest.mark.parametrize("method", ["BYE", "INVITE", "INFO", "OPTIONS", "NOTIFY"])
def test_an_unknown_to_tag_is_481(stack, method):
    outputs = told(stack, text_of(method, to_tag="nobody"))
    assert statuses(outputs) == [481]
    assert sent(outputs)[0].to.tag == "nobody"


def test_a_stray_ack_is_silence(stack):
    assert told(stack, text_of("ACK", to_tag="nobody")) == []
    assert told(stack, text_of("ACK").replace(b"Call-ID: call-1\r\n", b"")) == []


def test_a_lower_or_equal_number_in_a_dialog_is_500(stack):
    name = called(stack, cseq=5)
    for cseq, branch in ((5, "a"), (4, "b")):
        data = text_of("INFO", cseq=cseq, branch=f"z9hG4bK{branch}", to_tag=name.local_tag)
        assert statuses(told(stack, data)) == [500]
    (incoming,) = told(stack, text_of("INFO", cseq=7, branch="z9hG4bKc", to_tag=name.local_tag))
    assert incoming.dialog == name


def test_a_2xx_is_repeated_until_its_ack(stack):
    (incoming,) = told(stack, text_of("INVITE"))
    name = respond(stack, incoming, 200)
    assert statuses(drain(stack)) == [200]
    times = []
    while (at := stack.next_deadline()) is not None and at < 8:
        stack.tick(at)
        times += [at] * len(statuses(drain(stack)))
    assert times == [0.5, 1.5, 3.5, 7.5]
    (told_ack,) = told(stack, text_of("ACK", branch="z9hG4bKack", to_tag=name.local_tag))
    assert (type(told_ack), told_ack.dialog) == (Acknowledged, name)
    assert told(stack, text_of("ACK", branch="z9hG4bKack", to_tag=name.local_tag)) == []
    stack.tick(100.0)
    assert drain(stack) == []
    stack.forget(name)
    assert stack.sizes() == {"transactions": 0, "dialogs": 0, "streams": 0, "alarms": 0}


def test_an_ack_that_uses_the_branch_of_the_invite_counts_too(stack):
    name = called(stack, ack=False)
    assert [type(one) for one in told(stack, text_of("ACK", to_tag=name.local_tag))] == [Acknowledged]


def test_an_ack_with_another_number_is_not_ours(stack):
    name = called(stack, ack=False)
    assert told(stack, text_of("ACK", branch="z9hG4bKack", to_tag=name.local_tag, cseq=2)) == []


def test_a_2xx_that_is_never_acknowledged_is_reported_once(stack):
    name = called(stack, ack=False)
    reports = []
    while (at := stack.next_deadline()) is not None:
        stack.tick(at)
        reports += [(at, one) for one in drain(stack) if not isinstance(one, Transmit)]
    assert reports == [(32.0, Unacknowledged(name))]
    assert stack.has_dialog(name)


def test_a_second_2xx_of_a_dialog_is_not_repeated_twice_as_often(stack):
    name = called(stack)
    stack.tick(0.1)
    (again,) = told(stack, text_of("INVITE", cseq=2, branch="z9hG4bKre", to_tag=name.local_tag), now=0.2)
    respond(stack, again, 200, now=0.2)
    drain(stack)
    times = []
    while (at := stack.next_deadline()) is not None and at < 5:
        stack.tick(at)
        times += [round(at, 6)] * len(statuses(drain(stack)))
    assert times == [0.7, 1.7, 3.7]


def test_responses_that_make_a_dialog_carry_what_it_needs(stack):
    (incoming,) = told(stack, text_of("INVITE", extra="Record-Route: <sip:p1;lr>, <sip:p2;lr>\r\n"))
    early = respond(stack, incoming, 180)
    confirmed = respond(stack, incoming, 200)
    ringing, ok = sent(drain(stack))
    assert early == confirmed == DialogId("call-1", ringing.to.tag, "phone")
    for response in (ringing, ok):
        assert response.fields.all("Record-Route") == ["<sip:p1;lr>, <sip:p2;lr>"]
        assert response.fields.get("Contact") == "<sip:100@192.0.2.1:5060>"
        assert "BYE" in response.fields.tokens("Allow") or "bye" in response.fields.tokens("Allow")
        assert response.fields.get("Server") == "softswitch"
    assert "replaces" in ok.fields.tokens("Supported")


def test_a_refusal_ends_the_early_dialog(stack):
    (incoming,) = told(stack, text_of("INVITE"))
    name = respond(stack, incoming, 180)
    assert stack.has_dialog(name)
    respond(stack, incoming, 486)
    assert not stack.has_dialog(name)


def test_an_invite_before_the_last_is_answered_is_500_with_retry_after(stack):
    # RFC 3261 §14.2
    name = called(stack)
    (pending,) = told(stack, text_of("INVITE", cseq=2, branch="z9hG4bK2", to_tag=name.local_tag))
    pauses = []
    for cseq in range(3, 23):
        branch = f"z9hG4bK{cseq}"
        (response,) = sent(told(stack, text_of("INVITE", cseq=cseq, branch=branch, to_tag=name.local_tag)))
        assert response.status == 500
        pauses.append(int(response.fields.get("Retry-After")))
    # Drawn by lot, so that two who met do not meet again.
    assert 0 <= min(pauses) < max(pauses) <= 10
    assert len(set(pauses)) > 3
    respond(stack, pending, 488)
    assert stack.has_dialog(name), "a refused re-INVITE leaves the call as it is"
    assert len(told(stack, text_of("INVITE", cseq=23, branch="z9hG4bK23", to_tag=name.local_tag))) == 2


def test_n21_an_invite_that_crosses_ours_is_491(stack):
    name = called(stack)
    stack.send_in_dialog(0.0, name, "INVITE")
    drain(stack)
    assert statuses(told(stack, text_of("INVITE", cseq=2, branch="z9hG4bK2", to_tag=name.local_tag))) == [491]
    with pytest.raises(LocalProtocolError):
        stack.send_in_dialog(0.0, name, "INVITE")


def test_an_invite_before_the_ack_is_taken_unless_the_ack_owes_an_answer(stack):
    # RFC 5407 §3.1.4 and §3.1.5
    name = called(stack, ack=False)
    (incoming,) = told(stack, text_of("INVITE", cseq=2, branch="z9hG4bK2", to_tag=name.local_tag))
    respond(stack, incoming, 200, body=b"v=0")
    drain(stack)
    assert statuses(told(stack, text_of("INVITE", cseq=3, branch="z9hG4bK3", to_tag=name.local_tag))) == [491]
    told(stack, text_of("ACK", cseq=2, branch="z9hG4bKack", to_tag=name.local_tag))
    assert statuses(told(stack, text_of("INVITE", cseq=4, branch="z9hG4bK4", to_tag=name.local_tag))) == []


def test_bye_ends_the_dialog_even_before_the_ack(stack):
    name = called(stack, ack=False)
    (bye,) = told(stack, text_of("BYE", cseq=2, branch="z9hG4bKbye", to_tag=name.local_tag))
    respond(stack, bye, 200)
    assert not stack.has_dialog(name)
    drain(stack)
    stack.tick(32.0)
    assert drain(stack) == []
    assert not any(stack.sizes().values())


def test_answering_a_re_invite_after_the_bye(stack):
    # RFC 3261 §15.1.2: what is pending is answered with 487.
    name = called(stack)
    (pending,) = told(stack, text_of("INVITE", cseq=2, branch="z9hG4bK2", to_tag=name.local_tag))
    (bye,) = told(stack, text_of("BYE", cseq=3, branch="z9hG4bKbye", to_tag=name.local_tag))
    respond(stack, bye, 200)
    with pytest.raises(LocalProtocolError):
        respond(stack, pending, 200)
    respond(stack, pending, 487)
    assert statuses(drain(stack)) == [200, 487]


def test_our_ack_is_sent_again_for_every_repeated_2xx(stack):
    _, request = calling(stack)
    (reply,) = told(stack, answer(request, 200))
    assert isinstance(reply, Reply)
    # Repeats before our ACK are not reported a second time.
    assert told(stack, answer(request, 200)) == []
    stack.acknowledge(0.0, reply.dialog, 1)
    (ack,) = drain(stack)
    assert told(stack, answer(request, 200)) == [ack]
    parsed = request_of(ack.data)
    assert (parsed.method, parsed.target, parsed.cseq.number) == ("ACK", "sip:1001@192.0.2.9:5062", 1)
    assert parsed.via.branch != request.via.branch


def test_a_late_copy_of_the_2xx_does_not_bring_back_a_call_that_ended(stack):
    _, request = calling(stack)
    (reply,) = told(stack, answer(request, 200))
    stack.acknowledge(0.0, reply.dialog, 1)
    stack.send_in_dialog(1.0, reply.dialog, "BYE")
    bye = request_of(drain(stack)[-1].data)
    assert [type(one) for one in told(stack, answer(bye, 200))] == [Reply]
    assert told(stack, answer(request, 200)) == []
    assert not stack.has_dialog(reply.dialog)


def test_each_fork_has_its_own_dialog_and_its_own_answer(stack):
    key, request = calling(stack)
    names = [told(stack, answer(request, 180, tag=tag))[0].dialog for tag in ("a", "b", "c")]
    assert [name.remote_tag for name in names] == ["a", "b", "c"]
    (first,), (second,) = (
        told(stack, answer(request, 200, tag="a")),
        told(stack, answer(request, 200, tag="b")),
    )
    assert (first.transaction, first.dialog, second.dialog) == (key, names[0], names[1])
    # RFC 3261 §13.2.2.4: early dialogs that got no 2xx are over 64*T1 later.
    assert stack.has_dialog(names[2])
    stack.tick(32.0)
    assert [stack.has_dialog(name) for name in names] == [True, True, False]


def test_a_refusal_ends_all_early_dialogs(stack):
    _, request = calling(stack)
    for tag in ("a", "b"):
        told(stack, answer(request, 180, tag=tag))
    assert stack.sizes()["dialogs"] == 2
    _, reply = told(stack, answer(request, 486, tag="p"))
    assert (reply.response.status, reply.dialog) == (486, None)
    assert stack.sizes()["dialogs"] == 0
    # What comes after the refusal makes none either.
    for late in (answer(request, 200, tag="c"), answer(request, 183, tag="d")):
        assert told(stack, late) == []
    assert stack.sizes()["dialogs"] == 0


def test_early_dialogs_end_when_the_invite_fails(stack):
    key, request = calling(stack)
    told(stack, answer(request, 180, tag="a"))
    stack.cancel(1.0, key)
    stack.tick(33.0)
    assert drain(stack)[-1] == Failed(key, Cause.EXPIRED, None)
    stack.tick(66.0)
    assert not any(stack.sizes().values())


def test_one_invite_opens_only_so_many_dialogs(stack):
    _, request = calling(stack)
    for number in range(MAX_FORKS + 10):
        told(stack, answer(request, 180, tag=f"fork{number}"))
    assert stack.sizes()["dialogs"] == MAX_FORKS
    assert len(told(stack, answer(request, 200, tag="fork0"))) == 1
    assert told(stack, answer(request, 200, tag="fork99")) == []


def test_a_2xx_of_an_rfc_2543_phone_has_no_tag_and_is_acknowledged_all_the_same(stack):
    _, request = calling(stack)
    (reply,) = told(stack, answer(request, 200, tag=""))
    assert reply.dialog == DialogId(request.call_id, request.from_.tag, "")
    stack.acknowledge(0.0, reply.dialog, 1)
    assert request_of(drain(stack)[0].data).method == "ACK"


@pytest.mark.parametrize(
    "bad", [{"contact": "<<>>"}, {"extra": "Record-Route: <sip:\r\n"}, {"contact": "<sip:a@b"}]
)
@pytest.mark.parametrize("status", [180, 200])
def test_a_response_no_dialog_can_be_made_of_is_dropped(stack, bad, status):
    # It came out of handle() as an exception once.
    _, request = calling(stack)
    assert told(stack, answer(request, status, **bad)) == []


def test_the_2xx_may_move_the_target(stack):
    _, request = calling(stack)
    told(stack, answer(request, 180, extra="Record-Route: <sip:192.0.2.50;lr>\r\n"))
    (reply,) = told(stack, answer(request, 200, contact="<sip:new@192.0.2.9:5062>"))
    dialog = stack.dialog(reply.dialog)
    assert (str(dialog.remote_target), dialog.route_set) == ("sip:new@192.0.2.9:5062", [])


def test_a_re_invite_that_times_out_leaves_the_dialog_to_be_ended_by_bye(stack):
    # RFC 3261 §12.2.1.2
    name = called(stack)
    key = stack.send_in_dialog(0.0, name, "INVITE")
    stack.tick(32.0)
    assert drain(stack)[-1] == Failed(key, Cause.EXPIRED, name)
    # It is pending no more: else every later re-INVITE of either side would be refused.
    stack.send_in_dialog(32.0, name, "INVITE")
    bye = stack.send_in_dialog(32.0, name, "BYE")
    stack.tick(64.0)
    assert Failed(bye, Cause.EXPIRED, name) in drain(stack)
    assert not stack.has_dialog(name)


@pytest.mark.parametrize(
    ("status", "lives"), [(200, True), (408, True), (491, True), (500, True), (481, False)]
)
def test_which_answers_end_a_dialog(stack, status, lives):
    name = called(stack)
    stack.send_in_dialog(0.0, name, "INFO", body=b"Signal=1", content_type="application/dtmf-relay")
    info = request_of(drain(stack)[0].data)
    assert (info.body, info.content_type.kind) == (b"Signal=1", "application/dtmf-relay")
    told(stack, answer(info, status))
    assert stack.has_dialog(name) is lives


def test_a_2xx_of_a_re_invite_does_not_bring_back_a_dialog(stack):
    name = called(stack)
    stack.send_in_dialog(0.0, name, "INVITE", fields=(("Subject", "hold"),))
    request = request_of(drain(stack)[0].data)
    assert request.fields.get("Subject") == "hold"
    (bye,) = told(stack, text_of("BYE", cseq=2, branch="z9hG4bKbye", to_tag=name.local_tag))
    respond(stack, bye, 200)
    drain(stack)
    (reply,) = told(stack, answer(request, 200))
    assert reply.response.status == 200
    assert stack.sizes()["dialogs"] == 0
    assert told(stack, answer(request, 200)) == [], "reported once"


def test_a_dialog_that_is_over_takes_no_request(stack):
    name = DialogId("no", "such", "dialog")
    for ask in (stack.send_in_dialog, stack.acknowledge):
        with pytest.raises(LocalProtocolError):
            ask(0.0, name, "BYE" if ask == stack.send_in_dialog else 1)


def test_an_ack_may_carry_the_answer(stack):
    _, request = calling(stack)
    (reply,) = told(stack, answer(request, 200))
    stack.acknowledge(0.0, reply.dialog, 1, body=b"v=0", content_type="application/sdp")
    assert request_of(drain(stack)[0].data).body == b"v=0"


def test_an_ack_carries_the_credentials_of_its_invite(stack):
    # RFC 3261 §13.2.2.4
    fields = (("Authorization", 'Digest username="a"'), ("Proxy-Authorization", 'Digest username="b"'))
    name = called(stack)
    for given in (fields, ()):
        stack.send_in_dialog(0.0, name, "INVITE", fields=given)
        invite = request_of(drain(stack)[0].data)
        (reply,) = told(stack, answer(invite, 200))
        stack.acknowledge(0.0, reply.dialog, invite.cseq.number)
        ack = request_of(drain(stack)[0].data)
        assert tuple(item for item in ack.fields if item[0].endswith("Authorization")) == given


# When our BYE may leave (RFC 3261 §15)


def sent_requests(outputs):
    return [request_of(one.data).method for one in outputs if isinstance(one, Transmit) and one.transaction]


def test_a_bye_waits_for_the_ack_of_our_answer(stack):
    name = called(stack, ack=False)
    key = stack.send_in_dialog(0.1, name, "BYE", fields=(("Reason", "Q.850;cause=16"),))
    assert drain(stack) == []
    stack.tick(0.5)
    assert statuses(drain(stack)) == [200], "the answer is repeated until the caller has it"
    bye, acknowledged = told(stack, text_of("ACK", branch="z9hG4bKack", to_tag=name.local_tag), now=0.6)
    assert isinstance(acknowledged, Acknowledged)
    request = request_of(bye.data)
    assert (request.method, request.fields.get("Reason")) == ("BYE", "Q.850;cause=16")
    assert (bye.transaction, stack.has_dialog(name)) == (key, True)
    (reply,) = told(stack, answer(request, 200), now=0.7)
    assert (reply.transaction, stack.has_dialog(name)) == (key, False)
    stack.tick(100.0)
    assert not any(stack.sizes().values())


def test_a_bye_leaves_when_the_ack_is_given_up(stack):
    name = called(stack, ack=False)
    key = stack.send_in_dialog(0.1, name, "BYE")
    told_of = []
    while (at := stack.next_deadline()) is not None and at <= 64:
        stack.tick(at)
        outputs = drain(stack)
        if at < 32:
            assert statuses(outputs) == [200]
        told_of += [(at, one) for one in outputs if not isinstance(one, Transmit)]
    assert told_of == [(32.0, Unacknowledged(name)), (64.0, Failed(key, Cause.EXPIRED, name))]
    assert not stack.has_dialog(name)


def test_their_bye_lets_ours_go_as_if_both_had_crossed(stack):
    name = called(stack, ack=False)
    key = stack.send_in_dialog(0.1, name, "BYE")
    ours, theirs = told(stack, text_of("BYE", cseq=2, branch="z9hG4bKbye", to_tag=name.local_tag))
    respond(stack, theirs, 200)
    assert not stack.has_dialog(name)
    drain(stack)
    (reply,) = told(stack, answer(request_of(ours.data), 481))
    assert reply.transaction == key


def test_a_bye_that_waits_ends_with_its_dialog(stack):
    name = called(stack, ack=False)
    key = stack.send_in_dialog(0.1, name, "BYE")
    stack.forget(name)
    assert drain(stack) == [Failed(key, Cause.ENDED, name)]


def test_who_goes_waits_for_nobody(stack):
    name = called(stack, ack=False)
    stack.send_in_dialog(0.1, name, "BYE")
    stack.depart(0.2)
    assert sent_requests(drain(stack)) == ["BYE"]
    stack.depart(0.3)
    assert drain(stack) == []


def test_a_caller_who_knows_the_dialog_gets_a_bye_at_once(stack):
    # The ACK of a re-INVITE is missing, but not that of the call.
    name = called(stack)
    (again,) = told(stack, text_of("INVITE", cseq=2, branch="z9hG4bKre", to_tag=name.local_tag))
    respond(stack, again, 200)
    drain(stack)
    stack.send_in_dialog(0.1, name, "BYE")
    assert sent_requests(drain(stack)) == ["BYE"]


# Where the peer is


@pytest.mark.parametrize(
    ("status", "target"), [(200, "sip:new@192.0.2.9:5062"), (488, "sip:1001@192.0.2.9:5062")]
)
def test_a_re_invite_moves_the_target_only_when_it_is_accepted(stack, status, target):
    # RFC 6141 §4.6
    name = called(stack)
    data = text_of("INVITE", cseq=2, branch="z9hG4bKre", to_tag=name.local_tag)
    (again,) = told(stack, data.replace(b"<sip:1001@192.0.2.9:5062>", b"<sip:new@192.0.2.9:5062>"))
    assert str(stack.dialog(name).remote_target) == "sip:1001@192.0.2.9:5062"
    respond(stack, again, status)
    assert str(stack.dialog(name).remote_target) == target


def test_a_2xx_is_repeated_the_way_it_went_first(stack):
    # The Via names the way of the answer, the Record-Route that of later requests.
    (incoming,) = told(stack, text_of("INVITE", extra="Record-Route: <sip:192.0.2.77:5066;lr>\r\n"))
    name = respond(stack, incoming, 200)
    (first,) = drain(stack)
    stack.tick(0.5)
    (second,) = drain(stack)
    assert (first.hop.host, second) == ("192.0.2.9", first)
    assert stack.dialog(name).hop.host == "192.0.2.77"


@pytest.mark.parametrize("cseq", [1, 2, 99])
def test_a_bye_ends_the_dialog_whatever_its_number(stack, cseq):
    # Somebody who knows the tags has used a number far ahead of the owner's.
    name = called(stack)
    data = text_of("INVITE", cseq=4711, branch="z9hG4bKthief", to_tag=name.local_tag)
    (stolen,) = told(stack, data)
    respond(stack, stolen, 200)
    drain(stack)
    (bye,) = told(stack, text_of("BYE", cseq=cseq, branch="z9hG4bKbye", to_tag=name.local_tag))
    respond(stack, bye, 200)
    drain(stack)
    assert not stack.has_dialog(name)
    # Its tags must be right all the same, and any other request in order.
    assert statuses(told(stack, text_of("BYE", cseq=9999, branch="z9hG4bKno", to_tag="guess"))) == [481]


def test_any_other_request_must_come_in_order(stack):
    name = called(stack)
    assert statuses(told(stack, text_of("INFO", cseq=1, branch="z9hG4bKi", to_tag=name.local_tag))) == [500]


# UPDATE (RFC 3311)


def update(name, *, cseq=2, body="v=0", tag="", extra=""):
    return text_of(
        "UPDATE", cseq=cseq, branch=f"z9hG4bKu{cseq}", to_tag=tag or name.local_tag, body=body, extra=extra
    )


def offering(stack, name, method="UPDATE"):
    """Send an offer; return the request as it went."""
    stack.send_in_dialog(0.0, name, method, body=b"v=0", content_type="application/sdp")
    return request_of(drain(stack)[0].data)


@pytest.mark.parametrize("method", ["INVITE", "UPDATE"])
def test_an_update_with_an_offer_that_crosses_ours_is_491(stack, method):
    # §5.2: "the UAS has generated an offer … to which it has not yet received an answer".
    name = called(stack)
    mine = offering(stack, name, method)
    assert statuses(told(stack, update(name))) == [491]
    (incoming,) = told(stack, update(name, cseq=3, body=""))
    assert incoming.request.method == "UPDATE", "without an offer there is nothing to cross"
    respond(stack, incoming, 200)
    drain(stack)
    told(stack, answer(mine, 488))
    assert [type(one) for one in told(stack, update(name, cseq=4))] == [Incoming]


def test_an_update_with_an_offer_while_theirs_is_open_is_500_with_a_pause(stack):
    # §5.2: "and MUST include a Retry-After header field with a randomly chosen value between 0 and 10".
    name = called(stack)
    (pending,) = told(stack, text_of("INVITE", cseq=2, branch="z9hG4bK2", to_tag=name.local_tag))
    (response,) = sent(told(stack, update(name, cseq=3)))
    assert response.status == 500
    assert 0 <= int(response.fields.get("Retry-After")) <= 10
    respond(stack, pending, 488)
    drain(stack)
    assert [type(one) for one in told(stack, update(name, cseq=4))] == [Incoming]


def test_an_update_before_the_ack_that_owes_us_an_answer_is_491(stack):
    (incoming,) = told(stack, text_of("INVITE"))
    name = respond(stack, incoming, 200, body=b"v=0")
    drain(stack)
    assert statuses(told(stack, update(name))) == [491]
    told(stack, text_of("ACK", branch="z9hG4bKack", to_tag=name.local_tag, body="v=0"))
    assert [type(one) for one in told(stack, update(name, cseq=3))] == [Incoming]


@pytest.mark.parametrize("body", ["", "v=0"])
def test_an_update_before_the_answer_is_the_users_to_judge(stack, body):
    (incoming,) = told(stack, text_of("INVITE"))
    name = respond(stack, incoming, 180)
    drain(stack)
    (asked,) = told(stack, update(name, body=body))
    assert (asked.request.method, asked.dialog) == ("UPDATE", name)
    respond(stack, asked, 200)
    drain(stack)
    # It leaves the INVITE open.
    respond(stack, incoming, 200)
    assert statuses(drain(stack)) == [200]


def test_an_update_from_a_phone_that_rings_finds_its_dialog(stack):
    _, invite = calling(stack)
    (reply,) = told(stack, answer(invite, 183))
    data = update(reply.dialog, cseq=1).replace(b"Call-ID: call-1", f"Call-ID: {invite.call_id}".encode())
    (asked,) = told(stack, data)
    assert asked.dialog == reply.dialog


@pytest.mark.parametrize(("first", "second"), [("UPDATE", "INVITE"), ("INVITE", "UPDATE"), ("UPDATE",) * 2])
def test_we_make_no_offer_while_one_of_ours_is_open(stack, first, second):
    # §5.1
    name = called(stack)
    mine = offering(stack, name, first)
    with pytest.raises(LocalProtocolError):
        offering(stack, name, second)
    # What offers nothing may go all the same.
    stack.send_in_dialog(0.0, name, "UPDATE")
    drain(stack)
    told(stack, answer(mine, 491))
    assert offering(stack, name, second).method == second


def test_we_make_no_offer_while_one_of_theirs_is_open(stack):
    name = called(stack)
    (pending,) = told(stack, text_of("INVITE", cseq=2, branch="z9hG4bK2", to_tag=name.local_tag))
    with pytest.raises(LocalProtocolError):
        offering(stack, name)
    respond(stack, pending, 200)
    drain(stack)
    assert offering(stack, name).method == "UPDATE"


def test_an_offer_nobody_answers_holds_no_other_back_for_ever(stack):
    name = called(stack)
    offering(stack, name)
    stack.tick(40.0)
    assert [one.cause for one in drain(stack) if isinstance(one, Failed)] == [Cause.EXPIRED]
    assert offering(stack, name).method == "UPDATE"


def test_an_update_moves_the_target_and_a_refused_one_does_not(stack):
    # §5.1: "UPDATE is a target refresh request."
    name = called(stack)

    def target():
        return str(stack.dialog(name).remote_target)

    moved = update(name, body="").replace(b"<sip:1001@192.0.2.9:5062>", b"<sip:new@192.0.2.9:5062>")
    (incoming,) = told(stack, moved)
    respond(stack, incoming, 504)
    assert target() == "sip:1001@192.0.2.9:5062"
    drain(stack)
    (incoming,) = told(stack, moved.replace(b"CSeq: 2", b"CSeq: 3").replace(b"z9hG4bKu2", b"z9hG4bKu3"))
    respond(stack, incoming, 200)
    (response,) = sent(drain(stack))
    assert response.fields.get("Contact") == "<sip:100@192.0.2.1:5060>"
    assert target() == "sip:new@192.0.2.9:5062"


def test_the_answer_to_our_update_moves_the_target_too(stack):
    name = called(stack)
    mine = offering(stack, name)
    told(stack, answer(mine, 488, contact="<sip:no@192.0.2.9:5062>"))
    assert str(stack.dialog(name).remote_target) == "sip:1001@192.0.2.9:5062"
    mine = offering(stack, name)
    told(stack, answer(mine, 200, contact="<sip:yes@192.0.2.9:5062>"))
    assert str(stack.dialog(name).remote_target) == "sip:yes@192.0.2.9:5062"


@pytest.mark.parametrize(
    ("method", "status", "lives"),
    # RFC 5057: a subscription is another use of the dialog, and its end is not the call's.
    [("UPDATE", 408, True), ("UPDATE", 481, False), ("OPTIONS", 481, False), ("NOTIFY", 481, True)],
)
def test_which_refusals_end_the_dialog(stack, method, status, lives):
    name = called(stack)
    stack.send_in_dialog(0.0, name, method)
    told(stack, answer(request_of(drain(stack)[0].data), status))
    assert stack.has_dialog(name) is lives
