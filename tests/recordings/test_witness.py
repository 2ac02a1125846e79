"""What is recorded of real calls: when it begins and ends, of whom, who may ask."""

from __future__ import annotations

from pathlib import Path

import pytest

from media.errors import MediaError
from softswitch.events import RecordingStarted
from softswitch.recordings.errors import NothingToRecord
from tests.calls.test_transfer import refer, replaces
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.queues.hall import pick_up, played, refuse
from tests.recordings.studio import BEEP, hold, pauses, studio, waiting


@in_virtual_time
async def test_a_talk_of_a_queue_is_recorded_from_the_answer_to_the_end(tmp_path):
    async with studio(tmp_path, {"queues": {"sales": {"record": "always", "keep_days": 7}}}) as here:
        anna = here.hall.phone("1001")
        caller = await waiting(here)
        assert here.started() == []
        pick_up(anna)
        await passes(5)
        (record,) = here.recorded(caller)
        assert here.recorded(anna) == []
        assert (record.layout, record.then) == ("stereo", "wav")
        caller.hang_up()
        await passes(1)
        (started,) = here.started()
        call = here.hall.switch.entries[0].call
        assert started == RecordingStarted(
            recording=f"{call}-1", part=1, leg="a", caller="2001", agent="1001", called="600",
            queue="sales", trunk="", mode="always", because="queue:sales", by="", consent="",
            path=f"2026/01/05/{call}-1.wav", keep_days=7,
        )  # fmt: skip
        assert Path(record.path) == tmp_path / started.path
        here.hall.switch.client.finish_recording(seconds=4.56789)
        await passes(1)
        assert here.told()[1:] == ["stopped: talk_over", f"ended {started.path}"]


@in_virtual_time
async def test_nothing_is_recorded_where_no_rule_says_so(tmp_path):
    async with studio(tmp_path, {"queues": {"other": "always"}}) as here:
        anna = here.hall.phone("1001")
        caller = await waiting(here)
        pick_up(anna)
        await passes(5)
        here.press(anna, "*1")
        await passes(1)
        caller.hang_up()
        await passes(1)
        assert here.told() == []


@in_virtual_time
async def test_two_accounts_of_ours_the_caller_is_left(tmp_path):
    async with studio(tmp_path, {"record": "always", "accounts": {"1002": "never"}}) as here:
        anna, bartek, celina = here.hall.phones("1001", "1002", "1003")
        await here.hall.dials(anna, "1003")
        pick_up(celina)
        await passes(1)
        assert here.told() == ["started 1: 1001 | 1003"]
        anna.hang_up()
        await passes(1)
        await here.hall.dials(bartek, "1003")
        pick_up(celina)
        await passes(1)
        assert here.told() == ["started 1: 1001 | 1003", "stopped: talk_over"]
        bartek.hang_up()


@in_virtual_time
async def test_one_recording_survives_a_blind_transfer(tmp_path):
    async with studio(tmp_path, {"record": "always"}) as here:
        anna, friend = here.hall.phones("1001", "1005")
        caller = await waiting(here)
        pick_up(anna)
        await passes(2)
        refer(anna, "1005")
        await passes(1)
        assert pauses(caller)[-1] is True
        pick_up(friend)
        await passes(2)
        assert pauses(caller)[-1] is False
        assert here.told() == ["started 1: 2001 | 1001", "paused: hold", "resumed: hold"]
        friend.hang_up()
        await passes(1)
        assert here.told()[-1] == "stopped: talk_over"


@in_virtual_time
async def test_it_goes_on_with_the_agent_whose_transfer_fails(tmp_path):
    async with studio(tmp_path, {"record": "always"}) as here:
        anna, friend = here.hall.phones("1001", "1005")
        caller = await waiting(here)
        pick_up(anna)
        await passes(2)
        refer(anna, "1005")
        await passes(1)
        refuse(friend, 486)
        await passes(1)
        assert here.told() == ["started 1: 2001 | 1001", "paused: hold", "resumed: hold"]
        caller.hang_up()


@in_virtual_time
async def test_one_recording_survives_an_attended_transfer_and_the_consultation_is_one_of_its_own(tmp_path):
    async with studio(tmp_path, {"record": "always"}) as here:
        anna, friend = here.hall.phones("1001", "1005")
        caller = await waiting(here)
        pick_up(anna)
        await passes(1)
        first = anna.dialog
        await hold(anna, "sendonly")
        await here.hall.dials(anna, "1005")
        pick_up(friend)
        await passes(2)
        consultation = replaces(anna)
        anna.dialog = first
        refer(anna, "1005", query=consultation)
        await passes(2)
        assert here.told() == [
            "started 1: 2001 | 1001",
            "paused: hold",
            "started 1: 1001 | 1005",
            "paused: hold",
            "resumed: hold",
            "stopped: talk_over",
        ]
        assert caller.sound.hears == f"leg {friend.sound.leg.number}"
        caller.hang_up()


@in_virtual_time
async def test_it_stops_with_who_is_never_recorded_and_a_part_begins_with_the_next(tmp_path):
    rules = {"record": "always", "accounts": {"1005": "never"}}
    async with studio(tmp_path, rules) as here:
        anna, friend = here.hall.phones("1001", "1005")
        caller = await waiting(here)
        pick_up(anna)
        await passes(1)
        refer(anna, "1005")
        await passes(1)
        pick_up(friend)
        await passes(1)
        assert here.told()[-1] == "stopped: rule"
        refer(friend, "1001")
        await passes(1)
        pick_up(anna)
        await passes(1)
        assert here.told()[-1] == "started 2: 2001 | 1001"
        caller.hang_up()


@in_virtual_time
async def test_when_the_caller_hands_over_the_next_one_is_a_part_of_its_own(tmp_path):
    async with studio(tmp_path, {"record": "always"}) as here:
        anna, friend = here.hall.phones("1001", "1005")
        caller = await waiting(here)
        pick_up(anna)
        await passes(1)
        refer(caller, "1005")
        await passes(1)
        pick_up(friend)
        await passes(1)
        told = here.told()
        assert told[0] == "started 1: 2001 | 1001"
        assert [one for one in told if one.startswith("stopped")] == ["stopped: handed_over"]
        assert told[-1].startswith("started 2: ")
        anna.hang_up()


@in_virtual_time
async def test_who_comes_from_another_worker_begins_a_part(tmp_path):
    async with studio(tmp_path, {"record": "always"}) as here:
        anna = here.hall.phone("1001")
        caller = await waiting(here)
        pick_up(anna)
        await passes(1)
        witness = here.recorder.talk_of("1001")
        (call,) = {seat.call for seat in here.hall.switch.board.seats("2001")}
        leg = call.caller
        before = leg.sound
        leg.sound = await here.hall.switch.media.open("192.0.2.1", leg)
        witness.together(call.caller, call.pair[1])
        assert here.told()[-2:] == ["stopped: moved", "started 2: 2001 | 1001"]
        await leg.sound.close()
        leg.sound = before
        caller.hang_up()


@in_virtual_time
async def test_an_agent_records_by_a_code_and_ends_it_by_the_same(tmp_path):
    async with studio(tmp_path, {"record": "on_demand", "beep": True}) as here:
        anna = here.hall.phone("1001")
        caller = await waiting(here)
        pick_up(anna)
        await passes(2)
        assert here.told() == []
        here.press(anna, "*1")
        await passes(1)
        assert (BEEP,) in played(anna)
        assert (BEEP,) in played(caller)
        assert (here.started()[0].mode, here.started()[0].by) == ("on_demand", "1001")
        here.press(anna, "*1")
        await passes(1)
        here.press(anna, "*1")
        await passes(1)
        caller.hang_up()
        await passes(1)
        assert here.told() == [
            "started 1: 2001 | 1001",
            "stopped: asked 1001",
            "started 2: 2001 | 1001",
            "stopped: talk_over",
        ]


@in_virtual_time
async def test_a_customer_outside_cannot_record(tmp_path):
    async with studio(tmp_path, {"record": "on_demand"}) as here:
        anna = here.hall.phone("1001")
        customer = here.hall.phone_outside("600100200")
        await here.hall.dials(anna, "600100200")
        pick_up(customer)
        await passes(1)
        here.press(customer, "*1")
        await passes(1)
        assert here.told() == []
        here.press(anna, "*1")
        await passes(1)
        assert here.told() == ["started 1: 600100200 | 1001"]
        customer.hang_up()


@in_virtual_time
async def test_on_demand_both_are_told_first_where_they_must_know(tmp_path):
    async with studio(tmp_path, {"record": "on_demand", "consent": "notice"}) as here:
        anna = here.hall.phone("1001")
        caller = await waiting(here)
        assert here.said == []
        pick_up(anna)
        await passes(1)
        assert here.recorder.talk_of("2001").ask("by hand") == ""
        await passes(1)
        assert here.told() == []
        await passes(2)
        assert here.told() == ["2001 agrees by notice", "started 1: 2001 | 1001"]
        assert here.started()[0].by == "by hand"
        caller.hang_up()


@in_virtual_time
async def test_a_full_disk_refuses_the_recording_and_not_the_call(tmp_path):
    async with studio(tmp_path, {"record": "always"}, free=10**8) as here:
        anna = here.hall.phone("1001")
        caller = await waiting(here)
        pick_up(anna)
        await passes(1)
        await hold(anna, "sendonly")
        await hold(anna, "sendrecv")
        assert here.told() == ["refused: disk_full by line"]
        assert caller.sound.hears == f"leg {anna.sound.leg.number}"
        with pytest.raises(NothingToRecord, match="at the moment"):
            here.recorder.talk_of("1001").ask("1001")
        caller.hang_up()


@in_virtual_time
async def test_a_fault_of_recording_costs_nobody_the_call(tmp_path, caplog, monkeypatch):
    async with studio(tmp_path, {"record": "always"}) as here:
        anna = here.hall.phone("1001")
        caller = await waiting(here)

        def broken(*args: object, **named: object) -> None:
            raise MediaError("no")

        monkeypatch.setattr(here.recorder, "begin", broken)
        pick_up(anna)
        await passes(1)
        assert caller.sound.hears == f"leg {anna.sound.leg.number}"
        assert "cannot be recorded" in caplog.text
        caller.hang_up()
