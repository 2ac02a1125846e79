import pytest

from softswitch.ivr.desks.rooms import CallbackEnd, MessageEnd, ProgramEnd
from softswitch.ivr.errors import CallerGone
from softswitch.ivr.simulated.rooms import SimulatedRooms
from softswitch.ivr.simulated.scene import Scene
from tests.ivr.simulated.passed import Passed


async def test_everything_ends_well_unless_the_scene_says_otherwise():
    passed, done = Passed(), []
    rooms = SimulatedRooms(Scene(), passed, done.append)
    assert await rooms.program("700", {"a": "b"}) is ProgramEnd.OVER
    assert await rooms.leave_message("office") is MessageEnd.SAVED
    assert await rooms.ask_for_call("office", "600100200") is CallbackEnd.ACCEPTED
    assert [one.kind for one in done] == ["program", "message", "callback"]
    assert all(seconds > 0 for seconds in passed)


async def test_who_hangs_up_has_left_a_message_and_asked_for_no_call():
    async def gone(_: float) -> None:
        raise CallerGone("gone")

    done = []
    rooms = SimulatedRooms(Scene(), gone, done.append)
    with pytest.raises(CallerGone):
        await rooms.leave_message("office")
    with pytest.raises(CallerGone):
        await rooms.ask_for_call("office", "600100200")
    assert [one.kind for one in done] == ["message"]
