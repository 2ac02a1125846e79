"""A number that is a queue, and where callers go on when their wait is over."""

from __future__ import annotations

import pytest

from softswitch.calls.hangup import Reason, Termination
from softswitch.events import CallForwarded, CallRouted
from softswitch.queues import wish
from softswitch.queues.config import QueueConfig
from softswitch.queues.destination import QueueDestination, target
from softswitch.queues.wish import WaitEnded, Wish
from tests.fakes.exchange import Steps
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.queues.hall import hall, pick_up, rang, refuse

QUIET = {"announce": {"position": "off", "eta": "off"}}
SORRY = {
    "full": "All places in the queue are taken. Please call again later. Goodbye.",
    "nobody": "Nobody can take your call at the moment. Please call again later. Goodbye.",
    "late": "We are sorry: nobody could take your call in time. Please call again later. Goodbye.",
}

EVERYWHERE = QueueConfig.model_validate(
    {"on_full": "701", "on_empty": "702", "on_max_wait": "703", "on_no_agent": "704", "after_talk": "705"}
)


def over(reason: Reason) -> WaitEnded:
    return WaitEnded(wish.TALK_OVER, Termination(reason))


@pytest.mark.parametrize(
    ("ended", "to"),
    [
        (WaitEnded.by(wish.FULL, "sales"), "701"),
        (WaitEnded.by(wish.EMPTY, "sales"), "702"),
        (WaitEnded.by(wish.MAX_WAIT, "sales"), "703"),
        (WaitEnded.by(wish.NO_AGENT, "sales"), "704"),
        (WaitEnded.by(wish.KEY, "sales", key="5", to="706"), "706"),
        (WaitEnded.by(wish.KEY, "sales", key="5"), ""),
        (WaitEnded.by(wish.CALLBACK, "sales", key="6"), ""),
        (over(Reason.CALLEE_HUNG_UP), "705"),
        (over(Reason.CALLER_HUNG_UP), ""),
        (over(Reason.TRANSFERRED), ""),
        (over(Reason.MEDIA_LOST), ""),
    ],
)
def test_a_queue_names_where_callers_go_on_by_how_the_wait_ended(ended, to):
    assert target(EVERYWHERE, ended) == to
    if ended.how != wish.KEY:
        assert target(QueueConfig(), ended) == ""


@in_virtual_time
async def test_a_dialled_queue_is_one_in_log_and_record():
    async with hall(QUIET) as here:
        destination = here.queues.numbers["600"]
        assert isinstance(destination, QueueDestination)
        assert (destination.kind, destination.name, destination.wish) == ("queue", "sales", Wish())
        (caller,) = await here.callers("2001")
        assert here.told(CallRouted) == [CallRouted("queue", "sales")]
        caller.hang_up()


ENDS = [
    ({"most_waiting": 1}, "on_full", "full", 1),
    ({"refuse_when_all": ["unregistered"]}, "on_empty", "nobody", 0),
    ({"no_agent_wait_s": 20}, "on_no_agent", "nobody", 0),
    ({"max_wait_s": 20}, "on_max_wait", "late", 0),
]


@pytest.mark.parametrize(("config", "setting", "sorry", "before"), ENDS)
@in_virtual_time
async def test_who_is_sent_away_goes_where_the_queue_says_or_hears_why(config, setting, sorry, before):
    async with hall({**config, **QUIET}) as here:
        callers = await here.callers(*("2002", "2003")[:before], "2001")
        await passes(25)
        assert here.speaker.said == [SORRY[sorry]]
        assert here.told(CallForwarded) == []
        for caller in callers[:-1]:
            caller.hang_up()
    async with hall({**config, setting: "1005", **QUIET}) as here:
        operator = here.phone("1005")
        callers = await here.callers(*("2002", "2003")[:before], "2001")
        await passes(25)
        assert here.speaker.said == []
        assert rang(operator) == 1
        assert [one.to for one in here.told(CallForwarded)] == ["1005"]
        pick_up(operator)
        await passes(1)
        assert callers[-1].sound.hears == f"leg {operator.sound.leg.number}"
        for caller in callers:
            caller.hang_up()


@pytest.mark.parametrize(("config", "setting", "sorry", "before"), ENDS)
@in_virtual_time
async def test_who_was_never_answered_pays_nothing_for_being_sent_away(config, setting, sorry, before):
    async with hall({**config, "answer": "when_agent", **QUIET}) as here:
        callers = await here.callers(*("2002", "2003")[:before], "2001")
        await passes(25)
        assert callers[-1].last_status() == 480
        assert here.speaker.said == []
        for caller in callers[:-1]:
            caller.cancel()


@in_virtual_time
async def test_a_menu_that_wants_no_answer_is_minded_also_where_the_queue_is_full():
    async def course(call):
        ended = await here.queues.wait(call, "sales", Wish(answer="when_agent"))
        return await here.queues.go_on(call, "sales", ended)

    async with hall({"most_waiting": 1, **QUIET}, routes={"700": Steps(course)}) as here:
        (first,) = await here.callers("2001")
        second = await here.dials(here.phone("2002"), "700")
        assert second.statuses() == [100, 480]
        assert here.speaker.said == []
        first.hang_up()


@in_virtual_time
async def test_the_apology_is_in_the_callers_language():
    async with hall({"max_wait_s": 20, **QUIET}) as here:
        here.languages["2001"] = "pl"
        await here.callers("2001")
        await passes(25)
        assert here.speaker.languages == ["pl"]


@in_virtual_time
async def test_the_place_to_which_callers_are_sent_may_refuse():
    async with hall({"keys": {"0": "1005"}, **QUIET}) as here:
        operator = here.phone("1005")
        (caller,) = await here.callers("2001")
        await here.types(caller, "0")
        refuse(operator, 486)
        await passes(1)
        assert len(caller.incoming("BYE")) == 1
        assert here.switch.ended.reason == "busy"
