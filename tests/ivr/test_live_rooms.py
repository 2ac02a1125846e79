"""A real line in the rooms into which trees lead: music while it waits, and who leads the call on."""

from __future__ import annotations

import pytest

from softswitch.calls.hangup import Reason, Termination
from softswitch.ivr.desks.bundle import Desks
from softswitch.ivr.desks.rooms import CallbackEnd, MessageEnd, ProgramEnd
from softswitch.ivr.desks.wires import Reply
from softswitch.ivr.destination import TreeDestination
from softswitch.ivr.errors import NoSuchRoom
from softswitch.ivr.expressions import Value
from softswitch.ivr.live_rooms import NoRooms, Served
from tests.fakes.exchange import exchange
from tests.fakes.media import MUSIC
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.ivr.on_calls import FakeVoice, end_prompts_after
from tests.ivr.written import tree_of


class Rooms(NoRooms):
    """Rooms that end as a test says."""

    def __init__(self, end, go_on=None):
        self.end, self.go_on = end, go_on
        self.asked = []

    async def program(self, call, number, values):
        self.asked.append((number, dict(values)))
        return Served(self.end, self.go_on)

    async def leave_message(self, call, box, language):
        self.asked.append((box, language))
        return Served(self.end, self.go_on)

    async def ask_for_call(self, call, desk, language):
        self.asked.append((desk, language))
        return Served(self.end, self.go_on)


class Slow:
    """Another system that answers after a while."""

    def __init__(self, seconds):
        self.seconds = seconds

    async def ask(self, question, variables):
        await passes(self.seconds)
        return Reply(variables={"X": Value("7")})


async def called(switch, tree, **parts):
    voice = FakeVoice()
    switch.routes["100"] = TreeDestination(tree_of(tree), voice, switch.dialler, **parts)
    end_prompts_after(switch, 1.0)
    phone = switch.phone("1001", "192.0.2.11")
    phone.call("100")
    await passes(0.5)
    return phone, voice


@in_virtual_time
async def test_d05_a_program_that_is_over_leads_the_call_on():
    async def go_on():
        return Termination(Reason.MENU_BUSY)

    rooms = Rooms(ProgramEnd.OVER, go_on)
    async with exchange() as switch:
        await called(switch, 'a: [application: {number: 700, values: {x: "%%number%%"}}]', rooms=rooms)
        await passes(5)
        assert rooms.asked == [("700", {"x": "1001"})]
        assert switch.ended.reason == "menu_busy"


@in_virtual_time
async def test_every_other_end_goes_on_in_the_tree():
    for tree, end in (
        ("a: [application: {number: 700, down: b}]\nb: [say: hello]", ProgramEnd.DOWN),
        ("a: [voicemail: office, say: hello]", MessageEnd.SAVED),
        ("a: [callback: office, say: hello]", CallbackEnd.ACCEPTED),
    ):
        async with exchange() as switch:
            _, voice = await called(switch, tree, rooms=Rooms(end))
            await passes(5)
            assert [said[0] for said in voice.said] == ["hello"]
            assert switch.ended.reason == "menu_ended"


@in_virtual_time
async def test_d19_the_caller_is_asked_in_the_language_of_the_call():
    rooms = Rooms(CallbackEnd.ACCEPTED)
    async with exchange() as switch:
        await called(switch, "a: [language: de, callback: {desk: office}]", rooms=rooms)
        await passes(3)
        assert rooms.asked == [("office", "de")]


@in_virtual_time
@pytest.mark.parametrize(("seconds", "heard"), [(0.2, False), (2.0, True)])
async def test_n09_who_waits_for_another_system_hears_music_and_no_scrap_of_it(seconds, heard):
    tree = "a: [say: one, by_answer: {connection: f, variable: x, branches: {7: b}}]\nb: [say: two]"
    async with exchange() as switch:
        phone, voice = await called(switch, tree, desks=Desks(wires=Slow(seconds)))
        switch.client.sound(phone.sound, "192.0.2.11", 4000)
        heard_meanwhile = []
        for _ in range(60):
            await passes(0.1)
            heard_meanwhile.append(getattr(phone.sound, "hears", ""))
        assert [said[0] for said in voice.said] == ["one", "two"]
        assert (f"loop {MUSIC}" in heard_meanwhile) is heard
        first = next((n for n, one in enumerate(heard_meanwhile) if one == f"loop {MUSIC}"), 0)
        # Music ends with the wait: nothing of it is under what is said next.
        assert heard_meanwhile[first:].count(f"loop {MUSIC}") <= 20


async def test_a_switch_without_rooms_says_which_one_there_is_not():
    rooms = NoRooms()
    for trying in (
        rooms.program(None, "700", {}),
        rooms.leave_message(None, "office", "pl"),
        rooms.ask_for_call(None, "office", "pl"),
    ):
        with pytest.raises(NoSuchRoom, match=r"700|office"):
            await trying
