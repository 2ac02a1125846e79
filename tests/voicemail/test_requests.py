"""Callback requests after hours: what a caller is asked, what is stored, and what he is told of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from softswitch.errors import SoftswitchError
from softswitch.events import CallNotRequested, CallRequested
from softswitch.outbox.messages import Mail, read
from softswitch.voicemail.model import Request
from softswitch.voicemail.requests import can_be_called
from tests.fakes.virtual_time import passes
from tests.voicemail.office import office, without_threads

TAKEN = "We have taken your request and will call you back. Goodbye."
DESK = {"number": "8100", "mail": ["desk@example.com"]}


def desk(**parts: object) -> dict[str, dict[str, object]]:
    return {"sales": {**DESK, **parts}}


async def asks(here, keys: str = "", *, user: str = "2001"):
    phone = await here.calls(user, "8100")
    await here.types(phone, keys)
    return phone


@without_threads
async def test_the_number_is_read_back_and_stored_before_anything_is_promised(tmp_path: Path) -> None:
    async with office(tmp_path, requests=desk(), mail_by="office") as here:
        phone = await asks(here)
        assert here.said[-1].startswith("We will call two, zero zero one. If that is right, press one.")
        assert here.requests.rows == {}
        await here.types(phone, "1")
        assert here.said[-1] == TAKEN
        (request,) = here.requests.rows.values()
        assert (request.desk, request.number, request.party) == ("sales", "2001", "2001")
        assert [one.number for one in here.told(CallRequested)] == ["2001"]
        (delivery,) = here.disk.posted.values()
        assert delivery.key == f"callback:{request.id}:mail"
        assert "Call: 2001" in read(delivery.body, Mail).text
        assert len(here.woken) == 1
        await passes(3)
        assert len(phone.incoming("BYE")) == 1


@without_threads
async def test_another_number_is_typed(tmp_path: Path) -> None:
    async with office(tmp_path, requests=desk()) as here:
        phone = await asks(here, "2")
        await here.types(phone, "600100200#")
        assert here.said[-1].startswith("We will call six zero zero, one zero zero, two zero zero.")
        await here.types(phone, "1")
        assert [one.number for one in here.requests.rows.values()] == ["600100200"]


@without_threads
async def test_in_polish_it_is_taken_only_after_the_commit(tmp_path: Path) -> None:
    async with office(tmp_path, requests=desk(language="pl")) as here:
        here.disk.takes = 2.0
        phone = await asks(here, "1")
        assert not any("Przyjęliśmy" in one for one in here.said)
        await passes(2.5)
        assert here.said[-1] == "Przyjęliśmy zgłoszenie i oddzwonimy. Do widzenia."
        assert phone.sound is not None


@without_threads
async def test_a_broken_disk_promises_nothing(tmp_path: Path) -> None:
    async with office(tmp_path, requests=desk()) as here:
        here.disk.works = False
        await asks(here, "1")
        assert here.said[-1].startswith("We are sorry: your request could not be noted.")
        assert [one.why for one in here.told(CallNotRequested)] == ["not_stored"]


@without_threads
async def test_who_hangs_up_after_the_key_has_asked_all_the_same(tmp_path: Path) -> None:
    async with office(tmp_path, requests=desk()) as here:
        here.disk.takes = 2.0
        phone = await asks(here, "1")
        phone.hang_up()
        await passes(3)
        assert len(here.requests.rows) == 1


@without_threads
async def test_who_hangs_up_before_it_has_not(tmp_path: Path) -> None:
    async with office(tmp_path, requests=desk()) as here:
        phone = await asks(here)
        phone.hang_up()
        await passes(1)
        assert here.requests.rows == {}
        assert here.told(CallRequested) == []


@without_threads
async def test_another_key_orders_nothing_and_says_so(tmp_path: Path) -> None:
    async with office(tmp_path, requests=desk()) as here:
        await asks(here, "9")
        assert here.said[-1] == "No callback was ordered. Goodbye."
        assert [one.why for one in here.told(CallNotRequested)] == ["cancelled"]


@without_threads
async def test_a_request_that_is_open_already_is_not_written_twice(tmp_path: Path) -> None:
    async with office(tmp_path, requests=desk()) as here:
        await asks(here, "1")
        await passes(3)
        await asks(here, "1")
        assert here.said[-1].startswith("Your request is with us already")
        assert len(here.requests.rows) == 1


@without_threads
async def test_nobody_can_be_harassed_by_requests(tmp_path: Path) -> None:
    async with office(tmp_path, requests=desk(most_per_number=2)) as here:
        for number in ("600100200", "600100201", "600100202"):
            phone = await asks(here, "2")
            await here.types(phone, f"{number}#1")
            await passes(3)
        assert here.said[-1].startswith("We take no further request")
        assert len(here.requests.rows) == 2
        assert [one.why for one in here.told(CallNotRequested)] == ["too_many"]


@without_threads
async def test_a_full_desk_takes_no_more(tmp_path: Path) -> None:
    async with office(tmp_path, requests=desk(most_kept=1)) as here:
        await asks(here, "1")
        await asks(here, "1", user="2002")
        assert here.said[-1].startswith("We cannot take any more requests")


class Tickets:
    """A ticket system that may be down."""

    def __init__(self) -> None:
        self.down = False
        self.opened: list[str] = []

    async def open(self, request: Request) -> str:
        """See Tickets."""
        if self.down:
            raise SoftswitchError("the ticket system is down")
        self.opened.append(request.id)
        return f"T-{len(self.opened)}"


@without_threads
async def test_a_ticket_is_opened_once_also_when_tickets_were_down(tmp_path: Path) -> None:
    tickets = Tickets()
    async with office(tmp_path, requests=desk(ticket=True), tickets=tickets) as here:
        tickets.down = True
        await asks(here, "1")
        assert here.said[-1] == TAKEN
        assert tickets.opened == []
        tickets.down = False
        await here.voicemail.upkeep.look()
        await here.voicemail.upkeep.look()
        assert [one.ticket for one in here.requests.rows.values()] == ["T-1"]


@pytest.mark.parametrize(
    ("number", "can"),
    [("600100200", True), ("+48600100200", True), ("112", True), ("12", False), ("", False),
     ("anna", False), ("1234567890123456", False), ("600100200\n", False)],
)  # fmt: skip
def test_what_can_be_called(number: str, can: bool) -> None:
    assert can_be_called(number) is can
