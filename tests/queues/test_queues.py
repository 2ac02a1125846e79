"""All queues of a switch: by number and by name, for menus, and to whom a caller is offered first."""

from __future__ import annotations

import pytest

from softswitch.events import QueueAnswered, QueueEntered, QueueLeft, QueueTalkEnded
from softswitch.queues.config import MOST_PRIORITY
from softswitch.queues.errors import QueueError
from softswitch.queues.model import Wanted
from softswitch.queues.wish import Wish
from softswitch.registrar.accounts import Account
from tests.fakes.exchange import Steps
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.queues.hall import hall, label_of, pick_up, rang, refuse

QUIET = {"announce": {"position": "off", "eta": "off"}}
QUEUES = {
    "sales": {"number": "600", "members": ["1001", "1002"], **QUIET},
    "help": {"members": ["1002"], "answer": "when_agent", **QUIET},
}


@in_virtual_time
async def test_queues_are_found_by_number_and_by_name():
    async with hall(queues=QUEUES) as here:
        queues = here.queues
        assert [*queues.numbers] == ["600"]
        assert [*queues.named] == ["sales", "help"]
        assert [*queues.names] == ["sales", "help"]
        assert queues.personal("600", Account("1001")) is None
        assert queues.personal("*45", Account("1001")) is not None


@in_virtual_time
async def test_menus_ask_how_many_wait_and_serve_and_whether_it_answers():
    async with hall(queues=QUEUES) as here:
        queues = here.queues
        assert (queues.agents("sales", free=False), queues.agents("sales", free=True)) == (2, 0)
        anna, bartek = here.phones("1001", "1002")
        assert queues.agents("sales", free=True) == 2
        here.desk.pause("1001", "lunch")
        assert (queues.agents("sales", free=False), queues.agents("sales", free=True)) == (2, 1)
        here.desk.log_out("1002", "help")
        assert (queues.agents("help", free=False), queues.agents("help", free=True)) == (0, 0)
        first, second = await here.callers("2001", "2002")
        assert rang(bartek) == 1
        assert rang(anna) == 0
        assert queues.waiting("sales") == 2
        here.desk.ask_callback(next(iter(here.desk.floor.entries)), "2001", language="", ready_in=60)
        assert queues.waiting("sales") == 1
        assert (queues.answers_at_once("sales"), queues.answers_at_once("help")) == (True, False)
        for ask in (queues.waiting, queues.answers_at_once, lambda name: queues.agents(name, free=True)):
            with pytest.raises(QueueError, match="there is no queue fax"):
                ask("fax")
        first.hang_up()
        second.hang_up()


@in_virtual_time
async def test_a_wish_goes_before_what_the_queue_has():
    wish = Wish(
        answer="when_agent", label="VIP", priority=5, keys=frozenset("5"), skills={"law": Wanted(2)},
        language="pl",
    )  # fmt: skip

    async def course(call):
        ended = await here.queues.wait(call, "sales", wish)
        return await here.queues.go_on(call, "sales", ended)

    agents = {"1001": {"skills": {"law": 1}}, "1002": {"skills": {"law": 3}}}
    sales = {"members": ["1001", "1002"], "label": "Sales", "connecting": True, **QUIET}
    async with hall(sales, agents=agents, routes={"700": Steps(course)}) as here:
        anna, bartek = here.phones("1001", "1002")
        caller = await here.dials(here.phone("2001"), "700")
        assert caller.statuses() == [100, 180]
        assert (rang(anna), rang(bartek)) == (0, 1)
        assert label_of(bartek) == "VIP name of 2001"
        assert [one.priority for one in here.told(QueueEntered)] == [5]
        pick_up(bartek)
        await passes(1)
        assert caller.sound.hears == f"leg {bartek.sound.leg.number}"
        caller.hang_up()


@in_virtual_time
async def test_a_menus_keys_go_before_the_queues_own():
    ends = []

    async def course(call):
        ended = await here.queues.wait(call, "sales", Wish(keys=frozenset("50")))
        ends.append((ended.how, ended.key, ended.to))
        return ended.termination

    async with hall({"keys": {"5": "place"}, **QUIET}, routes={"700": Steps(course)}) as here:
        caller = await here.dials(here.phone("2001"), "700")
        await here.types(caller, "5")
        assert ends == [("key", "5", "")]
        assert here.switch.ended.reason == "queue_left"


@in_virtual_time
async def test_what_was_typed_ahead_in_a_menu_leaves_no_queue():
    async def course(call):
        await call.caller.answer()
        await passes(1)
        ended = await here.queues.wait(call, "sales", Wish())
        return ended.termination

    async with hall({"keys": {"0": "1005"}, **QUIET}, routes={"700": Steps(course)}) as here:
        operator = here.phone("1005")
        caller = await here.dials(here.phone("2001"), "700")
        await here.types(caller, "0")
        await passes(2)
        assert rang(operator) == 0
        assert len(here.desk.floor.entries) == 1
        caller.hang_up()


@in_virtual_time
async def test_a_queue_that_does_not_exist_is_an_error_of_the_call_that_asked():
    raised = []

    async def course(call):
        with pytest.raises(QueueError) as error:
            await here.queues.wait(call, "fax", Wish())
        raised.append(str(error.value))
        return (await here.queues.wait(call, "sales", Wish(priority=MOST_PRIORITY))).termination

    async with hall(QUIET, routes={"700": Steps(course)}) as here:
        caller = await here.dials(here.phone("2001"), "700")
        assert raised == ["there is no queue fax"]
        caller.hang_up()


# Preferred agents


PREFERRED = {"members": ["1001", "1002"], **QUIET}


@pytest.mark.parametrize(
    ("rules", "agent"),
    [
        (["last_talked"], "1002"),
        (["number"], "1001"),
        (["number", "last_talked"], "1001"),
        (["last_talked", "number"], "1002"),
    ],
)
@in_virtual_time
async def test_the_first_rule_that_names_an_agent_counts(rules, agent):
    agents = {"1001": {"numbers": ["600"]}}
    async with hall({**PREFERRED, "preferred": {"by": rules}}, agents=agents) as here:
        phones = dict(zip(("1001", "1002"), here.phones("1001", "1002"), strict=True))
        here.last_talk["2001"] = "1002"
        (caller,) = await here.callers("2001")
        assert [user for user, phone in phones.items() if rang(phone)] == [agent]
        caller.hang_up()


@in_virtual_time
async def test_a_rule_that_names_nobody_or_a_stranger_changes_nothing():
    async with hall({**PREFERRED, "preferred": {"by": ["keeper", "number", "last_talked"]}}) as here:
        anna = here.phone("1001")
        here.last_talk["2001"] = "1006"  # He serves here no more.
        (caller,) = await here.callers("2001")
        assert rang(anna) == 1
        caller.hang_up()


@in_virtual_time
async def test_a_preferred_agent_who_talks_is_waited_for_as_long_as_the_queue_says():
    sales = {**PREFERRED, "preferred": {"by": ["last_talked"], "wait_s": 30}}
    async with hall(sales) as here:
        anna = here.phone("1001")
        here.last_talk["2002"] = "1001"
        (first,) = await here.callers("2001")
        pick_up(anna)
        bartek = here.phone("1002")
        (second,) = await here.callers("2002")
        await passes(29)
        assert rang(bartek) == 0
        await passes(2)
        assert rang(bartek) == 1
        first.hang_up()
        second.hang_up()


@in_virtual_time
async def test_a_preferred_agent_who_declines_is_asked_no_more_and_who_hides_is_nobodys_customer():
    async with hall({**PREFERRED, "preferred": {"by": ["last_talked"]}}) as here:
        anna, bartek = here.phones("1001", "1002")
        here.last_talk |= {"2001": "1002", "anonymous": "1002", "": "1002"}
        (caller,) = await here.callers("2001")
        refuse(bartek, 603)
        await passes(0.5)
        assert rang(anna) == 1
        pick_up(anna)
        await passes(0.5)
        assert [one.agent for one in here.told(QueueAnswered)] == ["1001"]
        caller.hang_up()


# Stopping


@in_virtual_time
async def test_a_switch_that_stops_ends_all_waits_as_its_own_doing():
    async with hall({"members": ["1001"], "whisper": True, **QUIET}) as here:
        anna = here.phone("1001")
        first, second = await here.callers("2001", "2002")
        pick_up(anna)
        await passes(0.5)  # Whispered to.
        here.switch.board.close()
        await passes(1)
        assert [(one.party, one.why) for one in here.told(QueueLeft)] == [("2002", "stopped")]
        assert [one.by for one in here.told(QueueTalkEnded)] == ["switch"]
        for phone in (first, second, anna):
            assert len(phone.incoming("BYE")) == 1
        await here.queues.close()
        await here.queues.close()
