"""Voicemail as a whole: its numbers, and callers served by plain functions."""

from __future__ import annotations

from pathlib import Path

from softswitch.calls.call import Call
from softswitch.calls.hangup import Reason, Termination
from softswitch.events import BranchEntered
from softswitch.registrar.accounts import Account
from softswitch.voicemail.leaving import How, Left
from tests.fakes.exchange import Steps
from tests.fakes.virtual_time import passes
from tests.voicemail.office import office, without_threads

BOXES = {"1001": {"number": "8001"}, "team": {"lamps": ["1002"]}}


@without_threads
async def test_numbers_names_and_codes(tmp_path: Path) -> None:
    desks = {"sales": {"number": "8100"}, "night": {}}
    async with office(tmp_path, boxes=BOXES, requests=desks) as here:
        room = here.voicemail
        kinds = {number: (one.kind, one.name) for number, one in room.numbers.items()}
        assert kinds == {"8001": ("voicemail", "1001"), "8100": ("request", "sales"), "*98": ("code", "*98")}
        assert set(room.named) == {"1001", "team", "sales", "night"}

        def personal(number: str, user: str) -> tuple[str, str] | None:
            found = room.personal(number, Account(user, ""))
            return None if found is None else (found.kind, found.name)

        assert personal("*97", "1001") == ("code", "*97")
        assert personal("*97", "1002") == ("code", "*97")
        assert personal("*97", "1003") is None
        assert personal("*97", "") is None
        assert personal("voicemail", "1001") == ("voicemail", "1001")
        assert personal("*96", "1001") == ("voicemail", "1001")
        assert personal("*96", "1002") is None
        assert personal("*96team", "1003") == ("voicemail", "team")


@without_threads
async def test_a_plain_function_serves_a_caller_and_tells_how_it_went(tmp_path: Path) -> None:
    went: list[Left] = []

    async def course(call: Call) -> Termination:
        call.record(BranchEntered("night", "closed"))
        went.append(await here.voicemail.take_message(call, "team"))
        return Termination(Reason.SERVICE_ENDED)

    async with office(tmp_path, boxes=BOXES, routes={"7000": Steps(course)}) as here:
        phone = await here.speaks("2001", 4, "7000")
        await here.types(phone, "#1")
        await passes(3)
        ((message_id, message),) = here.messages.rows.items()
        assert went == [Left(How.KEPT, message=message_id)]
        assert message.menu == "night: closed"
        assert here.voicemail.courses.ways == {}


@without_threads
async def test_who_stops_waits_for_what_is_being_kept(tmp_path: Path) -> None:
    async with office(tmp_path, boxes=BOXES) as here:
        phone = await here.speaks("2001", 4, "8001")
        here.disk.takes = 5.0
        phone.hang_up()
        await passes(0.2)
        await here.voicemail.close()
        assert [one.seconds > 0 for one in here.messages.rows.values()] == [True]
        here.disk.takes = 0.0
