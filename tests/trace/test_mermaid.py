"""The ladder as Mermaid: every line is one the language knows."""

from __future__ import annotations

import re

from softswitch.languages import ENGLISH
from softswitch.trace.ladder import Ladder, Lane, Look, Remark, call_ladder
from softswitch.trace.mermaid import mermaid
from tests.fakes.clock import START
from tests.trace.test_verdict import SENTENCES, stored

LINE = re.compile(
    r"    (?:participant L[0-9]+ as .+|L[0-9]+-{1,2}(?:>>|x)L[0-9]+: .+|Note over L[0-9]+(?:,L[0-9]+)?: .+)"
)
ENTITY = re.compile("#[0-9]+;")


def test_a_call():
    recorded = stored("busy")
    lines = mermaid(call_ladder(recorded.call, recorded.read, ["1002 was busy."], ENGLISH)).splitlines()
    assert lines[0] == "sequenceDiagram"
    assert lines[1] == "    participant L0 as 1001<br/>192.0.2.11:5060"
    assert "    L0->>L1: +0:00.000 INVITE 1002 (PCMA, PCMU)" in lines
    assert "    L2-->>L1: +0:04.500 486 Busy Here" in lines
    assert lines[-1] == "    Note over L0,L2: 1002 was busy."


def test_every_line_of_every_call_can_be_read():
    for name in SENTENCES:
        recorded = stored(name)
        ladder = call_ladder(recorded.call, recorded.read, SENTENCES[name][:2], ENGLISH)
        first, *lines = mermaid(ladder).splitlines()
        assert first == "sequenceDiagram"
        assert len(lines) == len(ladder.lanes) + len(ladder.rows) + 1
        for line in lines:
            assert LINE.fullmatch(line), line


def test_what_the_language_reads_as_its_own_is_escaped():
    nasty = 'a;b#c<script>%%x"\ny'
    ladder = Ladder("t", START, (Lane("x", nasty),), (Remark(0.0, 0, nasty, Look.STATE),), (nasty,))
    text = mermaid(ladder)
    assert len(text.splitlines()) == 4
    for line in text.splitlines()[1:]:
        bare = ENTITY.sub("", line)
        assert not set(bare) & set(';#<>%"')
