"""Conference rooms: the door, who hears whom, one media worker for all."""

from __future__ import annotations

from media import commands as ask
from softswitch.calls.lines import NoLines
from softswitch.calls.origin import OutsideCaller
from softswitch.events import CallEnded, DigitPressed, PinRefused, RoomEntered, RoomLeft
from softswitch.sip.uri import dialled
from tests.calls.test_transfer import refer, replaces
from tests.fakes.exchange import sdp
from tests.fakes.media import MUSIC
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.features.office import accept_changes, office

OPEN = {"8000": {"name": "board"}}
LOCKED = {"8000": {"name": "board", "pin": "2468"}}


def hears(*phones):
    return [phone.sound.hears for phone in phones]


@in_virtual_time
async def test_all_hear_each_other_and_who_is_alone_hears_music():
    async with office(rooms=OPEN) as here:
        anna, bartek, celina = here.phones("1001", "1002", "1003")
        await here.dials(anna, "8000")
        assert hears(anna) == [f"loop {MUSIC}"]
        await here.dials(bartek, "8000")
        await here.dials(celina, "8000")
        assert hears(anna, bartek, celina) == ["room 1"] * 3
        assert all(phone.sound.asked(ask.HearRoom)[-1].speaks for phone in (anna, bartek, celina))
        room = here.features.rooms["8000"]
        assert [(one.party, one.display) for one in room.present()] == [
            ("1001", "Anna"),
            ("1002", "Bartek"),
            ("1003", "Celina"),
        ]
        bartek.hang_up()
        await passes(1)
        anna.hang_up()
        await passes(1)
        assert hears(celina) == [f"loop {MUSIC}"]
        celina.hang_up()
        await passes(1)
        assert room.present() == ()
        assert here.switch.events(RoomEntered) == [
            RoomEntered("a", "1001", "board", 0),
            RoomEntered("a", "1002", "board", 1),
            RoomEntered("a", "1003", "board", 2),
        ]
        assert [one.party for one in here.switch.events(RoomLeft)] == ["1002", "1001", "1003"]


@in_virtual_time
async def test_the_pin_opens_the_door_and_is_written_nowhere():
    async with office(rooms=LOCKED) as here:
        anna = await here.dials(here.phone("1001"), "8000")
        assert here.said == "Enter the PIN, then press hash."
        await here.types(anna, "2468#")
        assert hears(anna) == [f"loop {MUSIC}"]
        anna.hang_up()
        await passes(1)
        assert {press.digit for press in here.switch.events(DigitPressed)[:4]} == {"*"}
        assert "2468" not in repr(here.features.rooms["8000"])


@in_virtual_time
async def test_a_wrong_pin_is_asked_for_again_three_times_in_all():
    async with office(rooms=LOCKED) as here:
        anna = await here.dials(here.phone("1001"), "8000")
        for typed in ("1111#", "24#", "13579"):
            await here.types(anna, typed)
            await passes(2.5)
        await passes(3)
        assert here.speaker.said == [
            *["Enter the PIN, then press hash.", "That is not the right PIN."] * 3,
            "Goodbye.",
        ]
        assert [one.tries for one in here.switch.events(PinRefused)] == [1, 2, 3]
        (end,) = here.switch.events(CallEnded)
        assert (end.reason, end.result) == ("not_admitted", "refused")
        assert {press.digit for press in here.switch.events(DigitPressed)} == {"*"}


@in_virtual_time
async def test_the_right_pin_after_a_wrong_one():
    async with office(rooms=LOCKED) as here:
        anna = await here.dials(here.phone("1001"), "8000")
        await here.types(anna, "1111#")
        await passes(2)
        await here.types(anna, "2468")
        assert hears(anna) == [f"loop {MUSIC}"]
        anna.hang_up()


@in_virtual_time
async def test_who_hangs_up_at_the_door_leaves_no_digit():
    async with office(rooms=LOCKED) as here:
        anna = await here.dials(here.phone("1001"), "8000")
        await here.types(anna, "24")
        anna.hang_up()
        await passes(1)
        assert [press.digit for press in here.switch.events(DigitPressed)] == ["*", "*"]


class FromOutside(NoLines):
    """Takes whoever calls from one of these addresses for a caller by a trunk."""

    def __init__(self, here, *hosts):
        self._here, self._hosts = here, hosts

    def arrival(self, request, hop):
        if hop.host not in self._hosts:
            return None
        return OutsideCaller("trunk", "+48600100200", "", dialled(request.uri), 100)

    def destination(self, caller):
        return self._here.features.numbers.get(caller.called)


@in_virtual_time
async def test_who_guesses_from_outside_is_asked_no_more_for_a_while():
    async with office(rooms=LOCKED) as here:
        here.switch.board._lines = FromOutside(here, "192.0.2.77")
        thief = here.switch.phone("thief", "192.0.2.77", registered=False)
        for _ in range(7):
            await here.dials(thief, "8000")
            for guess in ("1111", "2222", "3333"):
                await here.types(thief, guess)
                await passes(2.5)
            await passes(3)
        assert len(here.switch.events(PinRefused)) == 20 + 1
        asked = here.speaker.said.count("Enter the PIN, then press hash.")
        await here.dials(thief, "8000", 4)
        assert (here.said, here.speaker.said.count("Enter the PIN, then press hash.")) == ("Goodbye.", asked)
        # An account has proved who it is.
        anna = await here.dials(here.phone("1001"), "8000")
        await here.types(anna, "2468")
        assert hears(anna) == [f"loop {MUSIC}"]
        # Ten minutes later it may be somebody else.
        await passes(600)
        await here.dials(thief, "8000")
        await here.types(thief, "2468")
        assert hears(thief) == ["room 1"]
        anna.hang_up()
        thief.hang_up()


@in_virtual_time
async def test_many_who_stand_at_the_door_at_once_guess_no_more_often():
    async with office(rooms=LOCKED) as here:
        hosts = [f"192.0.2.{number}" for number in range(70, 78)]
        here.switch.board._lines = FromOutside(here, *hosts)
        thieves = [here.switch.phone("thief", host, registered=False) for host in hosts]
        for thief in thieves:
            await here.dials(thief, "8000")
        for guess in ("1111", "2222", "3333"):
            for thief in thieves[:7]:
                await here.types(thief, guess)
        # The last has all three guesses left, but the room has none.
        await here.types(thieves[7], "2468")
        assert here.switch.events(RoomEntered) == []
        await passes(60)


@in_virtual_time
async def test_a_full_room_is_busy():
    async with office(rooms={"8000": {"most": 2}}) as here:
        anna, bartek, celina = here.phones("1001", "1002", "1003")
        for phone in (anna, bartek, celina):
            await here.dials(phone, "8000")
        assert celina.last_status() == 486
        anna.hang_up()
        bartek.hang_up()


@in_virtual_time
async def test_whoever_comes_from_another_worker_is_brought_to_the_others():
    async with office(rooms=OPEN) as here:
        anna, bartek = here.phones("1001", "1002")
        await here.dials(anna, "8000")
        worker = anna.sound.leg.worker
        here.switch.client.next_worker()
        await here.dials(bartek, "8000")
        accept_changes(bartek)
        await passes(0.5)
        assert bartek.sound.leg.worker is worker
        assert hears(anna, bartek) == ["room 1", "room 1"]
        anna.hang_up()
        bartek.hang_up()


@in_virtual_time
async def test_who_holds_the_call_is_not_heard_with_music_of_the_own():
    async with office(rooms=OPEN) as here:
        anna, bartek = here.phones("1001", "1002")
        await here.dials(anna, "8000")
        await here.dials(bartek, "8000")
        bartek.reinvite(sdp(host="192.0.2.12", direction="sendonly", version=2))
        await passes(0.5)
        assert not bartek.sound.asked(ask.HearRoom)[-1].speaks
        assert anna.sound.asked(ask.HearRoom)[-1].speaks
        bartek.reinvite(sdp(host="192.0.2.12", version=3))
        await passes(0.5)
        assert bartek.sound.asked(ask.HearRoom)[-1].speaks
        anna.hang_up()
        bartek.hang_up()


@in_virtual_time
async def test_somebody_is_transferred_into_the_room():
    async with office(rooms=LOCKED) as here:
        anna, bartek, celina = here.phones("1001", "1002", "1003")
        await here.dials(celina, "8000")
        await here.types(celina, "2468")
        await here.connect(anna, bartek)
        first = bartek.dialog
        await here.dials(bartek, "8000")
        await here.types(bartek, "2468")
        assert hears(bartek, celina) == ["room 1"] * 2
        query, bartek.dialog = replaces(bartek), first
        refer(bartek, "8000", query=query)
        await passes(4)
        assert hears(anna, celina) == ["room 1"] * 2
        assert [one.party for one in here.features.rooms["8000"].present()] == ["1003", "1001"]
        anna.hang_up()
        celina.hang_up()
        await passes(1)


@in_virtual_time
async def test_who_is_sent_there_is_asked_for_the_pin():
    async with office(rooms=LOCKED) as here:
        anna, bartek = here.phones("1001", "1002")
        await here.connect(anna, bartek)
        refer(bartek, "8000")
        await passes(3)
        assert here.said == "Enter the PIN, then press hash."
        await here.types(anna, "2468")
        assert hears(anna) == [f"loop {MUSIC}"]
        anna.hang_up()
