"""What two who talk hear, and who else does."""

from __future__ import annotations

from media import commands as ask
from softswitch.calls.audience import Audience, Guest, Mode
from softswitch.events import CallArrived, Entry, SupervisionBegan, SupervisionChanged, SupervisionEnded
from tests.fakes.exchange import Exchange, exchange, sdp, talking
from tests.fakes.virtual_time import in_virtual_time, passes

ROOM = 7


class Hall:
    """Two who talk, and an audience of the test's own beside that of their call."""

    def __init__(self, switch: Exchange) -> None:
        self.told: list[object] = []
        self.switch = switch
        self.audience = Audience()
        (call,) = {seat.call for seat in switch.board.seats("1001")}
        assert call.pair is not None
        self.call, (self.anna, self.bartek) = call, call.pair

    def guest(self, mode: Mode, by: str = "1003") -> Guest:
        guest = Guest(by, self.bartek, mode, self.told.append)
        self.audience.admit(guest, ROOM)
        return guest

    def seats(self, leg: object) -> list[ask.HearRoom]:
        """Return how a leg was let into rooms."""
        return self.switch.client.leg(leg.voice.number).asked(ask.HearRoom)

    def let_hear(self) -> None:
        self.audience.let_hear(self.anna, self.bartek)


async def hall(switch: Exchange) -> Hall:
    await talking(switch)
    return Hall(switch)


@in_virtual_time
async def test_with_nobody_there_two_hear_each_other_directly():
    async with exchange() as switch:
        here = await hall(switch)
        here.let_hear()
        assert here.seats(here.anna) == here.seats(here.bartek) == []
        assert not here.anna.keys.relays_all
        here.call.end(here.anna.termination)


@in_virtual_time
async def test_who_is_expected_changes_nothing_yet():
    async with exchange() as switch:
        here = await hall(switch)
        guest = here.guest(Mode.BARGE)
        here.let_hear()
        guest.change(Mode.LISTEN)
        here.audience.leave(guest)
        assert here.seats(here.anna) == []
        assert here.told == []
        here.call.end(here.anna.termination)


@in_virtual_time
async def test_a_room_lasts_from_the_first_guest_to_the_last():
    async with exchange() as switch:
        here = await hall(switch)
        celina = switch.phone("1003", "192.0.2.13")
        celina.call("1001")
        await passes(0.5)
        (seat,) = switch.board.seats("1003")
        first, second = here.guest(Mode.WHISPER), here.guest(Mode.LISTEN, "1004")
        await seat.leg.open_sound(near=here.anna)
        for guest in (first, second):
            guest.begin(seat.leg, "c2")
        here.let_hear()
        assert here.audience.find("1004") is second
        assert [one.room for one in here.seats(here.anna)] == [ROOM]
        assert here.anna.keys.relays_all
        here.audience.leave(first)
        here.audience.leave(first)
        here.let_hear()
        assert [one.room for one in here.seats(here.bartek)] == [ROOM, ROOM]
        here.audience.leave(second)
        here.let_hear()
        assert not here.bartek.keys.relays_all
        assert here.audience.find("1004") is None
        assert here.told == [
            SupervisionBegan("1003", "1002", "whisper", "c2"),
            SupervisionBegan("1004", "1002", "listen", "c2"),
            SupervisionEnded("1003", "1002"),
            SupervisionEnded("1004", "1002"),
        ]
        celina.cancel()
        here.call.end(here.anna.termination)


@in_virtual_time
async def test_a_whisper_is_for_one_person_and_barging_in_for_who_is_there():
    async with exchange() as switch:
        here = await hall(switch)
        whisper, barge = here.guest(Mode.WHISPER), here.guest(Mode.BARGE, "1004")
        for guest in (whisper, barge):
            guest.leg = here.anna
        other = here.anna
        other.stands_as = here.bartek.stands_as
        for guest in (whisper, barge):
            guest.follow((other, other))
        assert (whisper.mode, barge.mode) == (Mode.LISTEN, Mode.BARGE)
        assert here.told == [SupervisionChanged("1003", "1001", "listen")]
        whisper.leg = barge.leg = None
        here.call.end(here.anna.termination)


@in_virtual_time
async def test_nothing_is_changed_of_legs_that_are_over_or_apart():
    async with exchange() as switch:
        here = await hall(switch)
        guest = here.guest(Mode.LISTEN)
        guest.leg = here.anna
        switch.client.next_worker()
        celina = switch.phone("1003", "192.0.2.13")
        celina.call("1001")
        await passes(0.5)
        (seat,) = switch.board.seats("1003")
        await seat.leg.open_sound()
        here.audience.let_hear(here.anna, seat.leg)
        assert here.seats(here.anna) == []
        celina.cancel()
        here.call.end(here.anna.termination)
        await passes(1)
        here.let_hear()
        here.audience.wait()


class Note:
    """A witness that keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[object] = []

    async def before(self, kind: str, name: str, language: str = "") -> None:
        self.told.append((kind, name))

    def together(self, one: object, other: object) -> None:
        self.told.append((one.name, other.name, one.held or other.held))

    def apart(self) -> None:
        self.told.append("apart")

    def over(self) -> None:
        self.told.append("over")


@in_virtual_time
async def test_a_witness_hears_where_a_caller_is_led_who_talks_and_who_holds():
    async with exchange() as switch:
        note = Note()

        def arrived(entry: Entry) -> None:
            call = switch.board.find(entry.call)
            assert call is not None
            call.audience.witness = note

        switch.log.subscribe(arrived, {CallArrived})
        anna, bartek = await talking(switch)
        anna.reinvite(sdp(host=anna.address[0], direction="sendonly", version=2))
        await passes(1)
        bartek.hang_up()
        await passes(1)
        assert note.told == [
            ("account", "1002"),
            ("a", "b1", False),
            ("a", "b1", True),
            "over",
        ]
