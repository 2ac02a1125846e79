"""``softswitch trace`` as people use it: by id, ``last``, Call-ID or phone; as text, picture and pcap."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from xml.etree import ElementTree

import pytest
from rich.console import Console, RenderableType

from softswitch.commands.records import FOUND, NOTHING, UNCLEAR
from softswitch.commands.trace import Shape, explained, show_phone, show_trace
from softswitch.events import CallArrived, Entry
from softswitch.trace.errors import TraceError
from softswitch.trace.messages import Wire
from tests.trace.recorded import Events, Recorded, on_disk
from tests.trace.test_pcap import read
from tests.trace.test_verdict import SENTENCES, stored


def printed(shown: RenderableType, width: int = 120) -> str:
    out = StringIO()
    Console(file=out, width=width, color_system=None).print(shown)
    return out.getvalue()


def line(name: str, home: Path) -> tuple[Recorded, Events, Wire]:
    recorded = stored(name)
    return recorded, Events(recorded.entries), on_disk(recorded, home)


@pytest.mark.parametrize("name", SENTENCES)
async def test_the_last_sentence_says_why(name, tmp_path):
    _, events, wire = line(name, tmp_path)
    shown, code = await show_trace(events, wire, "last", Shape())
    text = printed(shown, 400).splitlines()
    assert code == FOUND
    assert [row.strip() for row in text[-2:]] == list(SENTENCES[name][:2])
    polish, _ = await show_trace(events, wire, "last", Shape(language="pl"))
    assert printed(polish, 400).splitlines()[-1].strip() == SENTENCES[name][2]


async def test_a_call_is_found_by_its_id_or_a_part_of_it(tmp_path):
    recorded, events, wire = line("busy", tmp_path)
    call = recorded.call[0].call
    for part in (call, call[:12], call[-6:], "last"):
        shown, code = await show_trace(events, wire, part, Shape())
        assert code == FOUND
        assert "486 Busy Here" in printed(shown)


async def test_what_never_became_a_call_is_found_by_its_call_id(tmp_path):
    recorded, events, wire = line("offer_refused", tmp_path)
    shown, code = await show_trace(events, wire, recorded.read[0].call_id, Shape())
    assert code == FOUND
    assert "The phone of 1001 offers G722; this switch speaks PCMA, PCMU." in printed(shown)


async def test_a_call_that_is_none_and_one_that_can_be_several(tmp_path):
    recorded, _, wire = line("busy", tmp_path)
    shown, code = await show_trace(Events(recorded.entries), wire, "nothing", Shape())
    assert (printed(shown).strip(), code) == ("There is no call nothing.", NOTHING)
    shown, code = await show_trace(Events(()), wire, "last", Shape(language="pl"))
    assert (printed(shown).strip(), code) == ("Nie zapisano jeszcze żadnej rozmowy.", NOTHING)
    arrived = CallArrived("a", "1001", "", "1002", "", "1001")
    two = [Entry(n, recorded.call[0].at, f"01KE{n}", arrived) for n in (1, 2)]
    shown, code = await show_trace(Events(two), wire, "01KE", Shape())
    assert code == UNCLEAR
    assert "01KE2" in printed(shown)


async def test_a_call_whose_messages_are_gone_is_told_by_its_events(tmp_path):
    recorded = stored("busy")
    shown, code = await show_trace(Events(recorded.entries), Wire(tmp_path), "last", Shape())
    text = printed(shown)
    assert code == FOUND
    assert "No SIP message of this call is in the trace" in text
    assert "1002 rings (b1)" in text
    assert text.rstrip().endswith("1002 was busy.")


async def test_a_phone_is_told_by_all_it_sent(tmp_path):
    _, events, wire = line("wrong_password", tmp_path)
    shown, code = await show_phone(events, wire, "1001", Shape())
    text = printed(shown, 300)
    assert code == FOUND
    assert text.count("REGISTER (auth)") == 2
    assert "credentials of 1001 from 192.0.2.11:5060 refused: wrong password" in text
    assert text.rstrip().endswith("192.0.2.11:5060 was refused 2 times.")
    shown, code = await show_phone(events, wire, "1009", Shape())
    assert code == NOTHING
    assert printed(shown).startswith("Nothing of 1009 is in the trace")


async def test_pictures_and_files(tmp_path):
    recorded, events, wire = line("no_ack", tmp_path)
    shape = Shape(svg=tmp_path / "call.svg", pcap=tmp_path / "call.pcap")
    shown, _ = await show_trace(events, wire, "last", shape)
    assert printed(shown, 300).split("\n")[:2] == [str(tmp_path / "call.svg"), str(tmp_path / "call.pcap")]
    assert "The ACK of 1001" in ElementTree.parse(tmp_path / "call.svg").getroot().get("aria-label", "")
    assert len(read((tmp_path / "call.pcap").read_bytes())) == len(recorded.messages)
    shown, _ = await show_trace(events, wire, "last", Shape(as_mermaid=True))
    assert str(shown).startswith("sequenceDiagram\n")


async def test_a_file_that_cannot_be_written(tmp_path):
    _, events, wire = line("busy", tmp_path)
    with pytest.raises(TraceError, match=r"cannot write .*none/call\.svg: No such file"):
        await show_trace(events, wire, "last", Shape(svg=tmp_path / "none" / "call.svg"))


async def test_other_calls_of_the_same_call_id_stay_out(tmp_path):
    """Some phones use one Call-ID for all they do: only what lies around the call's own time is its own."""
    recorded, events, _ = line("busy", tmp_path / "one")
    later = tuple(
        type(noted)(noted.at + 3600, noted.kind, noted.hop, noted.data) for noted in recorded.messages
    )
    wire = on_disk(Recorded(recorded.entries, (*recorded.messages, *later)), tmp_path / "two")
    shown, _ = await show_trace(events, wire, "last", Shape())
    assert printed(shown).count("INVITE 1002") == 2
    assert await explained(events, wire, recorded.call, "en") == SENTENCES["busy"][:2]
