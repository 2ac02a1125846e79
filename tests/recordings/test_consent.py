"""Who is told that a talk is recorded, when, in which language; and what a no means."""

from __future__ import annotations

import pytest

from softswitch.calls.hangup import Reason, Termination
from softswitch.events import CallEnded
from softswitch.ivr.destination import TreeDestination
from softswitch.queues.wish import Wish
from softswitch.recordings.consent import Notices
from softswitch.recordings.errors import NothingToRecord
from tests.calls.test_transfer import refer
from tests.fakes.exchange import Steps
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.ivr.on_calls import FakeVoice
from tests.ivr.written import tree_of
from tests.queues.hall import pick_up, played, rang
from tests.recordings.studio import HELP, hold, studio, waiting


@in_virtual_time
async def test_a_caller_is_told_before_he_waits_once(tmp_path):
    async with studio(tmp_path, {"record": "always", "consent": "notice"}) as here:
        anna = here.hall.phone("1001")
        caller = await waiting(here)
        assert caller.last_status() == 200
        assert here.told() == []
        await passes(2)
        assert here.said.count("This call is recorded.") == 1
        assert here.told() == ["2001 agrees by notice"]
        pick_up(anna)
        await passes(2)
        assert here.started()[0].consent == "notice"
        assert here.said.count("This call is recorded.") == 1
        caller.hang_up()


@in_virtual_time
async def test_a_caller_is_spoken_to_in_his_own_language(tmp_path):
    async with studio(tmp_path, {"record": "always", "consent": "notice"}) as here:
        here.hall.phone("1001")
        here.hall.languages["2001"] = "pl"
        caller = await waiting(here)
        assert here.said[0] == "Rozmowa jest nagrywana."
        caller.hang_up()


@in_virtual_time
async def test_who_says_nothing_against_it_is_recorded(tmp_path):
    async with studio(tmp_path, {"record": "always", "consent": "choice"}) as here:
        anna = here.hall.phone("1001")
        caller = await waiting(here)
        assert here.said == ["This call will be recorded. If you do not agree to be recorded, press 9."]
        await passes(5)
        pick_up(anna)
        await passes(2)
        assert here.told() == ["2001 agrees by silence", "started 1: 2001 | 1001"]
        caller.hang_up()


@in_virtual_time
async def test_a_no_is_never_recorded_and_the_agent_is_told(tmp_path):
    async with studio(tmp_path, {"record": "always", "consent": "choice"}) as here:
        anna, friend = here.hall.phones("1001", "1005")
        caller = await waiting(here)
        await passes(1)
        here.press(caller, "9")
        await passes(5)
        assert here.said[1] == "Thank you. This call will not be recorded."
        pick_up(anna)
        await passes(3)
        no = "The caller does not agree to be recorded. This call is not recorded."
        assert here.said.count(no) == 1
        assert (500 + here.said.index(no) + 1,) in played(anna)
        assert (500 + here.said.index(no) + 1,) not in played(caller)
        with pytest.raises(NothingToRecord, match="does not agree"):
            here.recorder.talk_of("1001").ask("1001")
        await hold(anna, "sendonly")
        await hold(anna, "sendrecv")
        assert here.told() == ["2001 refuses by key", "refused: no_consent by line"]
        refer(anna, "1005")
        await passes(1)
        pick_up(friend)
        await passes(3)
        assert here.told()[2:] == ["refused: no_consent by line"]
        assert here.recorded(caller) == here.recorded(friend) == []
        caller.hang_up()


@in_virtual_time
async def test_another_key_is_no_refusal(tmp_path):
    async with studio(tmp_path, {"record": "always", "consent": "choice"}) as here:
        here.hall.phone("1001")
        caller = await waiting(here)
        here.press(caller, "5")
        await passes(1)
        assert here.told() == ["2001 agrees by silence"]
        caller.hang_up()


@in_virtual_time
async def test_who_is_called_is_told_when_the_talk_begins_and_recorded_after(tmp_path):
    async with studio(tmp_path, {"record": "always", "consent": "notice"}) as here:
        anna = here.hall.phone("1001")
        customer = here.hall.phone_outside("600100200")
        await here.hall.dials(anna, "600100200")
        assert here.said == []
        pick_up(customer)
        await passes(1)
        assert here.said == ["This call is recorded."]
        assert played(anna) == played(customer) == [(501,)]
        assert here.told() == []
        await passes(2)
        assert here.told() == ["600100200 agrees by notice", "started 1: 600100200 | 1001"]
        (record,) = here.recorded(customer)
        assert record.layout == "stereo"
        assert here.started()[0].trunk == "town"
        customer.hang_up()


@in_virtual_time
async def test_who_is_called_may_say_no_too(tmp_path):
    async with studio(tmp_path, {"record": "always", "consent": "choice"}) as here:
        anna = here.hall.phone("1001")
        customer = here.hall.phone_outside("600100200")
        await here.hall.dials(anna, "600100200")
        pick_up(customer)
        await passes(1)
        here.press(anna, "9")
        here.press(customer, "9")
        await passes(5)
        assert here.told() == ["600100200 refuses by key", "refused: no_consent by line"]
        customer.hang_up()


@in_virtual_time
async def test_who_hangs_up_while_being_told_is_not_recorded(tmp_path):
    async with studio(tmp_path, {"record": "always", "consent": "notice"}) as here:
        anna = here.hall.phone("1001")
        customer = here.hall.phone_outside("600100200")
        await here.hall.dials(anna, "600100200")
        pick_up(customer)
        await passes(1)
        customer.hang_up()
        await passes(5)
        assert here.told() == []
        (waits,) = await here.hall.callers("2001")
        waits.hang_up()
        await passes(1)
        assert here.told() == []
        assert len(here.hall.told(CallEnded)) == 2


@in_virtual_time
async def test_our_own_people_need_not_be_told(tmp_path):
    rules = {"record": "always", "consent": "notice", "tell_own": False}
    async with studio(tmp_path, rules) as here:
        anna = here.hall.phone("1001")
        caller = await waiting(here)
        pick_up(anna)
        await passes(1)
        assert here.said == []
        assert here.told() == ["started 1: 2001 | 1001"]
        caller.hang_up()


@in_virtual_time
async def test_whatever_fails_costs_nobody_the_call_and_who_was_not_told_is_not_recorded(
    tmp_path, caplog, monkeypatch
):
    async with studio(tmp_path, {"record": "always", "consent": "notice"}) as here:
        anna = here.hall.phone("1001")

        async def broken(*args: object, **named: object) -> None:
            raise RuntimeError("no")

        monkeypatch.setattr(Notices, "ask", broken)
        monkeypatch.setattr(Notices, "announce", broken)
        caller = await waiting(here)
        pick_up(anna)
        await passes(3)
        assert caller.sound.hears == f"leg {anna.sound.leg.number}"
        assert "could not be told" in caplog.text
        assert "went wrong" in caplog.text
        assert here.told() == []
        caller.hang_up()


@in_virtual_time
async def test_who_could_not_be_told_is_not_recorded(tmp_path):
    for kind in ("notice", "choice"):
        async with studio(tmp_path, {"record": "always", "consent": kind}) as here:
            anna = here.hall.phone("1001")
            here.hall.speaker.dumb = True
            caller = await waiting(here)
            await passes(1)
            pick_up(anna)
            await passes(1)
            assert caller.sound.hears == f"leg {anna.sound.leg.number}"
            assert here.told() == ["refused: not_told by line"]
            caller.hang_up()


@in_virtual_time
async def test_who_was_only_told_is_asked_where_he_may_say_no(tmp_path):
    rules = {"record": "always", "consent": "notice", "queues": {"sales": {"consent": "choice"}}}
    async with studio(tmp_path, rules) as here:
        anna, friend = here.hall.phones("1001", "1005")
        caller = here.hall.phone("2001")
        await here.hall.dials(caller, "1005")
        await passes(3)
        pick_up(friend)
        await passes(1)
        assert here.told() == ["2001 agrees by notice", "started 1: 2001 | 1005"]
        refer(friend, "600")
        await passes(1)
        here.press(caller, "9")
        await passes(4)
        pick_up(anna)
        await passes(4)
        assert here.told()[2:] == [
            "stopped: talk_over",
            "2001 refuses by key",
            "refused: no_consent by line",
        ]
        caller.hang_up()


@in_virtual_time
async def test_who_has_chosen_a_language_in_a_menu_is_told_in_it(tmp_path):
    async with studio(tmp_path, {"record": "always", "consent": "notice"}) as here:
        here.hall.phone("1001")
        caller = here.hall.phone("2001")
        queues = here.hall.queues

        async def menu(call):
            await queues.wait(call, "sales", Wish(language="pl"))
            return Termination(Reason.MENU_ENDED)

        here.hall.switch.routes["700"] = Steps(menu)
        await here.hall.dials(caller, "700")
        await passes(1)
        assert here.said[0] == "Rozmowa jest nagrywana."
        caller.hang_up()


@in_virtual_time
async def test_whoever_calls_for_help_is_neither_told_nor_recorded(tmp_path):
    async with studio(tmp_path, {"record": "always", "consent": "notice"}) as here:
        anna = here.hall.phone("1001")
        help_there = here.hall.phone_outside(HELP)
        await here.hall.dials(anna, HELP)
        pick_up(help_there)
        await passes(5)
        assert (here.said, here.told()) == ([], [])
        anna.hang_up()


@in_virtual_time
async def test_a_menu_tells_before_it_rings_who_is_recorded_and_in_the_language_of_the_call(tmp_path):
    tree = """
    a:
      - say: "Dzień dobry"
      - language: pl
      - dial: {target: 1001, busy: b, no_answer: b, unreachable: b, declined: b, unknown: b, after: c}
    b: [hangup]
    c:
      - dial: {target: 1001, busy: b, no_answer: b, unreachable: b, declined: b, unknown: b, after: b}
    """
    rules = {"consent": "notice", "accounts": {"1001": "always"}}
    async with studio(tmp_path, rules) as here:
        switch = here.hall.switch
        switch.routes["100"] = TreeDestination(tree_of(tree), FakeVoice(), switch.dialler)
        anna = here.hall.phone("1001")
        caller = here.hall.phone("2001")
        caller.call("100")
        await passes(1)
        switch.client.sound(caller.sound, "192.0.2.41", 4000)
        await passes(0.5)
        switch.client.finish_play(caller.sound, 1.0)
        await passes(0.5)
        assert (here.said, rang(anna)) == (["Rozmowa jest nagrywana."], 0)
        await passes(2)
        assert here.told() == ["2001 agrees by notice"]
        pick_up(anna)
        await passes(2)
        assert here.started()[0].consent == "notice"
        anna.hang_up()
        await passes(2)
        pick_up(anna)
        await passes(2)
        assert here.said.count("Rozmowa jest nagrywana.") == 1
        caller.hang_up()
