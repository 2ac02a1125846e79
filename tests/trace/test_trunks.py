"""What the trace says of a trunk: it is no phone, and nothing is known of the one behind it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from softswitch.calls.record import call_record
from softswitch.calls.why import ENGLISH, POLISH
from softswitch.events import CallArrived, CallEnded, Entry, LegInvited, TrunkTaken
from softswitch.trace.ladder import SWITCH, call_ladder
from tests.trace.recorded import Recorded, call_sentences
from tests.trace.test_verdict import stored


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


def test_the_lane_of_a_trunk_bears_its_name_or_those_of_all_that_were_tried() -> None:
    for trunks, title in ((("provider",), "provider"), (("provider", "mobile"), "provider, mobile")):
        recorded = outward("busy", *trunks)
        ladder = call_ladder(recorded.call, recorded.read, (), ENGLISH)
        assert [lane.title for lane in ladder.lanes] == ["1001", SWITCH, title]


def test_who_calls_by_a_trunk_stands_in_its_lane() -> None:
    recorded = stored("busy")
    entries = [
        replace(entry, event=replace(entry.event, trunk="provider"))
        if isinstance(entry.event, CallArrived)
        else entry
        for entry in recorded.call
    ]
    ladder = call_ladder(entries, recorded.read, (), ENGLISH)
    assert [lane.title for lane in ladder.lanes] == ["provider", SWITCH, "1002"]
    assert ladder.title == "1001 → 1002"
    assert [leg.trunk for leg in call_record(entries).legs] == ["provider", ""]


def test_the_record_knows_the_trunk_that_was_taken_last() -> None:
    legs = call_record(outward("busy", "provider", "mobile").call).legs
    assert [leg.trunk for leg in legs] == ["", "mobile"]


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
