"""``calls`` and ``call ID`` as people and programs see them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, timedelta
from io import StringIO

import pytest
from rich.console import Console, RenderableType

from softswitch.commands.records import FOUND, NOTHING, UNCLEAR, show_call, show_calls
from softswitch.commands.view import View
from softswitch.events import (
    BranchEntered,
    CallArrived,
    CallEnded,
    CallEvent,
    CallRouted,
    DigitPressed,
    Entry,
    LegAnswered,
    LegEnded,
    PromptPlayed,
    RecordingRefused,
    RecordingStarted,
    StepTaken,
    TransferAsked,
    TransferDone,
)
from tests.fakes.clock import START

FIRST, SECOND = "01KE5Q2M000000000000AAAAAA", "01KE5Q2M000000000000BBBBBB"

EVENTS: list[tuple[float, CallEvent]] = [
    (0, CallArrived("a", "1001", "[bold]Jan\x1b[31m", "100", "192.0.2.7:5062", "1001")),
    (0.01, CallRouted("tree", "bank")),
    (0.25, LegAnswered("a", "1001", "PCMA", "rfc4733")),
    (0.3, BranchEntered("bank", "welcome")),
    (3.5, DigitPressed("a", "1", "rfc4733")),
    (3.5, BranchEntered("bank", "cards")),
    (64.0, LegEnded("a", "1001", "completed", "caller_hung_up", 200, 16, 3190, 3185, 5)),
    (64.0, CallEnded("completed", "caller_hung_up", 200, 16, "caller")),
]

ENGLISH, POLISH, JSON = View(zone=UTC), View(zone=UTC, language="pl"), View(zone=UTC, as_json=True)


def call(name: str, events: Sequence[tuple[float, CallEvent]] = EVENTS) -> tuple[Entry, ...]:
    return tuple(
        Entry(number, START + timedelta(seconds=at), name, event)
        for number, (at, event) in enumerate(events, start=1)
    )


class Log:
    """Calls in memory, newest first."""

    def __init__(self, *calls: tuple[Entry, ...]) -> None:
        self._calls = calls

    async def recent(self, limit: int = 20) -> list[tuple[Entry, ...]]:
        return list(self._calls[:limit])

    async def matching(self, part: str) -> tuple[str, ...]:
        names = [entries[0].call for entries in self._calls]
        return tuple(name for name in names if name.startswith(part) or name.endswith(part))

    async def entries(self, part: str) -> tuple[Entry, ...]:
        names = await self.matching(part)
        return (
            next(entries for entries in self._calls if entries[0].call == names[0]) if len(names) == 1 else ()
        )


def printed(shown: RenderableType, width: int = 160) -> list[str]:
    out = StringIO()
    Console(file=out, width=width, color_system=None).print(shown)
    return [line.rstrip() for line in out.getvalue().splitlines()]


LOG = Log(call(SECOND, EVENTS[:4]), call(FIRST))


async def test_calls_are_a_table_newest_first() -> None:
    shown, code = await show_calls(LOG, view=ENGLISH)
    lines = [line.split() for line in printed(shown) if line]
    assert code == FOUND
    assert [" ".join(line) for line in lines] == [
        "Call When From To Lasted Result",
        "BBBBBB 2026-01-05 09:00:00 1001 100 0 s -",
        "The call goes on, or its end was never recorded.",
        "AAAAAA 2026-01-05 09:00:00 1001 100 1 min 4 s completed",
        "1001 hung up after 1 min 4 s.",
    ]


@pytest.mark.parametrize("view", [ENGLISH, POLISH])
async def test_a_terminal_of_80_columns_cuts_no_word(view: View) -> None:
    """Every word of a long reason, and of a step and a leg, is on one of the lines, whole."""
    called = "4822" + "1" * 16
    events: list[tuple[float, CallEvent]] = [
        (0, CallArrived("a", "1001", "Jan", called, "192.0.2.7:5062", "1001")),
        (0.5, PromptPlayed("bank", "welcome", "Witamy w Banku. " * 5, 12.0, False)),
        (3599.9, LegEnded("a", "1001", "failed", "bad_description", 400, 96, 353_000, 353_000, 99)),
        (3599.9, CallEnded("failed", "bad_description", 400, 96, "switch")),
    ]
    log = Log(call(FIRST, events))
    for shown, _ in (await show_calls(log, view=view), await show_call(log, FIRST, view=view)):
        wide, narrow = printed(shown), printed(shown, width=80)
        assert [word for line in narrow for word in line.split()] == [
            word for line in wide for word in line.split()
        ]
        assert all(len(line) <= 80 for line in narrow)


async def test_what_does_not_fit_stands_under_its_text() -> None:
    events: list[tuple[float, CallEvent]] = [
        (0.5, PromptPlayed("b", "w", "Witamy w Banku. " * 6, 12.0, False))
    ]
    shown, _ = await show_call(Log(call(FIRST, events)), FIRST, view=ENGLISH)
    first, second = (line for line in printed(shown, width=80) if "Banku" in line)
    assert first.startswith(" +0:00.000  heard ")
    assert second.startswith(" " * 12)
    assert second[12] != " "


async def test_calls_in_polish() -> None:
    shown, _ = await show_calls(LOG, view=POLISH)
    text = "\n".join(printed(shown))
    assert "Rozmowa" in text
    assert "Dzwoniący 1001 rozłączył się po 1 min 4 s." in text


async def test_only_as_many_calls_as_asked_for() -> None:
    shown, _ = await show_calls(LOG, limit=1, view=JSON)
    assert [record["id"] for record in json.loads(str(shown))] == [SECOND]


async def test_calls_as_json() -> None:
    shown, code = await show_calls(LOG, view=JSON)
    assert isinstance(shown, str)
    going_on, over = json.loads(shown)
    assert code == FOUND
    assert (going_on["ended"], going_on["result"]) == (None, "")
    assert (over["started"], over["ended"]) == ("2026-01-05T09:00:00Z", "2026-01-05T09:01:04Z")
    assert (over["seconds"], over["answered_seconds"]) == (64.0, 63.75)
    assert (over["path"], over["digits"]) == (["welcome", "cards"], "1")
    assert over["legs"][0]["packets_lost"] == 5
    assert over["why"] == "1001 hung up after 1 min 4 s."


async def test_no_calls_yet() -> None:
    shown, code = await show_calls(Log(), view=ENGLISH)
    assert (printed(shown), code) == (["No call has been recorded yet."], FOUND)
    assert await show_calls(Log(), view=JSON) == ("[]", FOUND)


async def test_one_call_with_its_steps() -> None:
    shown, code = await show_call(LOG, "AAAAAA", view=ENGLISH)
    lines = printed(shown)
    assert code == FOUND
    assert lines[:8] == [
        "Call       01KE5Q2M000000000000AAAAAA",
        # Neither rich's markup nor a terminal's escapes: a name is a name.
        "From       1001 ([bold]Jan·[31m)",
        "To         100 (menu bank)",
        "Began      2026-01-05 09:00:00 UTC",
        "Lasted     1 min 4 s, answered 1 min 4 s",
        "Menu path  bank: welcome > cards",
        "Keys       1",
        "End        completed: the caller hung up (SIP 200, Q.850 16)",
    ]
    steps = lines[9:17]
    assert steps[1] == " +0:00.010  leads to menu bank"
    assert steps[4] == " +0:03.500  a pressed 1 (RFC 4733)"
    assert steps[7] == " +1:04.000  call over: The caller hung up. (SIP 200, Q.850 16, caller)"
    assert lines[18:] == [
        "a  1001  +0:00.000 to +1:04.000, answered +0:00.250  PCMA, keys RFC 4733",
        "   sent 3190, received 3185, lost 5 · the caller hung up",
        "",
        "1001 hung up after 1 min 4 s.",
    ]


@pytest.mark.parametrize(
    ("view", "row"),
    [
        (ENGLISH, "Transferred  1001 handed the call over to 200 (menu office) after 10 s"),
        (POLISH, "Przekazana    1001 przekazał rozmowę do 200 (menu office) po 10 s"),
    ],
)
async def test_a_call_that_was_handed_over_says_so(view: View, row: str) -> None:
    handed = (
        (10.25, TransferAsked("a", "1001", "200", False)),
        (10.25, TransferDone("a", "200", True)),
        (10.25, CallRouted("tree", "office")),
    )
    shown, _ = await show_call(Log(call(FIRST, [*EVENTS[:-2], *handed, *EVENTS[-2:]])), FIRST, view=view)
    lines = printed(shown)
    assert row in lines
    assert lines[-1].startswith(f"{row.partition('  ')[2].strip()}. ")
    shown, _ = await show_call(LOG, FIRST, view=view)
    assert not any(line.startswith(row.split()[0]) for line in printed(shown))


@pytest.mark.parametrize(
    ("event", "view", "row"),
    [
        (
            RecordingStarted(
                f"{FIRST}-1", 1, "a", "1001", "1002", "", "", "", "always", "line", "", "", "x.wav", 90
            ),
            ENGLISH,
            f"Recorded   {FIRST[-6:]}-1",
        ),
        (RecordingRefused("no_consent", "line"), POLISH, "Bez nagrania  brak zgody rozmówcy"),
    ],
)
async def test_a_call_that_is_recorded_or_ought_to_be_says_so(event: CallEvent, view: View, row: str) -> None:
    shown, _ = await show_call(Log(call(FIRST, [*EVENTS[:-2], (9.0, event), *EVENTS[-2:]])), FIRST, view=view)
    assert row in printed(shown)


STEPS: list[tuple[float, CallEvent]] = [
    (0, CallArrived("a", "1001", "", "100", "192.0.2.7:5062", "1001")),
    (1.0, StepTaken("bank", "welcome", "1 label", "next")),
    (2.0, PromptPlayed("bank", "welcome", "Witamy", 1.0, False)),
    (2.0, StepTaken("bank", "welcome", "2 say", "heard")),
    (3.0, PromptPlayed("bank", "welcome", "Proszę", 1.0, True)),
    (3.0004, DigitPressed("a", "1", "rfc4733")),
    (3.0005, StepTaken("bank", "welcome", "3 menu", "key 1")),
]


async def test_steps_without_news_are_shown_only_when_asked_for() -> None:
    log = Log(call(FIRST, STEPS))
    shown, _ = await show_call(log, FIRST, view=ENGLISH)
    brief = "\n".join(printed(shown))
    assert "1 label" not in brief
    assert "2 say" not in brief
    assert "3 menu: key 1" in brief
    assert "(2 steps without news are left out: --all shows them)" in brief
    shown, _ = await show_call(log, FIRST, view=View(zone=UTC, every_step=True))
    whole = "\n".join(printed(shown))
    assert "bank/welcome 1 label: done" in whole
    assert "bank/welcome 2 say: heard to the end" in whole
    assert "--all" not in whole


async def test_a_key_stands_before_the_prompt_it_cut() -> None:
    shown, _ = await show_call(Log(call(FIRST, STEPS)), FIRST, view=ENGLISH)
    lines = printed(shown)
    pressed = lines.index(" +0:03.000  a pressed 1 (RFC 4733)")
    assert lines[pressed + 1] == ' +0:03.000  heard "Proszę" 1.0 s, cut short by a key'


async def test_one_call_in_polish() -> None:
    shown, _ = await show_call(LOG, "AAAAAA", view=POLISH)
    lines = printed(shown)
    assert lines[0].startswith("Rozmowa")
    assert lines[2:8:5] == [
        "Dokąd         100 (menu bank)",
        "Koniec        zakończona: dzwoniący się rozłączył (SIP 200, Q.850 16)",
    ]
    assert lines[18:20] == [
        "a  1001  +0:00.000 do +1:04.000, odebrana +0:00.250  PCMA, klawisze RFC 4733",
        "   wysłane 3190, odebrane 3185, utracone 5 · dzwoniący się rozłączył",
    ]
    assert lines[-1] == "Dzwoniący 1001 rozłączył się po 1 min 4 s."


async def test_one_call_as_json() -> None:
    shown, code = await show_call(LOG, FIRST, view=JSON)
    found = json.loads(str(shown))
    assert code == FOUND
    assert found["id"] == FIRST
    assert found["steps"][4] == {
        "sequence": 5,
        "at": "2026-01-05T09:00:03.500000Z",
        "seconds": 3.5,
        "kind": "DigitPressed",
        "data": {"leg": "a", "digit": "1", "method": "rfc4733"},
    }


@pytest.mark.parametrize("view", [ENGLISH, POLISH])
async def test_a_call_that_is_not_there(view: View) -> None:
    shown, code = await show_call(LOG, "ZZZ\x1b", view=view)
    (line,) = printed(shown)
    assert line.endswith(" ZZZ·.")
    assert code == NOTHING


async def test_the_last_call_needs_no_id() -> None:
    shown, code = await show_call(LOG, "last", view=JSON)
    assert (json.loads(str(shown))["id"], code) == (SECOND, FOUND)
    shown, code = await show_call(Log(), "last", view=POLISH)
    assert (printed(shown), code) == (["Nie zapisano jeszcze żadnej rozmowy."], NOTHING)


async def test_a_part_that_means_several_calls_names_them() -> None:
    shown, code = await show_call(LOG, "01KE", view=ENGLISH)
    assert printed(shown) == ["01KE can mean any of these calls:", f"  {SECOND}", f"  {FIRST}"]
    assert code == UNCLEAR


async def test_what_is_not_found_is_json_too() -> None:
    shown, code = await show_call(LOG, "ZZZ", view=JSON)
    assert (json.loads(str(shown)), code) == ({"error": "not found", "calls": []}, NOTHING)
    shown, code = await show_call(LOG, "01KE", view=JSON)
    assert (json.loads(str(shown)), code) == ({"error": "unclear", "calls": [SECOND, FIRST]}, UNCLEAR)
