"""What is said of a phone that does not come in, or is refused before there is a call."""

from __future__ import annotations

import pytest

from softswitch.events import CredentialsRefused, Entry, SourceShutOut
from softswitch.languages import ENGLISH, POLISH
from softswitch.sip.hop import Hop
from softswitch.trace.messages import Message, message_of
from softswitch.trace.phones import phone_sentences
from softswitch.transport.ring import IN, OUT, Noted
from tests.fakes.clock import START
from tests.trace.broken_calls import played
from tests.trace.test_verdict import PHONE_CASES, stored

HOP = Hop("UDP", "192.0.2.7", 5062, "192.0.2.1", 5060)
AUTH = 'Authorization: Digest username="1001", realm="{}", nonce="n1", response="***"'
BARE, STALE = 'WWW-Authenticate: Digest realm="line", nonce="n2"', ", stale=true"


def register(cseq: int, *fields: str) -> Message:
    lines = ["REGISTER sip:192.0.2.1 SIP/2.0", *common(cseq), "Contact: <sip:1001@192.0.2.7:5062>", *fields]
    return message_of(Noted(float(cseq), IN, HOP, ("\r\n".join(lines) + "\r\n\r\n").encode()))


def answer(cseq: int, status: str, *fields: str) -> Message:
    lines = [f"SIP/2.0 {status}", *common(cseq), *fields]
    return message_of(Noted(cseq + 0.1, OUT, HOP, ("\r\n".join(lines) + "\r\n\r\n").encode()))


def common(cseq: int) -> list[str]:
    return [
        "To: <sip:1001@192.0.2.1>",
        "From: <sip:1001@192.0.2.1>;tag=1",
        "Call-ID: c",
        f"CSeq: {cseq} REGISTER",
    ]


def entry(event: CredentialsRefused | SourceShutOut) -> Entry:
    return Entry(1, START, "", event)


def said(*messages: Message, events: tuple[Entry, ...] = (), language: str = ENGLISH) -> str:
    return " ".join(phone_sentences("1001", messages, events, language))


SENTENCES = {
    "offer_refused": (
        "The phone of 1001 offers G722; this switch speaks PCMA, PCMU.",
        "Telefon 1001 proponuje G722; ta centrala zna PCMA, PCMU.",
    ),
    "wrong_password": (
        "The password of 1001 is wrong: its phone at 192.0.2.11:5060 was refused 2 times.",
        "Hasło konta 1001 jest błędne: telefonowi spod 192.0.2.11:5060 odmówiono 2 razy.",
    ),
    "stale_nonce": (
        "The phone of 1001 at 192.0.2.11:5060 goes on with an old nonce: 4 times it was given a new one "
        "(stale=true) and did not take it. Its password is not the fault; restart or update the phone.",
        "Telefon 1001 spod 192.0.2.11:5060 wciąż używa starego nonce: 4 razy dostał nowy (stale=true) i go "
        "nie "
        "przyjął. Hasło nie jest tu winne; uruchom telefon ponownie lub zaktualizuj.",
    ),
}


@pytest.mark.parametrize("source", [stored, played])
@pytest.mark.parametrize("name", sorted(PHONE_CASES))
def test_a_phone_that_never_became_a_call_is_explained(name, source):
    recorded = source(name)
    events = tuple(entry for entry in recorded.entries if not entry.call)
    english, polish = SENTENCES[name]
    assert phone_sentences(recorded.user, recorded.read, events, ENGLISH) == (english,)
    assert phone_sentences(recorded.user, recorded.read, events, POLISH) == (polish,)


def test_a_phone_that_is_in():
    shown = said(
        register(1),
        answer(1, "401 Unauthorized", BARE),
        register(2, AUTH.format("line")),
        answer(2, "200 OK", "Contact: <sip:1001@192.0.2.7:5062>;expires=60", "Expires: 60"),
    )
    assert shown == "1001 is registered from 192.0.2.7:5062 over UDP (1 min 0 s)."


def test_a_phone_that_left():
    assert said(register(1), answer(1, "200 OK")) == "1001 has unregistered from 192.0.2.7:5062."


def test_one_old_nonce_is_no_fault():
    """A wrong try of long ago, and a nonce that aged: what counts is how it stands now."""
    shown = said(
        register(1, AUTH.format("line")),
        answer(1, "401 Unauthorized", BARE + STALE),
        register(2, AUTH.format("line")),
        answer(2, "200 OK", "Contact: <sip:1001@192.0.2.7:5062>"),
    )
    assert shown == "1001 is registered from 192.0.2.7:5062 over UDP."


def test_another_realm():
    shown = said(register(1, AUTH.format("asterisk")), answer(1, "401 Unauthorized", BARE))
    assert "proves itself to the realm asterisk, but line asks" in shown


def test_a_name_that_is_no_account():
    refused = entry(CredentialsRefused("1001", "192.0.2.7:5062", "no such account"))
    shown = said(register(1, AUTH.format("line")), answer(1, "401 Unauthorized", BARE), events=(refused,))
    assert shown == "192.0.2.7:5062 uses the name 1001, and there is no such account."


def test_a_phone_without_a_password():
    tries = [part for cseq in (1, 2, 3) for part in (register(cseq), answer(cseq, "401 Unauthorized", BARE))]
    assert "was asked for its password 3 times and never gave one" in said(*tries)
    assert "pytany o hasło 3 razy" in said(*tries, language=POLISH)


def test_an_address_that_is_shut_out():
    shut_out = entry(SourceShutOut("192.0.2.7", 20, 60))
    shown = said(register(1, AUTH.format("line")), answer(1, "403 Forbidden"), events=(shut_out,))
    assert shown.startswith("192.0.2.7 is banned for 60 s, as 20 wrong passwords came from there.")


def test_answers_that_do_not_arrive():
    repeated = [register(1)] * 5
    shown = said(*repeated, answer(1, "200 OK", "Contact: <sip:1001@192.0.2.7:5062>"))
    assert "sent the same REGISTER 5 times: our answers to 192.0.2.7:5062 do not reach it" in shown


def test_a_refusal_with_its_reason():
    shown = said(register(1), answer(1, "423 Interval Too Brief", 'Warning: 399 x "too short"'))
    assert shown == (
        "The last REGISTER of 1001 from 192.0.2.7:5062 was refused: "
        '423 Interval Too Brief (399 x "too short").'
    )


def test_a_phone_nobody_has_seen():
    assert said() == (
        "Nothing of 1001 is in the trace: no packet of its phone has reached this switch, or too long ago."
    )
    assert "nie ma nic od 1001" in said(language=POLISH)
