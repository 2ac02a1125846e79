"""Whatever a menu is made of, whatever is typed, whenever callers go: the call ends once, by no fault."""

from __future__ import annotations

import contextlib
import random

import pytest

from softswitch.events import CallArrived, CallEnded
from softswitch.ivr.destination import TreeDestination
from softswitch.ivr.errors import NoSuchQueue, NoSuchRoom, NoSuchSchedule
from softswitch.ivr.loader import read_tree
from softswitch.ivr.model import Tree
from softswitch.ivr.registry import ACTIONS
from softswitch.sip.errors import LocalProtocolError
from tests.fakes.exchange import Exchange, Phone
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.features.office import office
from tests.ivr.test_ringing import FakeVoice
from tests.ivr.written import PATH

BRANCHES = ("welcome", "sales", "sorry", "service", "goodbye")
KEYS = "0123456789*#ABCD"
PAUSES = (0.0, 0.01, 0.1, 1.0, 8.0, 40.0)
NAMED = ("queue", "by_waiting", "by_agents", "by_hours", "application", "voicemail", "callback")
"""Steps that lead to what a configuration names, of which the rig has none: most trees have no such step."""


def examples(chance: random.Random) -> list[str]:
    """Return the steps of a tree, as the reference shows each."""
    left_out = () if chance.random() < 0.2 else NAMED
    return [
        one.example
        for name, one in ACTIONS.items()
        if ".wav" not in one.example and not name.startswith(left_out or ("-",))
    ]


NOTHING_TO_DO = (LocalProtocolError, IndexError, AssertionError)
"""What a phone of the rig raises where it has no call to do that with."""


def any_tree(chance: random.Random) -> Tree:
    """Return a tree of steps as the reference shows them, in any order."""
    steps = examples(chance)
    while True:
        text = "tree: any\nlanguage: en\nnumbers: [100]\nstart: welcome\nbranches:\n"
        for branch in BRANCHES:
            text += (
                f"  {branch}:\n    - say: '{branch} {{{{CALL.CALLER_ID}}}} {{{{VARIABLE.NUMBER|phone}}}}'\n"
            )
            text += "".join(f"    {chance.choice(steps)}\n" for _ in range(chance.randint(1, 4)))
            text += f"    - goto: {chance.choice(BRANCHES)}\n" * chance.randint(0, 1)
        tree, problems = read_tree(text, PATH)
        if tree is not None and all("go round for ever" in one.reason for one in problems):
            return tree


def act(switch: Exchange, caller: Phone, others: list[Phone], chance: random.Random) -> None:
    """Let somebody press a key, or somebody who is rung do something about it."""
    match chance.randrange(10):
        case 0:
            caller.info(f"Signal={chance.choice(KEYS)}")
        case 1 | 2:
            rung = chance.choice(others)
            invite = [one for one in rung.incoming("INVITE") if one.dialog is None][-1]
            rung.answer(invite, chance.choice((180, 200, 486, 603)))
        case 3:
            caller.reinvite(chance.choice((b"", b"rubbish")))
        case _:
            switch.client.digit(chance.choice(switch.client.open_legs), chance.choice(KEYS))


def ends(switch: Exchange) -> list[CallEnded]:
    return switch.events(CallEnded)


@pytest.mark.parametrize("seed", range(10))
@in_virtual_time
async def test_whatever_is_typed_and_whenever_the_caller_goes(seed, caplog):
    chance = random.Random(seed)
    async with office() as here:
        switch = here.switch
        anna, *others = here.phones()
        for number in range(1, 6):
            tree = any_tree(chance)
            switch.routes["100"] = TreeDestination(tree, FakeVoice(), here.features.dialler)
            switch.router = lambda called, account: (
                switch.routes.get(called) or here.features.route(called, account)
            )
            anna.call("100")
            await passes(0.5)
            for _ in range(chance.randint(0, 40)):
                await passes(chance.choice(PAUSES))
                if len(ends(switch)) == number:
                    break
                with contextlib.suppress(*NOTHING_TO_DO):
                    act(switch, anna, others, chance)
            for leave in (anna.hang_up, anna.cancel):
                with contextlib.suppress(*NOTHING_TO_DO):
                    leave()
            await passes(400)
            assert len(switch.events(CallArrived)) == len(ends(switch)) == number
    faults = [one.exc_info[1] for one in caplog.records if one.exc_info]
    # The queues, boxes and programs of a tree are held against the configuration before it is published.
    assert [one for one in faults if not isinstance(one, NoSuchRoom | NoSuchQueue | NoSuchSchedule)] == []
