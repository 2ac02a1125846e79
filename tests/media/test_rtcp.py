"""Reports as bytes: what was built is read, what is broken harms nothing, and the sums on the stamps."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media import rtcp
from media.rtcp import Bye, ReceiverReport, ReportBlock, SenderReport, SourceDescription

WORD = st.integers(0, 0xFFFF_FFFF)
BLOCKS = st.builds(
    ReportBlock,
    ssrc=WORD,
    fraction=st.integers(0, 255),
    lost=st.integers(-0x80_0000, 0x7F_FFFF),
    highest=WORD,
    jitter=WORD,
    last_sr=WORD,
    delay_since_sr=WORD,
)
TEXT = st.text(st.characters(codec="utf-8"), max_size=60)
BLOCK_LISTS = st.lists(BLOCKS, max_size=4).map(tuple)
PACKETS = st.one_of(
    st.builds(
        SenderReport,
        ssrc=WORD,
        ntp=st.integers(0, (1 << 64) - 1),
        timestamp=WORD,
        packets=WORD,
        octets=WORD,
        blocks=BLOCK_LISTS,
    ),
    st.builds(ReceiverReport, ssrc=WORD, blocks=BLOCK_LISTS),
    st.builds(SourceDescription, chunks=st.lists(st.tuples(WORD, TEXT), max_size=2).map(tuple)),
    st.builds(Bye, sources=st.lists(WORD, max_size=5).map(tuple), reason=TEXT),
)
COMPOUNDS = st.lists(PACKETS, max_size=2).map(tuple)

BLOCK = ReportBlock(
    ssrc=0x11223344,
    fraction=64,
    lost=-2,
    highest=0x0001_ABCD,
    jitter=160,
    last_sr=0xB705_2000,
    delay_since_sr=0x0005_4000,
)
REPORT = SenderReport(0xCAFEBABE, 0xB44D_B705_2000_0000, 8000, 50, 8000, (BLOCK,))
NAME = SourceDescription(((0xCAFEBABE, "leg@10.0.0.1"),))
LEAVING = Bye((0xCAFEBABE,), "call ended")
COMPOUND = (REPORT, NAME, LEAVING)

REPORT_BYTES = bytes.fromhex(
    "81c8000c cafebabe b44db70520000000 00001f40 00000032 00001f40"
    "11223344 40fffffe 0001abcd 000000a0 b7052000 00054000"
)
NAME_BYTES = bytes.fromhex("81ca0005 cafebabe 010c") + b"leg@10.0.0.1" + bytes(2)
LEAVING_BYTES = bytes.fromhex("81cb0004 cafebabe 0a") + b"call ended" + bytes(1)


def packet(kind: int, body: bytes, *, count: int = 0, padded: bool = False, words: int | None = None):
    """Return one packet of any type, with a length that may be a lie."""
    first = 0x80 | (0x20 if padded else 0) | count
    return bytes((first, kind)) + (len(body) // 4 if words is None else words).to_bytes(2, "big") + body


@given(COMPOUNDS)
def test_what_was_built_is_read(packets):
    data = rtcp.build(packets)
    assert len(data) % 4 == 0
    assert rtcp.parse(data) == packets


def test_the_bytes_are_those_of_the_rfc():
    """Written out by hand from the figures of RFC 3550 §6.4.1, §6.5 and §6.6."""
    assert rtcp.build((REPORT,)) == REPORT_BYTES
    assert rtcp.build((NAME,)) == NAME_BYTES
    assert rtcp.build((LEAVING,)) == LEAVING_BYTES
    assert rtcp.build((ReceiverReport(1),)) == bytes.fromhex("80c90001 00000001")
    assert rtcp.build((Bye((1, 2)),)) == bytes.fromhex("82cb0002 00000001 00000002")
    assert rtcp.build(()) == b""
    assert rtcp.parse(REPORT_BYTES + NAME_BYTES + LEAVING_BYTES) == COMPOUND


@pytest.mark.parametrize("length", range(9))
def test_every_list_of_items_ends_with_a_null(length):
    data = rtcp.build((SourceDescription(((1, "x" * length), (2, "y"))), Bye((3,))))
    assert data[10 + length] == 0
    assert rtcp.parse(data) == (SourceDescription(((1, "x" * length), (2, "y"))), Bye((3,)))


@pytest.mark.parametrize("alone", COMPOUND)
def test_a_part_without_its_report_is_read(alone):
    # RFC 5506 §3.4.2: a reduced-size packet may hold any one type.
    assert rtcp.parse(rtcp.build((alone,))) == (alone,)


@pytest.mark.parametrize("kind", [204, 205, 206, 207])
def test_other_types_are_passed_over(kind):
    """Of applications, feedback and extended reports nothing is read, and nothing lost behind them."""
    other = packet(kind, bytes(12), count=15)
    assert rtcp.parse(REPORT_BYTES + other + LEAVING_BYTES) == (REPORT, LEAVING)
    assert rtcp.parse(other + NAME_BYTES) == (NAME,)


def test_additions_of_a_profile_are_passed_over():
    addition = bytes(range(8))
    longer = packet(200, REPORT_BYTES[4:] + addition, count=1)
    assert rtcp.parse(longer + NAME_BYTES) == (REPORT, NAME)


def test_other_items_are_not_kept():
    tool, location = b"\6\4asdf", b"\5\0"
    body = bytes(3) + b"\7" + tool + b"\1\2me" + location + b"\1\3you" + bytes(1)
    body += bytes(-len(body) % 4) + bytes(3) + b"\x08" + tool + bytes(2)
    data = packet(202, body, count=2)
    assert rtcp.parse(data + LEAVING_BYTES) == (SourceDescription(((7, "me"),)), LEAVING)


def test_a_name_that_lacks_its_null_is_read():
    data = packet(202, bytes(3) + b"\7" + b"\1\2me", count=1)
    assert rtcp.parse(data + LEAVING_BYTES) == (SourceDescription(((7, "me"),)), LEAVING)


def test_bad_octets_of_a_name_are_replaced():
    data = packet(202, bytes(3) + b"\7" + b"\1\2\xffe" + bytes(4), count=1)
    assert rtcp.parse(data) == (SourceDescription(((7, "\ufffde"),)),)


def test_a_goodbye_names_nobody_or_no_reason():
    assert rtcp.parse(packet(203, b"")) == (Bye(()),)
    assert rtcp.parse(packet(203, bytes(4))) == (Bye(()),)


@pytest.mark.parametrize("padding", [4, 8, 252])
def test_padding_of_the_last_packet_is_cut(padding):
    filler = bytes(padding - 1) + bytes((padding,))
    padded = packet(203, LEAVING_BYTES[4:] + filler, count=1, padded=True)
    assert rtcp.parse(REPORT_BYTES + padded) == (REPORT, LEAVING)


BROKEN = {
    "nothing": b"",
    "half a header": REPORT_BYTES[:3],
    "version 1": b"\x41" + LEAVING_BYTES[1:],
    "longer than the datagram": packet(203, bytes(4), count=1, words=2),
    "more blocks than it holds": packet(201, bytes(4 + 23), count=1),
    "no room for the sender": packet(200, bytes(20)),
    "no room for the receiver": packet(201, b""),
    "more chunks than it holds": packet(202, bytes(8), count=2),
    "an item past the end": packet(202, bytes(4) + b"\1\3me", count=1),
    "an item without length": packet(202, bytes(4) + b"\1\1m\1", count=1),
    "more sources than it holds": packet(203, bytes(4), count=2),
    "a reason past the end": packet(203, bytes(4) + b"\4bye", count=1),
    "no padding": packet(203, bytes(4), count=1, padded=True),
    "padding of nothing": packet(203, b"", padded=True),
    "padding of three": packet(203, bytes(4) + b"\0\0\0\3", count=1, padded=True),
    "more padding than packet": packet(203, bytes(4) + b"\0\0\0\x0c", count=1, padded=True),
    "padding before the last": packet(203, bytes(4) + b"\0\0\0\4", count=1, padded=True) + NAME_BYTES,
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
def test_what_stands_before_the_break_is_kept(broken):
    assert rtcp.parse(broken) == ()
    assert rtcp.parse(REPORT_BYTES + broken) == (REPORT,)
    assert rtcp.parse(REPORT_BYTES + broken + LEAVING_BYTES)[:1] == (REPORT,)


@pytest.mark.parametrize("kind", [0, 8, 0x88, 101, 229])
def test_sound_that_went_astray_is_nothing(kind):
    """A sequence number of 42 looks like the right length, and the sound like a report."""
    assert rtcp.parse(packet(kind, bytes(168), words=42) + REPORT_BYTES) == ()


@given(st.binary(max_size=300))
def test_no_bytes_do_harm(data):
    rtcp.parse(data)
    for kind in range(200, 204):
        rtcp.parse(REPORT_BYTES + packet(kind, data[: len(data) & ~3], count=len(data) & 31))


@given(COMPOUNDS, st.data())
def test_no_damage_does_harm(packets, data):
    octets = bytearray(rtcp.build((REPORT, *packets)))
    places = st.integers(0, len(octets) - 1)
    for at, octet in data.draw(st.lists(st.tuples(places, st.integers(0, 255)), max_size=8)):
        octets[at] = octet
    rtcp.parse(bytes(octets))


@given(COMPOUNDS, st.integers(0, 1500))
def test_a_datagram_cut_short_yields_its_first_packets(packets, size):
    read = rtcp.parse(rtcp.build(packets)[:size])
    assert read == packets[: len(read)]


def test_a_datagram_over_the_limit_is_not_read():
    filled = REPORT_BYTES + packet(204, bytes(rtcp.LARGEST - len(REPORT_BYTES) - 4))
    assert len(filled) == rtcp.LARGEST
    assert rtcp.parse(filled) == (REPORT,)
    assert rtcp.parse(filled + b"\x80") == ()


def test_what_does_not_fit_is_refused():
    assert rtcp.parse(rtcp.build((Bye(tuple(range(31))),))) == (Bye(tuple(range(31))),)
    assert rtcp.parse(rtcp.build((Bye((), "é" * 127 + "!"),))) == (Bye((), "é" * 127 + "!"),)
    with pytest.raises(ValueError, match="32 entries"):
        rtcp.build((Bye(tuple(range(32))),))
    with pytest.raises(ValueError, match="32 entries"):
        rtcp.build((ReceiverReport(1, (BLOCK,) * 32),))
    with pytest.raises(ValueError, match="256 octets"):
        rtcp.build((SourceDescription(((1, "é" * 128),)),))
    with pytest.raises(ValueError, match="is no SSRC"):
        rtcp.build((ReceiverReport(1 << 32),))
    with pytest.raises(ValueError, match="is no SSRC"):
        rtcp.build((ReceiverReport(1, (replace(BLOCK, ssrc=-1),)),))
    with pytest.raises(ValueError, match="one datagram"):
        rtcp.build((ReceiverReport(1, (BLOCK,) * 31),) * 2 + (NAME,))


def test_a_lone_surrogate_does_not_stop_a_goodbye():
    assert rtcp.parse(rtcp.build((Bye((1,), "a\udc80"),))) == (Bye((1,), "a?"),)


@pytest.mark.parametrize(
    ("given_as", "sent_as"),
    [
        ({"lost": 1 << 23}, {"lost": 0x7F_FFFF}),
        ({"lost": -(1 << 24)}, {"lost": -0x80_0000}),
        ({"fraction": 256}, {"fraction": 255}),
        ({"fraction": -1}, {"fraction": 0}),
        ({"jitter": 1 << 33}, {"jitter": 0xFFFF_FFFF}),
        ({"delay_since_sr": 1 << 33}, {"delay_since_sr": 0xFFFF_FFFF}),
        ({"delay_since_sr": -1}, {"delay_since_sr": 0}),
        ({"highest": (1 << 32) + 5}, {"highest": 5}),
    ],
)
def test_measures_stop_and_counters_wrap(given_as, sent_as):
    sent = rtcp.build((ReceiverReport(1, (replace(BLOCK, **given_as),)),))
    assert rtcp.parse(sent) == (ReceiverReport(1, (replace(BLOCK, **sent_as),)),)


def test_a_senders_counters_wrap():
    long_call = SenderReport(1, (1 << 64) + 2, (1 << 32) + 3, (1 << 32) + 4, (1 << 32) + 5)
    assert rtcp.parse(rtcp.build((long_call,))) == (SenderReport(1, 2, 3, 4, 5),)


def test_the_worked_example_of_the_rfc():
    """RFC 3550 §6.4.1, figure 2: sent on 10 Nov 1995 at 11:33:25.125 UTC, answered 5.25 s after arrival."""
    sent = rtcp.ntp_time(816003205.125)
    assert sent == 0xB44DB705_20000000
    assert rtcp.middle(sent) == BLOCK.last_sr
    assert rtcp.round_trip(rtcp.middle(rtcp.ntp_time(816003216.5)), BLOCK) == 6.125


@pytest.mark.parametrize(
    ("unix", "ntp"),
    [
        (0.0, 2_208_988_800 << 32),
        (-2_208_988_800.0, 0),
        (-0.5, (2_208_988_799 << 32) + (1 << 31)),
        # 7 Feb 2036, 06:28:16 UTC: the seconds begin anew.
        (2_085_978_495.75, (0xFFFFFFFF << 32) + (3 << 30)),
        (2_085_978_496.25, 1 << 30),
    ],
)
def test_wall_clock_times_as_ntp(unix, ntp):
    assert rtcp.ntp_time(unix) == ntp


@given(
    sent=st.floats(0, 4e9),
    held=st.floats(0, 60),
    travelled=st.floats(0.001, 9.9),
)
def test_the_round_trip_is_what_was_travelled(sent, held, travelled):
    """Also where the stamps wrap, every 65536 s."""
    last_sr = rtcp.middle(rtcp.ntp_time(sent))
    block = replace(BLOCK, last_sr=last_sr or 1, delay_since_sr=round(held * 65536))
    arrived = rtcp.middle(rtcp.ntp_time(sent + held + travelled))
    assert rtcp.round_trip(arrived, block) == pytest.approx(travelled, abs=4 / 65536)


def test_a_round_trip_that_cannot_be_is_none():
    def after(units: int, block: ReportBlock = BLOCK) -> float | None:
        return rtcp.round_trip((block.last_sr + block.delay_since_sr + units) & 0xFFFF_FFFF, block)

    assert after(0) == 0.0
    assert after(-1) is None
    assert after(10 * 65536) == 10.0
    assert after(10 * 65536 + 1) is None
    assert after(65536, replace(BLOCK, last_sr=0, delay_since_sr=0)) is None


def test_reports_follow_each_other_by_the_rule():
    """5 s in the mean before compensation, from half to one and a half of it, half of that at first."""
    assert rtcp.interval(0.0, first=False) == pytest.approx(2.5 / 1.21828)
    assert rtcp.interval(0.5, first=False) == pytest.approx(5 / 1.21828)
    assert rtcp.interval(1 - 2**-53, first=False) == pytest.approx(7.5 / 1.21828)
    assert rtcp.interval(0.5, first=True) == pytest.approx(2.5 / 1.21828)
