"""Phones we did not write call the demo menu, hear it, press a key and reach the right branch."""

from __future__ import annotations

import re

import pytest

from softswitch.events import BranchEntered, CallEnded, DigitPressed, LegAnswered, PromptPlayed
from tests.peers import hearing, sounds
from tests.peers.line import SPEECH
from tests.peers.prompts import spoken
from tests.peers.room import Room
from tests.peers.softphone import SoftPhone
from tests.peers.sounds import Samples

pytestmark = pytest.mark.peers

MENU = "100"
BRANCH_OF = {"1": "pl", "2": "en"}
LISTEN_SECONDS = 15.0
LANGUAGES = ("pl", "pl", "en")
"""Of the greeting and of the question's two halves."""

ALIKE = 0.9
"""A syllable through G.711 fits by 0.99; one with a frame put into its middle by 0.7, a wrong one by 0.5."""

SLIP_SECONDS = 0.03
"""What may come or go within one prompt: a single frame, should the whole machine stand still once."""


def press(phone: SoftPhone, room: Room, digit: str, method: str) -> None:
    """Press a key by one of the three methods."""
    if method == "inband":
        tones = sounds.key_tones(digit, on=0.12, off=0.3)
        phone.speak(sounds.write_wav(room.folder / f"key{digit}.wav", tones), once=True)
    else:
        phone.press(digit, method)


def assert_branch_reached(room: Room, call: str, digit: str, method: str) -> None:
    """Demand the branch of that key, and that the key was seen once, by that method."""
    # A key pressed early waits until the greeting before the menu has been said.
    room.line.wait_event(BranchEntered, call=call, branch=BRANCH_OF[digit], seconds=LISTEN_SECONDS)
    pressed = [(key.digit, key.method) for key in room.line.of_kind(DigitPressed, call=call)]
    assert pressed == [(digit, method)]


@pytest.mark.parametrize(("method", "digit"), [("rfc4733", "1"), ("info", "2"), ("inband", "2")])
def test_d01_m02_pjsua2_reaches_a_branch_by_every_method(room: Room, method: str, digit: str) -> None:
    phone = room.pjsua2("1001", speaks=None)
    phone.call(MENU)
    call = room.line.call_from(phone.port)
    room.line.wait_event(BranchEntered, call=call, branch="choice", seconds=LISTEN_SECONDS)
    press(phone, room, digit, method)
    assert_branch_reached(room, call, digit, method)
    phone.hang_up()
    ended = room.line.wait_event(CallEnded, call=call)
    assert ended.reason
    algorithms = re.findall(r"uthorization: Digest .*algorithm=([\w-]+)", phone.log.read_text("latin-1"))
    assert set(algorithms) == {"SHA-256"}


def assert_spoken(text: str, language: str, heard: Samples, room: Room) -> float:
    """Demand every syllable of a prompt, from the first, in its place; return where it begins (seconds)."""
    # The line's own cache: a voice does not say the same twice in quite the same way.
    pieces = hearing.syllables(spoken(text, language, folder=room.line.home / SPEECH), heard)
    assert pieces
    assert min(piece.score for piece in pieces) > ALIKE, f"{text!r}: a syllable is missing: {pieces}"
    places = [piece.offset for piece in pieces]
    assert max(places) - min(places) < SLIP_SECONDS, f"{text!r}: something is left out or put in: {pieces}"
    return places[0]


def test_d10_i03_menu_is_heard_from_its_first_syllable(room: Room) -> None:
    phone = room.pjsua2("1001", speaks=None)
    recording = phone.record(room.folder / "menu.wav")
    phone.call(MENU)
    call = room.line.call_from(phone.port)

    def question() -> list[PromptPlayed] | None:
        prompts = room.line.of_kind(PromptPlayed, call=call)
        return prompts if len(prompts) == len(LANGUAGES) else None

    prompts = room.line.wait_for(question, "greeting and question", seconds=LISTEN_SECONDS)
    phone.hang_up()
    phone.do("stop")
    heard = hearing.read(recording)
    places = [
        assert_spoken(prompt.text, language, heard, room)
        for prompt, language in zip(prompts, LANGUAGES, strict=True)
    ]
    assert places == sorted(places)


def test_linphonec_presses_a_key(room: Room) -> None:
    phone = room.linphonec("1004")
    phone.call(MENU)
    call = room.line.call_from(phone.port)
    phone.press("1")
    assert_branch_reached(room, call, "1", "rfc4733")
    phone.hang_up()
    assert room.line.wait_event(CallEnded, call=call).ended_by


def test_pyvoip_presses_a_key_as_tones(room: Room) -> None:
    phone = room.pyvoip("1003")
    phone.call(MENU)
    call = room.line.call_from(phone.port)
    room.line.wait_event(LegAnswered, call=call)
    phone.press("2")
    assert_branch_reached(room, call, "2", "inband")
    phone.do("hangup")
    room.line.wait_event(CallEnded, call=call)
