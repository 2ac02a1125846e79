"""The SIPp scenarios themselves: well-formed, complete, and saying what they should."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from tests.peers.sipp_calls import CALLS, INVITE
from tests.peers.sipp_extensions import ASKING, PROOFS, REFER_BLIND
from tests.peers.sipp_phones import PHONES
from tests.peers.sipp_refusals import REFUSALS
from tests.peers.sipp_registrations import BIND_HERE, FORGET_ALL, REGISTRATIONS
from tests.peers.sipp_script import Message, Scenario, check, expect, sdp, send

ALL = (*REGISTRATIONS, *CALLS, *REFUSALS, *ASKING, *PROOFS, REFER_BLIND, *PHONES, BIND_HERE, FORGET_ALL)

NAMES = """
reg_md5 reg_rereg_unreg reg_star reg_query reg_brief reg_badpw reg_nouser reg_multi
call_basic call_rtpstream dtmf4733_all16 dtmf4733_1234 dtmf4733_lost_start dtmf4733_lost_2ends
dtmf4733_nomarker dtmf4733_1122 dtmf4733_short40 dtmf_inband_all16 dtmf_inband_40ms dtmf_info_relay
dtmf_info_plain info_unknown cancel_ringing reinvite_hold reinvite_nosdp reinvite_oldcseq options
options_ext options_indialog rel100 form_compact form_longcallid form_teluri form_noangle form_escaped
form_nomf form_noSDP sdp_audio_video sdp_pcma_only sdp_norpmap err_codec err_ctype err_require err_noext
err_method err_bye_nodlg err_cancel_none err_invite_totag err_replaces err_event err_mf0 err_maddr_scheme
answer busy decline dnd480 ring_noanswer slow_answer_earlymedia
timer_ok timer_422 update rel100_required refer_blind
"""
"""The conversations the first release must master; a scenario that vanishes must be missed."""


def test_every_conversation_is_there_once() -> None:
    names = [scenario.name for scenario in ALL]
    assert len(names) == len(set(names))
    assert set(NAMES.split()) <= set(names)


@pytest.mark.parametrize("scenario", ALL, ids=lambda scenario: scenario.name)
def test_the_file_is_well_formed(scenario: Scenario) -> None:
    root = ElementTree.fromstring(scenario.xml())
    assert root.attrib["name"] == scenario.name
    labels = {element.attrib["id"] for element in root.iter("label")}
    jumps = {element.attrib["next"] for element in root.iter() if "next" in element.attrib}
    assert jumps <= labels
    used = {element.attrib["assign_to"] for element in root.iter("ereg")}
    kept = root.find("Reference")
    assert used == (set() if kept is None else set(kept.attrib["variables"].split(",")))


def test_compact_names_replace_the_long_ones() -> None:
    text = Message("INVITE", 1, compact=True, body=sdp()).text()
    names = [line.split(":")[0] for line in text.split("\n\n")[0].splitlines()[1:]]
    assert names == ["v", "f", "t", "i", "CSeq", "Max-Forwards", "m", "c", "l"]


def test_requests_are_repeated_and_acks_are_not() -> None:
    assert "retrans" in send(INVITE)
    assert "retrans" not in send(Message("ACK", 1))


def test_a_body_has_type_and_length_and_none_says_zero() -> None:
    assert "Content-Type: application/sdp\nContent-Length: [len]\n\nv=0" in INVITE.text()
    assert Message("BYE", 1).text().endswith("Content-Length: 0")


def test_an_offer_names_each_payload_type() -> None:
    text = sdp(payloads="8 101", direction="sendonly")
    assert "RTP/AVP 8 101" in text
    assert "a=rtpmap:8 PCMA/8000" in text
    assert "a=fmtp:101 0-15" in text
    assert text.endswith("a=sendonly")


def test_a_check_looks_where_it_is_told() -> None:
    assert 'search_in="hdr" header="Allow:"' in check("INVITE", header="Allow")
    assert 'search_in="body"' in check("m=audio")
    assert 'search_in="msg"' in check("x", anywhere=True)
    assert 'check_it_inverse="true"' in check("x", absent=True)
    assert expect(200).startswith('<recv response="200">')
