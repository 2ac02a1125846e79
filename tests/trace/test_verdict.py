"""Broken calls and the sentences that explain them: as once recorded, and as the stack plays them now."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.events import CallEnded, Entry, LegInvited, TrunkTaken
from softswitch.languages import ENGLISH, POLISH
from softswitch.trace.verdict import near_numbers, slips
from tests.trace.broken_calls import FOLDER, SCENARIOS, played
from tests.trace.recorded import Recorded, call_sentences, from_json

PHONE_CASES = frozenset({"offer_refused", "wrong_password", "stale_nonce"})
"""These never became calls: see test_phones."""

SENTENCES = {
    # scenario: (why it ended, what was wrong) in English, and in Polish what was wrong
    "no_ack": (
        "A phone never confirmed that the call was answered (no ACK).",
        "The ACK of 1001 did not reach us: our Contact was sip:192.0.2.1:5060, our 200 OK went to "
        "192.0.2.11:5060 11 times.",
        "ACK od 1001 do nas nie dotarł: nasz Contact to sip:192.0.2.1:5060, odpowiedź 200 OK wysłano do "
        "192.0.2.11:5060 11 razy.",
    ),
    "one_way_behind_nat": (
        "1001 hung up after 12 s.",
        "1001 heard nothing: its phone stands behind a NAT. It wants sound at 192.168.1.20:4000, a private "
        "address, while its calls come from 198.51.100.9.",
        "1001 nic nie słyszał: telefon jest za NAT. Chce dźwięku pod prywatnym adresem 192.168.1.20:4000, a "
        "łączy się z 198.51.100.9.",
    ),
    "sound_to_the_wrong_place": (
        "1001 hung up after 12 s.",
        "1001 could not be heard: its phone was told to send sound to 10.0.0.5:20002, a private address that "
        "cannot be reached from 198.51.100.9. Set sip: public_address.",
        "1001 nie było słychać: telefon miał nadawać dźwięk do 10.0.0.5:20002, a to adres prywatny, "
        "nieosiągalny z 198.51.100.9. Ustaw sip: public_address.",
    ),
    "codecs_apart": (
        "A phone and the switch have no audio codec in common.",
        "We offered 1002 PCMA, PCMU; its phone wants G722.",
        "Zaproponowaliśmy 1002 kodeki PCMA, PCMU; telefon chce G722.",
    ),
    "busy": (
        "1002 was busy.",
        "The phone of 1002 at 192.0.2.12:5060 answered 486 Busy Here after ringing for 4 s.",
        "Telefon 1002 pod 192.0.2.12:5060 odpowiedział 486 Busy Here po 4 s dzwonienia.",
    ),
    "no_answer": (
        "1002 did not answer after 30 s.",
        "The phone of 1002 at 192.0.2.12:5060 had rung for 30 s.",
        "Telefon 1002 pod 192.0.2.12:5060 dzwonił przez 30 s.",
    ),
    "unreachable": (
        "1003 did not answer after 30 s.",
        "The phone of 1003 did not answer any of our 7 INVITEs to 198.51.100.9:5060. It had registered from "
        "198.51.100.9:5060 1 min 35 s before, behind a NAT: that has closed its way, or the phone is off.",
        "Telefon 1003 nie odpowiedział na żaden z naszych INVITE do 198.51.100.9:5060 (wysłano 7). Ostatnio "
        "rejestrował się z 198.51.100.9:5060, 1 min 35 s wcześniej, zza NAT: droga przez NAT się zamknęła "
        "albo "
        "telefon jest wyłączony.",
    ),
    "given_up": (
        "1001 gave up before the call was answered after 8 s.",
        "The phone of 1002 at 192.0.2.12:5060 had rung for 7 s.",
        "Telefon 1002 pod 192.0.2.12:5060 dzwonił przez 7 s.",
    ),
    "sound_lost": (
        "No audio came from one of the phones any more, so the switch hung up.",
        "The phone of 1002 (192.0.2.12:5060) sent 1500 packets of sound and then no more, and did not hang "
        "up: "
        "it lost its network or its power.",
        "Telefon 1002 (192.0.2.12:5060) wysłał 1500 pakietów dźwięku, a potem żadnego, i się nie rozłączył: "
        "stracił sieć lub zasilanie.",
    ),
    "worker_died": (
        "The media worker that carried the audio of this call died.",
        "The reason noted: killed by signal 9.",
        "Odnotowany powód: killed by signal 9.",
    ),
    "gone_before_bye": (
        "1001 hung up after 2 s.",
        "The phone of 1002 answered our BYE with 481 Call/Transaction Does Not Exist: it knew nothing of the "
        "call any more.",
        "Telefon 1002 odpowiedział na nasz BYE: 481 Call/Transaction Does Not Exist: nic już nie wiedział "
        "o tym "
        "połączeniu.",
    ),
    "reinvite_refused": (
        "1001 hung up after 4 s.",
        'We refused the re-INVITE of 1001 with 488 Not Acceptable Here (399 softswitch "No common codec").',
        'Odrzuciliśmy re-INVITE od 1001: 488 Not Acceptable Here (399 softswitch "No common codec").',
    ),
    "unknown_number": (
        "The number 1020 does not exist here.",
        "There are numbers near it: 1002, 100.",
        "Podobne numery to: 1002, 100.",
    ),
}


def stored(name: str) -> Recorded:
    return from_json((FOLDER / f"{name}.jsonl").read_text(encoding="utf-8"))


def test_n07_every_broken_call_has_its_sentence():
    assert SENTENCES.keys() | PHONE_CASES == SCENARIOS.keys()
    assert {path.stem for path in FOLDER.glob("*.jsonl")} == SCENARIOS.keys()


@pytest.mark.parametrize("source", [stored, played])
@pytest.mark.parametrize("name", SENTENCES)
def test_a_broken_call_is_explained(name, source, tmp_path):
    recorded = source(name)
    ended, found, polish = SENTENCES[name]
    assert asyncio.run(call_sentences(recorded, tmp_path / "en", ENGLISH)) == (ended, found)
    said = asyncio.run(call_sentences(recorded, tmp_path / "pl", POLISH))
    assert said[1:] == (polish,)
    assert said[0] != ended


def test_without_messages_the_record_alone_speaks(tmp_path):
    recorded = stored("no_ack")
    bare = Recorded(recorded.entries, ())
    assert asyncio.run(call_sentences(bare, tmp_path, ENGLISH)) == (SENTENCES["no_ack"][0],)


def test_a_missing_ack_is_told_while_the_call_still_goes_on(tmp_path):
    """After the third repeat, long before the switch gives up: 200 OK has gone four times by then."""
    recorded = stored("no_ack")
    until = recorded.messages[0].at + 6.0
    early = Recorded(
        tuple(entry for entry in recorded.entries if entry.at.timestamp() <= until),
        tuple(noted for noted in recorded.messages if noted.at <= until),
    )
    ended, found = asyncio.run(call_sentences(early, tmp_path, ENGLISH))
    assert ended == "The call goes on, or its end was never recorded."
    assert found.startswith("The ACK of 1001 did not reach us: our Contact was sip:192.0.2.1:5060")


DIGITS = st.text("0123456789+*#", max_size=12)


@given(DIGITS, DIGITS, DIGITS)
def test_slips_are_a_distance(one, other, third):
    assert slips(one, other) == slips(other, one)
    assert (slips(one, other) == 0) == (one == other)
    assert abs(len(one) - len(other)) <= slips(one, other) <= max(len(one), len(other))
    assert slips(one + third, other + third) <= slips(one, other)


@pytest.mark.parametrize(
    ("wrong", "near"),
    [
        ("1020", ("1002", "100")),
        ("1005", ("1001", "1002", "100")),
        ("48221234567", ("+48221234567",)),
        ("0221234567", ("+48221234567",)),
        ("7", ()),
        ("", ()),
    ],
)
def test_numbers_near(wrong, near):
    assert near_numbers(wrong, ("100", "1001", "1002", "+48221234567")) == near


def outward(name: str, *trunks: str) -> Recorded:
    """Return a stored call as if its called phone had been called over trunks, one after another."""
    recorded = stored(name)
    entries: list[Entry] = []
    for entry in recorded.entries:
        if isinstance(entry.event, LegInvited):
            taken = (TrunkTaken(entry.event.leg, trunk, "1001") for trunk in trunks)
            entries += (replace(entry, event=event) for event in taken)
        entries.append(entry)
    return Recorded(tuple(entries), recorded.messages)


@pytest.mark.parametrize(
    ("name", "english", "polish"),
    [
        (
            "busy",
            "Trunk provider (192.0.2.12:5060) answered 486 Busy Here after ringing for 4 s.",
            "Trunk provider (192.0.2.12:5060) odpowiedział 486 Busy Here po 4 s dzwonienia.",
        ),
        (
            "no_answer",
            "Trunk provider (192.0.2.12:5060) had told of ringing for 30 s.",
            "Trunk provider (192.0.2.12:5060) zgłaszał dzwonienie przez 30 s.",
        ),
        (
            "unreachable",
            "Trunk provider did not answer any of our 7 INVITEs to 198.51.100.9:5060.",
            "Trunk provider nie odpowiedział na żaden z naszych INVITE do 198.51.100.9:5060 (wysłano 7).",
        ),
        (
            "sound_lost",
            "Trunk provider (192.0.2.12:5060) sent 1500 packets of sound and then no more",
            "Trunk provider (192.0.2.12:5060) wysłał 1500 pakietów dźwięku, a potem żadnego",
        ),
        (
            "gone_before_bye",
            "Trunk provider answered our BYE with 481 Call/Transaction Does Not Exist",
            "Trunk provider odpowiedział na nasz BYE: 481 Call/Transaction Does Not Exist",
        ),
    ],
)
def test_a_trunk_is_named_where_a_phone_would_be(
    name: str, english: str, polish: str, tmp_path: Path
) -> None:
    recorded = outward(name, "provider")
    _, found = asyncio.run(call_sentences(recorded, tmp_path / "en", ENGLISH))
    _, found_pl = asyncio.run(call_sentences(recorded, tmp_path / "pl", POLISH))
    assert found.startswith(english)
    assert found_pl.startswith(polish)


def test_no_number_inside_is_suggested_where_the_record_says_more(tmp_path: Path) -> None:
    recorded = stored("unknown_number")
    entries = tuple(
        replace(entry, event=replace(entry.event, because="no_route"))
        if isinstance(entry.event, CallEnded)
        else entry
        for entry in recorded.entries
    )
    told = asyncio.run(call_sentences(Recorded(entries, recorded.messages), tmp_path, ENGLISH))
    assert told == ("The number 1020 does not exist here: no route of outbound fits it.",)
