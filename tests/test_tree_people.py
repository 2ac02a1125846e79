"""Voice menus and the people of a firm: keepers of a real customer base, agents on a real floor, phones."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest

from softswitch.calls.dialling import AccountDestination
from softswitch.crm.customer_model import Customer
from softswitch.crm.history_model import ANSWERED, Contact, ContactKind
from softswitch.crm.service import Customers
from softswitch.events import CallerShown, CallRated, StepTaken
from softswitch.ivr.desks.bundle import Desks
from softswitch.ivr.desks.staff import KeeperBy, Sought
from softswitch.ivr.destination import TreeDestination
from softswitch.storage.contact_store import ContactStore
from softswitch.storage.customer_store import CustomerStore
from softswitch.storage.database import Database
from softswitch.tree_people import TreePeople, TreeStaff
from softswitch.tree_queues import TreeQueues
from tests.crm.reading_rules import RULES
from tests.fakes.blank import blank
from tests.fakes.clock import FakeClock
from tests.fakes.media import BUSY
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.ivr.on_calls import FakeVoice
from tests.ivr.written import tree_of
from tests.queues.hall import hall, label_of, pick_up, rang


class Base:
    """Customers by number, and what the history tells."""

    def __init__(self):
        self.keepers = {}
        self.people = {}
        self.asked = []
        self.broken = False

    async def get(self, customer):
        return Customer(id=customer)

    async def keeper(self, number, by, *, customer=None, days=7):
        if self.broken:
            raise RuntimeError("the database is gone")
        self.asked.append((number, by.value, customer.id if customer else "", days))
        return self.keepers.get(by.value, "")

    async def find_by_number(self, number):
        if self.broken:
            raise RuntimeError("the database is gone")
        return SimpleNamespace(one=self.people.get(number))


@contextlib.asynccontextmanager
async def firm(branches, queue=None, **parts):
    """A hall whose number 100 enters a tree; the base, the voice and a caller come with it."""
    agents = parts.pop("agents", {})
    async with hall({"members": ["1001", "1002"], **(queue or {})}, agents=agents, **parts) as here:
        base, voice = Base(), FakeVoice()
        dialler = here.switch.dialler
        staff = TreeStaff(base, here.queues, lambda user: bool(here.switch.bindings(user)))
        inside = {user: AccountDestination(dialler, user, 20.0) for user in ("13", "1001", "1002")}
        here.lead = lambda text, number="100": here.switch.routes.update(
            {
                number: TreeDestination(
                    tree_of(text),
                    voice,
                    dialler,
                    queues=TreeQueues(here.queues),
                    desks=Desks(staff=staff),
                    people=TreePeople(inside),
                )
            }
        )
        here.lead(branches)
        yield here, base, here.phone("2001")
        here.switch.board.close()
        await passes(1)


def steps(here):
    return [(one.step, one.exit, one.detail) for one in here.told(StepTaken)]


def last_invite(phone):
    return [one for one in phone.incoming("INVITE") if one.dialog is None][-1].request


KEEPER = "a: [{keeper: {strategy: last_talk, days: 3, otherwise: queue, queue: sales}}]"


@in_virtual_time
async def test_t10_the_keeper_rings_alone_and_the_talk_is_his():
    async with firm(KEEPER) as (here, base, caller):
        first, second = here.phones("1001", "1002")
        base.keepers["last_talk"] = "1002"
        await here.dials(caller, "100")
        assert (rang(first), rang(second)) == (0, 1)
        assert base.asked == [("2001", "last_talk", "", 3)]
        pick_up(second)
        await passes(1)
        assert here.queues.could_take_a_call("1002") is False
        second.hang_up()
        await passes(1)
        assert steps(here) == [("1 keeper", "talk_over", "1002")]


@in_virtual_time
async def test_t10_a_keeper_on_a_break_is_not_rung_and_the_queue_has_the_caller():
    async with firm(KEEPER) as (here, base, caller):
        first, second = here.phones("1001", "1002")
        here.desk.pause("1002", "lunch")
        base.keepers["last_talk"] = "1002"
        await here.dials(caller, "100")
        assert (rang(first), rang(second)) == (1, 0)
        assert last_invite(first).fields.get("X-Queue") == "sales"


@in_virtual_time
async def test_t10_a_keeper_who_is_no_agent_is_free_when_a_phone_of_his_is_there():
    async with firm(KEEPER.replace("otherwise: queue, queue: sales", "otherwise: busy")) as (
        here,
        base,
        caller,
    ):
        base.keepers["last_talk"] = "1005"
        await here.dials(caller, "100")
        assert caller.last_status() == 486
        phone = here.phone("1005")
        await here.dials(caller, "100")
        assert rang(phone) == 1


@in_virtual_time
async def test_p13_the_agent_of_the_dialled_number_comes_before_the_queue():
    tree = KEEPER.replace("otherwise: queue", "otherwise: numbers")
    async with firm(tree, agents={"1002": {"numbers": ["100"]}}) as (here, _, caller):
        first, second = here.phones("1001", "1002")
        await here.dials(caller, "100")
        assert (rang(first), rang(second)) == (0, 1)
        await passes(26)
        assert rang(first) == 1  # He did not answer: the queue.


@in_virtual_time
async def test_t12_an_extension_rings_and_what_is_none_does_not():
    tree = "a: [{extension: {length: 4, error: b}}]\nb: [hangup]"
    async with firm(tree) as (here, _, caller):
        phone = here.phone("1001")
        await here.dials(caller, "100")
        await here.types(caller, "1001")
        assert rang(phone) == 1
        pick_up(phone)
        await passes(1)
        assert caller.sound.hears == f"leg {phone.sound.leg.number}"
    for number in ("600", "9999"):  # A queue's number is no extension, nor is nobody's.
        async with firm(tree.replace("4", str(len(number)))) as (here, _, caller):
            phone = here.phone("1001")
            await here.dials(caller, "100")
            await here.types(caller, number)
            await passes(1)
            assert steps(here)[0] == ("1 extension", "no_such_extension", number)
            assert rang(phone) == 0


@in_virtual_time
async def test_t22_the_phone_shows_the_name_that_was_set_and_the_real_number():
    tree = "a: [{caller_name: 'AWARIA {{CALL.CALLER_ID}}'}, {dial: 1001}]"
    async with firm(tree) as (here, base, caller):
        base.people["2001"] = Customer(first_name="Łucja", last_name="Żółć")
        phone = here.phone("1001")
        await here.dials(caller, "100")
        assert label_of(phone) == "AWARIA Ł.Żółć"
        assert last_invite(phone).from_.uri.user == "2001"
        assert here.told(CallerShown) == [CallerShown("AWARIA Ł.Żółć")]


@in_virtual_time
@pytest.mark.parametrize("way", ["{dial: 1001}", "{queue: sales}"])
async def test_t23_nothing_in_the_invite_has_the_real_number(way):
    tree = f"a: [{{label: 'Tel. {{{{CALL.SRC_NUMBER}}}}'}}, {{caller_number: '7000000'}}, {way}]"
    async with firm(tree) as (here, _, caller):
        here.switch.accounts["48600100200"] = replace(here.switch.accounts["2001"], user="48600100200")
        stranger = type(caller)(here.switch, "48600100200", "192.0.2.77")
        phone = here.phone("1001")
        await here.dials(stranger, "100")
        invite = last_invite(phone)
        assert invite.from_.uri.user == "7000000"
        assert b"48600100200" not in invite.to_bytes()
        assert b"name of" not in invite.to_bytes()
        pick_up(phone)
        await passes(2)
        for message in phone.incoming("UPDATE") + phone.asked():
            assert b"48600100200" not in message.request.to_bytes()
        assert here.switch.entries[0].event.caller == "48600100200"  # The record keeps the real one.


@in_virtual_time
async def test_t23_a_second_agent_after_a_fall_back_sees_no_more():
    tree = (
        "a: [{caller_number: '7000'}, {dial: {target: 1001, ring_s: 5, no_answer: b}}]\nb: [{queue: sales}]"
    )
    async with firm(tree, {"members": ["1002"]}) as (here, _, caller):
        here.phone("1001")
        second = here.phone("1002")
        await here.dials(caller, "100", seconds=7)
        assert last_invite(second).from_.uri.user == "7000"


@in_virtual_time
async def test_n26_the_agent_s_phone_is_told_the_way_and_the_wait():
    tree = "a: [{label: Reklamacja}, {goto: b}]\nb: [{queue: sales}]"
    async with firm(tree) as (here, _, caller):
        await here.dials(caller, "100", seconds=31)
        phone = here.phone("1001")
        await passes(1)
        invite = last_invite(phone)
        assert invite.fields.get("X-Menu-Path") == "a > b"
        assert (invite.fields.get("X-Queue"), invite.fields.get("X-Queue-Waited")) == ("sales", "31")
        assert label_of(phone) == "Reklamacja name of 2001"


@in_virtual_time
async def test_n26_a_mobile_outside_is_told_nothing_of_it():
    tree = "a: [{caller_number: '7000'}, {queue: sales}]"
    agents = {"1001": {"phone": "+48600100200"}}
    async with firm(tree, {"members": ["1001"]}, agents=agents) as (here, _, caller):
        mobile = here.phone_outside("+48600100200")
        here.desk.look_at_phones()
        await here.dials(caller, "100", seconds=2)
        invite = last_invite(mobile)
        assert not [name for name in ("X-Menu-Path", "X-Queue", "X-Queue-Waited") if invite.fields.get(name)]
        assert invite.from_.uri.user == "2001"  # The network is told who really calls.


SURVEY = "a: [{rate: {prompt: 'Rate.', thanks: 'Thanks.', invalid: b}}, hangup]\nb: [{say: 'No.'}, {goto: a}]"


@in_virtual_time
async def test_t03_the_agent_hangs_up_and_the_caller_rates():
    async with firm(SURVEY, {"after_talk": "100"}) as (here, _, caller):
        phone = here.phone("1001")
        await here.dials(caller)
        pick_up(phone)
        await passes(5)
        phone.hang_up()
        await passes(3)
        assert caller.incoming("BYE") == []  # He is not dropped: he hears the survey.
        await here.types(caller, "9")
        await passes(2)
        await here.types(caller, "4")
        await passes(3)
        assert here.told(CallRated) == [CallRated("sales", "1001", 4, 1, 5)]
        assert [exit_name for step, exit_name, _ in steps(here) if step == "1 rate"] == ["invalid", "rated"]
        assert len(caller.incoming("BYE")) == 1


@in_virtual_time
async def test_t03_a_caller_who_hangs_up_first_hears_no_survey():
    async with firm(SURVEY, {"after_talk": "100"}) as (here, _, caller):
        phone = here.phone("1001")
        await here.dials(caller)
        pick_up(phone)
        await passes(5)
        caller.hang_up()
        await passes(3)
        assert (here.told(CallRated), steps(here)) == ([], [])


async def test_t10_a_customer_base_in_trouble_is_nobody_s_keeper(caplog):
    base = Base()
    base.broken = True
    staff = TreeStaff(base, SimpleNamespace(), lambda user: False)
    assert await staff.keeper(Sought("600100200", "c1", KeeperBy.CRM)) == ""
    assert await staff.known_as("600100200") == ""
    assert "600100200" not in caplog.text


async def test_t10_a_customer_whom_the_tree_knows_goes_before_the_number():
    base = Base()
    staff = TreeStaff(base, SimpleNamespace(), lambda user: False)
    await staff.keeper(Sought("600100200", "c1", KeeperBy.EXTERNAL, 9))
    assert base.asked == [("600100200", "external", "c1", 9)]


@in_virtual_time
async def test_t10_an_answered_caller_hears_a_busy_tone_before_the_end():
    async with firm("a: [{echo: 1}, {keeper: {}}]") as (here, _, caller):
        await here.dials(caller, "100", seconds=2)
        assert caller.sound.hears == f"loop {BUSY}"
        await passes(3)
        assert (len(caller.incoming("BYE")), steps(here)[-1]) == (1, ("2 keeper", "busy", ""))


@in_virtual_time
async def test_f09_a_mobile_s_mailbox_gives_the_call_back_to_the_queue():
    agents = {"1001": {"phone": "+48600100200"}}
    async with firm("a: [{queue: sales}]", {"strategy": "linear", "ring_s": 15}, agents=agents) as (
        here,
        _,
        caller,
    ):
        mobile = here.phone_outside("+48600100200")
        second = here.phone("1002")
        await here.dials(caller, "100", seconds=1)
        assert (rang(mobile), rang(second)) == (1, 0)
        pick_up(mobile)  # The mailbox; it presses nothing.
        for _ in range(60):
            await passes(0.5)
            if rang(second):
                break
        assert len(mobile.incoming("BYE")) == 1
        pick_up(second)
        await passes(2)
        assert caller.sound.hears == f"leg {second.sound.leg.number}"


@pytest.fixture
async def customers(tmp_path):
    """A customer base in a database of the test's own."""
    database = await Database.open(blank(tmp_path / "switch.db"))
    service = Customers(CustomerStore(database), ContactStore(database), RULES, FakeClock())
    yield service
    await service.close()
    await database.close()


def staff_of(customers):
    return TreeStaff(customers, SimpleNamespace(), lambda user: False)


async def test_t10_a_person_without_a_keeper_has_the_company_s(customers):
    company = await customers.create({"kind": "company", "company_name": "ACME", "keeper": "1002"})
    await customers.create(
        {"first_name": "Piotr", "last_name": "Nowak", "numbers": "600100200", "company": company.id}
    )
    staff = staff_of(customers)
    assert await staff.keeper(Sought("+48600100200")) == "1002"
    assert await staff.keeper(Sought("+48600999999")) == ""


@pytest.mark.parametrize(("ago", "agent"), [(2, "1003"), (6, "")])
async def test_t10_a_talk_counts_for_so_many_days(customers, ago, agent):
    at = FakeClock().wall() - timedelta(days=ago)
    await customers.note(
        Contact("one", ContactKind.CALL, at, number="+48600100200", agent="1003", result=ANSWERED)
    )
    staff = staff_of(customers)
    assert await staff.keeper(Sought("+48600100200", by=KeeperBy.LAST_TALK, days=3)) == agent


async def test_t22_a_company_is_known_by_its_name_and_a_person_by_initial_and_surname(customers):
    await customers.create({"kind": "company", "company_name": "Zakład Żółć", "numbers": "600100200"})
    await customers.create({"first_name": "Piotr", "last_name": "Nowak", "numbers": "600100300"})
    staff = staff_of(customers)
    names = [await staff.known_as(f"+48600100{end}") for end in ("200", "300", "400")]
    assert names == ["Zakład Żółć", "P.Nowak", ""]
