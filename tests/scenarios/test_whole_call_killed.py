"""One call with payment, receipt, recording, voicemail, mail and webhooks is killed at every step of it.

The call: a caller pays by BLIK in a menu (receipt by SMS), talks with somebody (recorded, dropped by FTP) who
sends him to a box, leaves a message there (mailed with its sound), and is hung up on (``call.ended``). At
each point of :mod:`tests.scenarios.kill_points` the switch is killed with SIGKILL, started again, and left
alone until nothing is open any more. Then the journals of the servers are read.

What is judged: whatever was promised by then has arrived. What was not may have arrived, too, but whole: a
charge has its receipt, a recording its file on the server, a message its mail with the very sound, and every
call has one ``call.ended``. A caller who heard that the message is kept has one. Nothing is left half done.

Nothing has come twice, by the key that the protocol has: our reference for a text message, the id for a
webhook, the name and hash for a file, the payment for a charge, the Message-ID for a mail. Of what was
claimed and not marked when the switch fell nobody can tell whether the server had it, and neither SMTP nor
the usual gateway can be asked: it is sent once more, with the same key and the same contents. So these
keys, and no others, may stand twice in a journal; where the point is that a server had taken it, they must.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.scenarios.falling_line import (
    FallingSwitch,
    Records,
    Stock,
    Told,
    falling_switch,
    stocked,
    until,
    whole_call,
    world,
    written_down,
)
from tests.scenarios.falling_switch import Fall
from tests.scenarios.kill_judge import Evidence, faults_of, gathered, still_open, under_way
from tests.scenarios.kill_points import LEFT, POINTS, Point

AT_ONCE = 4
"""Switches that run side by side: they mostly wait."""
SETTLED_WITHIN_S = 120.0
"""A message that is cut off is found by a look every fifteen seconds, a payment asked for every five."""
STILL_S = 3.2
"""A message is taken for one that somebody still records for so long after its last word."""
TALKS_S = 0.5

pytestmark = pytest.mark.timeout(900)

HEALTHY = Point("nothing happens", Fall("nowhere"), LEFT)


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Stock:
    """Give one speech cache to all lines, those of other test processes too: texts are spoken once."""
    run = tmp_path_factory.getbasetemp()
    voices = (run if worker_id == "master" else run.parent) / "voices"
    voices.mkdir(exist_ok=True)
    return asyncio.run(stocked(tmp_path_factory.mktemp("stock"), voices))


async def _called(switch: FallingSwitch, records: Records, told: Told, point: Point) -> None:
    """Let the call go on until it is over or the switch falls; tell it to stop where the point says so."""
    calling = asyncio.ensure_future(whole_call(switch, records, told))
    falling = asyncio.ensure_future(switch.ended())
    try:
        if point.stopped == "talking":
            await records.until("SELECT 1 FROM events WHERE kind = 'RecordingStarted'")
            await asyncio.sleep(TALKS_S)
            switch.told_to_stop()
        await asyncio.wait({calling, falling}, return_when=asyncio.FIRST_COMPLETED)
        if point.stopped == "over":
            switch.told_to_stop()
        if falling.done():
            calling.cancel()
        (result,) = await asyncio.gather(calling, return_exceptions=True)
    finally:
        calling.cancel()
        falling.cancel()
    # What goes wrong in a call whose switch falls is what is tried here.
    if isinstance(result, Exception) and not await switch.fallen():
        raise result


def _still(records: Records) -> bool:
    """Tell whether nobody speaks a message any more, as far as the files show."""
    files = (records.home / "voicemail" / "boxes").rglob("*.wav")
    return all(file.stat().st_mtime < time.time() - STILL_S for file in files)


async def _restarted(config: Path, records: Records) -> list[str]:
    """Start it again and let it bring everything to an end; return what is wrong."""
    # A moment earlier it would be found by the next look, a quarter of a minute later.
    await until(lambda: _still(records))
    async with falling_switch(config) as switch:
        if not await switch.started():
            return ["it does not start again", *switch.lines]
        return await _ended_well(switch, records)


async def _ended_well(switch: FallingSwitch, records: Records) -> list[str]:
    """Wait until nothing is open, and stop it; return what is wrong."""
    await until(lambda: not still_open(records), SETTLED_WITHIN_S)
    faults = [f"{one} is open for ever" for one in still_open(records)]
    switch.told_to_stop()
    await switch.ended(SETTLED_WITHIN_S)
    if switch.process.exitcode != 0:
        faults.append(f"it ends with {switch.process.exitcode}")
    return [*faults, *switch.faults]


async def _fell_again(config: Path, fall: Fall) -> list[str]:
    """Start it, and let it fall once more; return what is wrong."""
    async with falling_switch(config, fall) as switch:
        await switch.started()
        return [] if await switch.fallen(SETTLED_WITHIN_S) else ["the second fall never came", *switch.lines]


async def _killed(point: Point, folder: Path, stock: Stock) -> tuple[Evidence, list[str]]:
    """Kill a switch at a point and start it again; return what there is then, and what went wrong."""
    async with world(folder) as here:
        config, told = written_down(here, stock), Told()
        records = Records(config.parent)
        async with falling_switch(config, point.fall) as switch:
            assert await switch.started(), switch.lines
            await _called(switch, records, told, point)
            if not await switch.fallen():
                ended = f"it never came to this point (exit code {switch.process.exitcode})"
                return gathered(here, records, told), [ended, *switch.lines]
            claimed = under_way(records)
            faults = [] if point.then is None else await _fell_again(config, point.then)
            claimed |= under_way(records)
            faults += await _restarted(config, records)
            faults += [f"{one} has outlived the switch" for one in switch.left_behind()]
        return gathered(here, records, told, claimed), faults


def _story(folder: Path, faults: Sequence[str]) -> list[str]:
    """Return what the switches printed, run by run, where something is wrong."""
    logs = sorted(folder.glob("home/switch-*.log")) if faults else []
    return [f"{log.stem}: {line}" for log in logs for line in log.read_text(errors="replace").splitlines()]


async def _all_faults(points: Sequence[Point], folder: Path, stock: Stock) -> list[str]:
    """Kill a switch at each of some points, several side by side; return what is wrong, and where."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def faults_at(number: int, point: Point) -> list[str]:
        async with turns:
            evidence, faults = await _killed(point, folder / str(number), stock)
            faults += faults_of(evidence, point)
            return [f"{point.name}: {one}" for one in (*faults, *_story(folder / str(number), faults))]

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(faults_at(number, point)) for number, point in enumerate(points)]
    return [fault for task in tasks for fault in task.result()]


@pytest.mark.parametrize("part", POINTS)
async def test_whenever_it_is_killed_every_promise_is_kept_once(
    part: str, tmp_path: Path, stock: Stock
) -> None:
    faults = await _all_faults(POINTS[part], tmp_path, stock)
    assert not faults, "\n".join(faults)


def test_there_are_enough_points_and_no_two_are_one() -> None:
    points = [point for part in POINTS.values() for point in part]
    assert len({point.name for point in points}) == len(points) >= 30
    assert len({(point.fall, point.stopped, point.then) for point in points}) == len(points)


PLANTED: dict[str, Callable[[Evidence], Evidence]] = {
    "a second charge": lambda one: replace(one, charged=one.charged * 2),
    "a charge of which the line knows nothing": lambda one: replace(one, payments=()),
    "no charge": lambda one: replace(one, charged=()),
    "a second text": lambda one: replace(one, texts=one.texts * 2),
    "no text": lambda one: replace(one, texts=()),
    "a text to somebody else": lambda one: replace(one, texts=(replace(one.texts[0], to="+48600100201"),)),
    "a second mail": lambda one: replace(one, mails=one.mails * 2),
    "a mail under another name": lambda one: replace(
        one, mails=(*one.mails, replace(one.mails[0], message_id="<other>"))
    ),
    "no mail": lambda one: replace(one, mails=()),
    "a mail without its sound": lambda one: replace(one, mails=(replace(one.mails[0], sounds=()),)),
    "a second webhook": lambda one: replace(one, hooks=(*one.hooks, one.hooks[-1])),
    "a webhook under another id": lambda one: replace(
        one, hooks=(*one.hooks, replace(one.hooks[-1], id="other", number=3))
    ),
    "no webhook of the end": lambda one: replace(
        one, hooks=tuple(hook for hook in one.hooks if hook.kind != "call.ended")
    ),
    "no webhook of the recording": lambda one: replace(
        one, hooks=tuple(replace(hook, number=1) for hook in one.hooks if hook.kind == "call.ended")
    ),
    "a webhook that nobody signed": lambda one: replace(
        one, hooks=tuple(replace(hook, signed=False) for hook in one.hooks)
    ),
    "no file": lambda one: replace(one, dropped=()),
    "a second file": lambda one: replace(one, dropped=one.dropped * 2),
    "a file with something else in it": lambda one: replace(
        one, dropped=(replace(one.dropped[0], sha256="0" * 64),)
    ),
    "a recording that is gone": lambda one: replace(one, kept=()),
    "a recording that is not catalogued": lambda one: replace(one, recordings=()),
    "a message that is gone": lambda one: replace(one, messages=()),
    "a message that nobody can hear": lambda one: replace(one, spoken=()),
    "a second end": lambda one: replace(one, ended=one.ended * 2),
    "no end": lambda one: replace(one, ended=()),
    "half a file": lambda one: replace(one, left_over=("a.part",)),
    "a delivery that was given up": lambda one: replace(
        one, deliveries=({**one.deliveries[0], "state": "refused"},)
    ),
}
"""What goes wrong with a run of which nothing is wrong."""


async def test_a_healthy_call_keeps_its_promises_and_whatever_is_lost_or_doubled_is_found(
    tmp_path: Path, stock: Stock
) -> None:
    async with world(tmp_path) as here:
        config, told = written_down(here, stock), Told()
        records = Records(config.parent)
        async with falling_switch(config) as switch:
            assert await switch.started(), switch.lines
            await whole_call(switch, records, told)
            assert await _ended_well(switch, records) == []
        evidence = gathered(here, records, told)
    assert faults_of(evidence, HEALTHY) == []
    assert told.heard_promise_s > 0.3
    assert [name for name, plant in PLANTED.items() if not faults_of(plant(evidence), HEALTHY)] == []
    # What was under way at a fall may come once more, and not twice more.
    claimed = replace(evidence, under_way=frozenset({evidence.texts[0].reference}))
    assert faults_of(replace(claimed, texts=evidence.texts * 2), HEALTHY) == []
    assert faults_of(replace(claimed, texts=evidence.texts * 3), HEALTHY) != []
