from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softswitch.integrations import smpp_pdu
from softswitch.integrations.smpp_pdu import HEADER, Command, Pdu, Receipt, encoded, length_of, read_pdu
from softswitch.integrations.sms_text import GSM_TABLE, measured, plain


@settings(deadline=None)
@given(
    st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1), st.binary(max_size=99)
)
def test_a_pdu_is_read_as_it_was_written(command: int, status: int, sequence: int, body: bytes) -> None:
    octets = Pdu(command, status, sequence, body).octets()
    assert length_of(octets[: HEADER.size]) == len(body)
    assert read_pdu(octets[: HEADER.size], octets[HEADER.size :]) == Pdu(command, status, sequence, body)


@pytest.mark.parametrize("length", [0, 15, 2**31])
def test_a_length_that_cannot_be(length: int) -> None:
    with pytest.raises(ValueError, match="a PDU of"):
        length_of(HEADER.pack(length, 0, 0, 0))


def test_the_alphabet_of_septets() -> None:
    assert len(GSM_TABLE) == 128
    assert encoded("@A€", "gsm7") == (0, bytes([0, 65, 27, 101]))
    assert encoded("ż😀", "ucs2") == (8, b"\x01\x7c\xd8\x3d\xde\x00")


@settings(deadline=None)
@given(st.text(max_size=200))
def test_every_text_can_be_encoded(text: str) -> None:
    for one in (text, plain(text)):
        size = measured(one)
        coding, octets = encoded(one, size.alphabet)
        assert (coding == 8) == (size.alphabet == "ucs2")
        assert len(octets) >= len(one)


def test_a_name_that_is_too_long_or_strange_cannot_shift_what_follows() -> None:
    body = smpp_pdu.bind(1, "a" * 40, "b\0c", "ż").body
    assert body == b"a" * 15 + b"\0b?c\0?\0" + bytes([0x34, 0, 0, 0])


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_octets_are_a_receipt_or_none(body: bytes) -> None:
    found = smpp_pdu.receipt(Pdu(Command.DELIVER_SM, 0, 1, body))
    assert found is None or isinstance(found, Receipt)


def test_the_id_of_a_receipt_may_stand_beside_its_text() -> None:
    text = b"stat:DELIVRD err:000"
    body = b"\0\1\x0148600\0\1\x01300\0" + bytes([4, 0, 0]) + b"\0\0" + bytes([0, 0, 0, 0, len(text)]) + text
    named = body + b"\x00\x1e\x00\x03m7\0"
    assert smpp_pdu.receipt(Pdu(Command.DELIVER_SM, 0, 1, named)) == Receipt("m7", "DELIVRD")
    message = body[:15] + body[15:].replace(bytes([4, 0, 0]), bytes([0, 0, 0]), 1)
    assert smpp_pdu.receipt(Pdu(Command.DELIVER_SM, 0, 1, message)) is None


def test_answers() -> None:
    request = Pdu(Command.DELIVER_SM, 0, 5, b"x")
    assert smpp_pdu.answer(request) == Pdu(0x80000005, 0, 5, b"\0")
    assert smpp_pdu.message_id(Pdu(0x80000004, 0, 1, b"m7\0")) == "m7"
    assert smpp_pdu.message_id(Pdu(0x80000004, 0, 1, b"")) == ""
