"""Replaces and Refer-To: which call is meant, and who is to be called (RFC 3891 §6.1, RFC 3515 §2.1)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.sip.errors import RemoteProtocolError
from softswitch.sip.replaces import Reference, Replaces, parse_refer, parse_replaces
from softswitch.sip.signals import DialogId
from tests.sip.messages import request_of, text_of

TOKENS = st.text("abcdefghijklmnopqrstuvwxyzABCXYZ0123456789-.!%*_+`'~", min_size=1, max_size=20)
CALL_IDS = st.builds("{}@{}".format, TOKENS, TOKENS) | TOKENS


def refer(*targets):
    return request_of(text_of("REFER", cseq=2, extra="".join(f"Refer-To: {one}\r\n" for one in targets)))


@given(CALL_IDS, TOKENS, TOKENS, st.booleans(), st.permutations([0, 1, 2]))
def test_a_dialog_is_named_in_any_order(call_id, to_tag, from_tag, early, order):
    params = [f"to-tag={to_tag}", f"from-tag={from_tag}", "early-only" if early else "other=x"]
    text = ";".join([call_id, *(params[number] for number in order)])
    # RFC 3891 §3: the to-tag is compared with the local tag, the from-tag with the remote one.
    assert parse_replaces(text) == Replaces(DialogId(call_id, to_tag, from_tag), early)


def test_space_round_its_parts_does_not_count():
    assert parse_replaces(" a@b ; to-tag=1 ;from-tag=2; Early-Only ").dialog == DialogId("a@b", "1", "2")
    assert parse_replaces(" a@b ; to-tag=1 ;from-tag=2; Early-Only ").early_only


@pytest.mark.parametrize(
    "text",
    [
        "",
        ";to-tag=1;from-tag=2",
        "a@b",
        "a@b;to-tag=1",
        "a@b;from-tag=2",
        "a@b;to-tag=;from-tag=2",
        "a@b;to-tag;from-tag=2",
        'a@b;to-tag="1;from-tag=2',
    ],
)
def test_one_without_a_call_id_and_both_tags_is_400(text):
    with pytest.raises(RemoteProtocolError) as refused:
        parse_replaces(text)
    assert refused.value.status == 400


@given(st.text(max_size=60))
def test_whatever_stands_in_it_is_read_or_refused_with_400(text):
    try:
        found = parse_replaces(text)
    except RemoteProtocolError as error:
        refused = error.status
    else:
        refused = 0
        assert all((found.dialog.call_id, found.dialog.local_tag, found.dialog.remote_tag))
    assert refused in (0, 400)


@pytest.mark.parametrize(
    ("target", "reference"),
    [
        ("<sip:1003@192.0.2.1>", Reference("1003", host="192.0.2.1")),
        ("sip:1003@192.0.2.1", Reference("1003", host="192.0.2.1")),
        ('"Celina" <sip:1003@192.0.2.1:5060;transport=tcp>;x=y', Reference("1003", host="192.0.2.1")),
        ("<sip:1003@192.0.2.1;method=INVITE>", Reference("1003", host="192.0.2.1")),
        ("<sip:1003@192.0.2.1;method=invite>", Reference("1003", host="192.0.2.1")),
        ("<tel:+48-22-123>", Reference("+4822123")),
        ("<sip:192.0.2.1>", Reference("", host="192.0.2.1")),
        (
            "<sip:1003@192.0.2.1?Replaces=a%40b%3Bto-tag%3D1%3Bfrom-tag%3D2>",
            Reference("1003", Replaces(DialogId("a@b", "1", "2")), host="192.0.2.1"),
        ),
        (
            "<sip:1003@192.0.2.1?Require=replaces&replaces=a%3Bfrom-tag%3D2%3Bto-tag%3D1%3Bearly-only>",
            Reference("1003", Replaces(DialogId("a", "1", "2"), early_only=True), host="192.0.2.1"),
        ),
        ("<sip:1003@192.0.2.1?Subject=x>", Reference("1003", host="192.0.2.1")),
    ],
)
def test_whom_a_refer_names(target, reference):
    assert parse_refer(refer(target)) == reference


@pytest.mark.parametrize(
    ("targets", "status"),
    [
        # RFC 3515 §2.4.2: exactly one.
        ((), 400),
        (("<sip:1003@192.0.2.1>", "<sip:1004@192.0.2.1>"), 400),
        (("<sip:1003@192.0.2.1>, <sip:1004@192.0.2.1>",), 400),
        (("<sip:1003@192.0.2.1",), 400),
        (("<sip:1003@192.0.2.1?Replaces=a>",), 400),
        (("<http://192.0.2.1/>",), 416),
        (("<mailto:anna@example.com>",), 416),
        (("<sip:1003@192.0.2.1;method=BYE>",), 501),
        (("<sip:1003@192.0.2.1;method=SUBSCRIBE>",), 501),
    ],
)
def test_a_refer_that_asks_for_what_cannot_be(targets, status):
    with pytest.raises(RemoteProtocolError) as refused:
        parse_refer(refer(*targets))
    assert refused.value.status == status


def test_a_refer_may_use_the_short_name():
    data = text_of("REFER", cseq=2, extra="r: <sip:1003@192.0.2.1>\r\n")
    assert parse_refer(request_of(data)) == Reference("1003", host="192.0.2.1")
