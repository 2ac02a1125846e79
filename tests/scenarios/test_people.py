"""People reached from a menu, in a whole running switch: real phones, real sound, and an agent's screen."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from websockets.asyncio.client import connect

from softswitch.app import Notices, running
from softswitch.events import CallArrived, CallEnded, CallerShown, CallRated, PhoneRegistered, StepTaken
from softswitch.web.config import ApiConfig
from tests.fakes.home_line import Diary, local
from tests.interface.test_build import ACCOUNTS, Line, told

TREE = """
tree: people
language: en
numbers: [500]
start: welcome
branches:
  welcome:
    - keeper: {strategy: crm, otherwise: branch, branch: direct}
  direct:
    - caller_name: "URGENT {{CALL.CALLER_ID}}"
    - caller_number: 7000
    - label: Claims
    - extension: {length: 4, error: duty, after: survey, first_digit_s: 10}
  survey:
    - rate: {min: 1, max: 5, wait_s: 10}
    - hangup
  duty:
    - duty: {name: service, nobody: bye}
  bye: [hangup]
"""


def steps(diary: Diary) -> list[tuple[str, str]]:
    events = [entry.event for entry in diary.entries]
    return [(one.step, one.exit) for one in events if isinstance(one, StepTaken)]


def written(home: Path) -> dict[str, Any]:
    tree = home / "people.yaml"
    tree.write_text(TREE, encoding="utf-8")
    return {"trees": (tree,), "accounts": ACCOUNTS}


async def test_t10_t12_t22_t23_t03_n26_on_one_real_call(tmp_path: Path) -> None:
    diary = Diary()
    config = local(
        tmp_path,
        api=ApiConfig(port=0),
        duties={"service": {"number": "540", "week": {"mon-sun": "1003"}}},
        **written(tmp_path),
    )
    async with running(config, notices=Notices(event=diary.tell)) as switch:
        here = Line(switch, diary, tmp_path)
        agent = await here.token("events:read", "calls:read", agent="1002")
        url, fields = f"ws://127.0.0.1:{here.port}/v1/events", {"Authorization": f"Bearer {agent}"}
        async with connect(url, additional_headers=fields, proxy=None) as screen:
            callee = here.phone("1002", "answer", "wait:2", "hangup")
            await diary.until(PhoneRegistered)
            caller = here.phone("1001", "call:500", "press:1002", "wait:4", "press:4", "ended:10")
            ring = (await told(screen, "ringing"))["data"]
            assert (ring["caller"], ring["caller_name"], ring["hidden"]) == ("7000", "", True)
            assert ring["menu_path"] == ["welcome", "direct"]
            assert "1001" not in json.dumps({**ring, "call": ""})
            rated = await diary.until(CallRated)
            assert rated.event == CallRated("", "1002", 4, 1, 5)
            ended = await diary.until(CallEnded)
            assert (await diary.until(CallArrived)).event.caller == "1001"  # type: ignore[union-attr]
            assert ended.event.reason == "menu_hung_up"  # type: ignore[union-attr]
            await asyncio.gather(callee, caller)
        shown = [entry.event for entry in diary.entries if isinstance(entry.event, CallerShown)]
        assert shown[-1] == CallerShown("URGENT 7000", "7000")
        assert steps(diary) == [
            ("1 keeper", "no_keeper"),
            ("1 caller_name", "next"),
            ("2 caller_number", "next"),
            ("3 label", "next"),
            ("4 extension", "talk_over"),
            ("1 rate", "rated"),
            ("2 hangup", "next"),
        ]


async def test_t11_t12_on_real_calls(tmp_path: Path) -> None:
    diary = Diary()
    duties = {"service": {"number": "540", "week": {"mon-sun": "1003"}, "ring_s": 10}}
    config = local(tmp_path, duties=duties, **written(tmp_path))
    async with running(config, notices=Notices(event=diary.tell)) as switch:
        here = Line(switch, diary, tmp_path)
        on_duty = here.phone("1003", "answer", "wait:1", "hangup")
        await diary.until(PhoneRegistered)
        # Nobody has the extension 9999: the branch for it leads to the duty. 540 is a duty's, no person's.
        assert await here.phone("1001", "call:500", "press:9999", "ended:10")
        await on_duty
        assert steps(diary)[-2:] == [("4 extension", "no_such_extension"), ("1 duty", "talk_over")]
        # 1002 has no phone now: it exists, so the call ends, and its record says why.
        await here.phone("1001", "call:500", "press:1002", "ended:10")
        ended = await diary.until(CallEnded, 2)
        assert ended.event.reason == "offline"  # type: ignore[union-attr]
        assert steps(diary)[-1] == ("4 extension", "unreachable")
