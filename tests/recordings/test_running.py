"""What is left out of a recording, and what is silence in it."""

from __future__ import annotations

from tests.fakes.virtual_time import in_virtual_time, passes
from tests.queues.hall import pick_up
from tests.recordings.studio import hold, masks, pauses, studio, waiting


@in_virtual_time
async def test_secret_keys_of_either_side_are_silence_and_no_code(tmp_path):
    async with studio(tmp_path, {"record": "always"}) as here:
        anna = here.hall.phone("1001")
        caller = await waiting(here)
        pick_up(anna)
        await passes(1)
        (call,) = {seat.call for seat in here.hall.switch.board.seats("2001")}
        for leg, phone in zip(call.pair, (caller, anna), strict=True):
            leg.masked = True
            here.press(phone, "*2")
            leg.masked = False
            await passes(2)
        assert masks(caller) == [True, False, True, False]
        assert here.told()[1:] == ["paused: secret", "resumed: secret"] * 2
        caller.hang_up()


@in_virtual_time
async def test_one_that_begins_in_the_midst_of_a_secret_hears_nothing_at_first(tmp_path):
    async with studio(tmp_path, {"record": "on_demand"}) as here:
        anna = here.hall.phone("1001")
        caller = await waiting(here)
        pick_up(anna)
        await passes(1)
        (call,) = {seat.call for seat in here.hall.switch.board.seats("2001")}
        call.caller.masked = True
        here.recorder.talk_of("1001").ask("chief")
        call.caller.masked = False
        await passes(2)
        assert here.told() == ["started 1: 2001 | 1001", "paused: secret", "resumed: secret"]
        assert masks(caller) == [True, False]
        caller.hang_up()


@in_virtual_time
async def test_music_is_cut_out_of_the_recording_and_kept_where_it_is_to_be(tmp_path):
    for kind, paused in (("cut", [True, False]), ("keep", [])):
        async with studio(tmp_path, {"record": "always", "hold": kind}) as here:
            anna = here.hall.phone("1001")
            caller = await waiting(here)
            pick_up(anna)
            await passes(2)
            await hold(anna, "sendonly")
            await hold(anna, "sendrecv")
            assert pauses(caller)[-2:] == paused
            assert len(here.started()) == 1
            caller.hang_up()
