"""Recordings that programs ask for."""

from __future__ import annotations

from pathlib import Path

import pytest

from media import commands as ask
from softswitch.events import ApplicationRecorded
from tests.applications.programs import NUMBER, driven
from tests.fakes.media import BEEP
from tests.fakes.speaker import PROMPT_SECONDS
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.queues.hall import played

DONE = [{"hangup": {}}]
BEEPED = PROMPT_SECONDS + 1.0


def ending(here, *, seconds=3.0, reason=""):
    """Let a recording end by itself when it is stopped."""
    before = here.switch.client.on_send

    def sent(command):
        before(command)
        if isinstance(command, ask.StopRecording):
            here.switch.client.finish_recording(command.recording, seconds=seconds, reason=reason)

    here.switch.client.on_send = sent


@pytest.mark.parametrize(
    ("keys", "seconds", "reason", "result"),
    [
        ("#", 3.0, "", {"exit": "recorded", "seconds": 3.0, "key": "#"}),
        ("15", 20.0, "", {"exit": "recorded", "seconds": 20.0}),
        ("#", 0.4, "", {"exit": "too_short", "seconds": 0.4, "key": "#"}),
        ("#", 2.0, "the disk is full", {"exit": "failed", "seconds": 2.0}),
    ],
)
@in_virtual_time
async def test_the_caller_is_recorded_after_a_beep_until_a_key_or_the_limit(keys, seconds, reason, result):
    async with driven([{"record": {"max_s": 20}}], DONE, folder=Path("/somewhere")) as (here, program, _):
        ending(here, seconds=seconds, reason=reason)
        caller = here.phone("2001")
        await here.dials(caller, NUMBER, seconds=BEEPED)
        assert played(caller) == [(BEEP,)]
        (begun,) = caller.sound.asked(ask.Record)
        call = here.switch.entries[0].call
        assert (begun.path, begun.layout) == (f"/somewhere/{call}-1.wav", "mono")
        await here.types(caller, keys)
        await passes(25)
        assert program.results == [{"step": "record", "file": f"{call}-1.wav", **result}]
        assert [one.file for one in here.told(ApplicationRecorded)] == [f"{call}-1.wav"]


@in_virtual_time
async def test_who_hangs_up_ends_the_recording_with_the_call():
    async with driven([{"record": {"beep": False}}], DONE) as (here, program, _):
        caller = here.phone("2001")
        await here.dials(caller, NUMBER, seconds=2)
        caller.hang_up()
        await passes(2)
        assert len(program.questions) == 1
        assert here.switch.ended.reason == "caller_hung_up"


@in_virtual_time
async def test_a_recording_whose_end_never_comes_has_failed():
    async with driven([{"record": {"max_s": 2, "beep": False}}], DONE) as (here, program, _):
        await here.dials(here.phone("2001"), NUMBER, seconds=20)
        assert program.results == [{"step": "record", "exit": "failed"}]
