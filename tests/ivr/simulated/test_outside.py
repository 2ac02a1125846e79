from softswitch.crm.ticket_model import PROMISES, Promise, Step
from softswitch.events import TicketAsked
from softswitch.ivr.context import DialResult, QueueEnd, WaitEnd
from softswitch.ivr.desks.clerk import Wanted
from softswitch.ivr.desks.post import Letter, Posted, Sent
from softswitch.ivr.desks.wires import Question
from softswitch.ivr.simulated.given import PostGiven, ReplyGiven
from softswitch.ivr.simulated.outside import SimulatedClerk, kept_promises, outside_desks
from softswitch.ivr.transcript import Dialled, Effect, Moment, Waited
from tests.ivr.simulated.passed import Passed

ASKED = {
    Step.ASKED_AT_ONCE: TicketAsked("t.a.1", "missed", "", "", "", "", at_once=True),
    Step.ASKED_ON_LEAVING: TicketAsked("t.a.1", "missed", "", "", "", "", at_once=False),
    Step.REACHED: Waited("q", "", QueueEnd(WaitEnd.TALK_OVER), 1.0),
}


def test_promises_are_kept_as_on_real_calls():
    """Every walk of three steps through the table of real calls ends with the same tickets."""
    for first in ASKED:
        for second in ASKED:
            for third in ASKED:
                clerk, done = None, []
                clerk = SimulatedClerk(done.append)
                state, made, moments = Promise.NONE, 0, []
                for step in (first, second, third, Step.ENDED):
                    after = PROMISES[state][step]
                    made += after is Promise.MADE and state is not Promise.MADE
                    state = after
                    event = ASKED.get(step)
                    if event is not None:
                        moments.append(Moment(0.0, event))
                    if isinstance(event, TicketAsked):
                        clerk.asked(Wanted("t.a.1", "missed", at_once=event.at_once))
                assert len(done) + len(list(kept_promises(moments))) == made, (first, second, third)


def test_a_talk_or_a_queue_is_somebody_reached_and_a_full_queue_is_not():
    asked = Moment(0.0, ASKED[Step.ASKED_ON_LEAVING])
    for event, left in (
        (Dialled(("1001",), "", DialResult.ENDED_BY_CALLEE, 1.0), 0),
        (Dialled(("1001",), "", DialResult.BUSY, 1.0), 1),
        (Waited("q", "", None, 1.0), 0),
        (Waited("q", "", QueueEnd(WaitEnd.FULL), 0.0), 1),
    ):
        assert len(list(kept_promises([asked, Moment(1.0, event)]))) == left


async def test_messages_go_out_once_and_only_where_they_can():
    done: list[Effect] = []
    post = outside_desks(PostGiven(), {}, Passed(), done.append).post
    for _ in range(2):
        assert (await post.sms(Letter("k", "600100200", text="a"), lambda _: None)).how is Sent.SENT
    assert (await post.sms(Letter("l", "221234567"), lambda _: None)) == Posted(Sent.NO_ADDRESS)
    assert (await post.mail(Letter("m", "jan"), lambda _: None)) == Posted(Sent.NO_ADDRESS)
    assert [one.facts["to"] for one in done] == ["+48600100200"]


async def test_other_systems_take_their_time_and_no_more_than_the_limit():
    passed = Passed()
    replies = {"faults": ReplyGiven(answers={"fault": "7"}, after=4.0)}
    wires = outside_desks(PostGiven(), replies, passed, lambda _: None).wires
    assert (await wires.ask(Question("faults", limit_s=5.0), lambda _: None)).variables["FAULT"].text == "7"
    assert (await wires.ask(Question("faults", limit_s=2.0), lambda _: None)).fault == "timed_out"
    assert passed == [4.0, 2.0]
