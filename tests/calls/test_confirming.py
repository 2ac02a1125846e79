"""A key that only a person presses, and everything that can come between."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from softswitch.calls.branch import Branch
from softswitch.calls.confirming import ANSWER_SECONDS, TIMES_ASKED, accepts
from softswitch.calls.errors import CallOver, LegEnded
from softswitch.calls.hangup import Reason, Termination
from softswitch.calls.speaking import Speaking
from tests.fakes.exchange import Steps, exchange
from tests.fakes.speaker import PROMPT_SECONDS, FakeSpeaker, let_prompts_end
from tests.fakes.virtual_time import in_virtual_time, passes

SERVED = Termination(Reason.SERVICE_ENDED)


class Room:
    """An exchange where 1001 calls, 1002 is rung for it in a branch, answers and is asked."""

    def __init__(self, switch):
        self.switch = switch
        self.speaker = FakeSpeaker()
        self.got: list[bool] = []
        self.leg = None
        self.cut_short = 0
        let_prompts_end(switch)

    async def asks(self, ask=None):
        """Let 1002 answer; return both phones while it is asked, by ``ask`` or by a spoken question."""
        speaking = Speaking(self.speaker)

        async def spoken():
            try:
                return await speaking.ask_key(self.leg, "Press one", "en", within=ANSWER_SECONDS)
            except asyncio.CancelledError:
                self.cut_short += 1
                raise

        async def serve(call):
            branch = Branch(call)
            self.leg = await self.switch.dialler.reach(branch, ["1002"])
            self.got.append(await accepts(branch, self.leg, ask or spoken))
            branch.fell(SERVED)
            return SERVED

        self.switch.routes["900"] = Steps(serve)
        anna, bartek = self.switch.phone("1001", "192.0.2.11"), self.switch.phone("1002", "192.0.2.12")
        anna.call("900")
        await passes(0.5)
        bartek.pick_up()
        await passes(0.5)
        return anna, bartek


@contextlib.asynccontextmanager
async def room():
    async with exchange() as switch:
        yield Room(switch)
        await switch.nothing_is_left()


@pytest.mark.parametrize(("key", "taken"), [("1", True), ("2", False), ("*", False)])
@in_virtual_time
async def test_one_is_a_yes_and_any_other_key_a_no(key, taken):
    async with room() as here:
        _, bartek = await here.asks()
        assert here.got == []
        here.switch.client.digit(bartek.sound, key)
        await passes(0.5)
        assert (here.got, here.speaker.said) == ([taken], ["Press one"])


@in_virtual_time
async def test_a_mailbox_is_asked_twice_and_is_a_no():
    async with room() as here:
        await here.asks()
        await passes(TIMES_ASKED * (PROMPT_SECONDS + ANSWER_SECONDS) - 1)
        assert (here.got, here.speaker.said) == ([], ["Press one"] * TIMES_ASKED)
        await passes(1)
        assert here.got == [False]


@pytest.mark.parametrize("seconds", [0.0, PROMPT_SECONDS + 1])
@in_virtual_time
async def test_hanging_up_ends_the_question_at_once(seconds):
    async with room() as here:
        _, bartek = await here.asks()
        await passes(seconds)
        bartek.hang_up()
        await passes(0.1)
        assert (here.got, here.cut_short) == ([False], 1)


@in_virtual_time
async def test_who_presses_the_key_and_hangs_up_in_one_moment_takes_nothing():
    async with room() as here:

        async def ask():
            here.leg.hang_up(Termination(Reason.MEDIA_LOST))
            return "1"

        await here.asks(ask)
        assert here.got == [False]


@in_virtual_time
async def test_one_who_is_gone_already_is_not_waited_for():
    async with room() as here:

        async def ask():
            here.leg.hang_up(Termination(Reason.MEDIA_LOST))
            raise LegEnded(here.leg.termination)

        await here.asks(ask)
        assert here.got == [False]


@in_virtual_time
async def test_what_ends_the_call_is_no_answer():
    async with room() as here:

        async def ask():
            raise CallOver(Termination(Reason.TRANSFERRED))

        await here.asks(ask)
        assert here.got == []
        assert here.switch.ended.reason == "transferred"


@in_virtual_time
async def test_the_callers_hanging_up_ends_the_question():
    async with room() as here:
        anna, bartek = await here.asks()
        anna.cancel()
        await passes(0.5)
        assert (here.got, here.cut_short, len(bartek.incoming("BYE"))) == ([], 1, 1)
