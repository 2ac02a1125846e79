"""Afternoons of a call centre in the hands of chance: real calls, whoever does whatever at any moment."""

from __future__ import annotations

import contextlib
import logging
import random
from collections import Counter
from collections.abc import Callable

import pytest

from softswitch.calls.call import Call
from softswitch.calls.hangup import Reason, Termination
from softswitch.calls.takeover import Takeover
from softswitch.events import CallbackReached, CallEnded, QueueAnswered, QueueEntered, QueueLeft
from softswitch.features.pickup import ringing
from softswitch.queues.model import Why
from softswitch.registrar.bindings import Binding
from softswitch.sip.errors import LocalProtocolError
from softswitch.sip.hop import Hop
from softswitch.sip.signals import Incoming, UserOutput
from tests.fakes.exchange import SWITCH, Steps
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.queues.hall import AGENTS, CALLERS, Hall, hall
from tests.scenarios.test_any_transfer import BusyPhone, end_all, escaped, place

RUNS = 12
STEPS = 160
QUIET_SECONDS = 60.0
"""After these all that rings has been given up, and every agent was told who comes."""
NUMBERS = ("600", "601")
QUEUES = {
    "sales": {
        "number": "600", "members": ["1001", "1002", "1003"], "whisper": True, "connecting": True,
        "keys": {"0": "601", "5": "place", "6": "callback"}, "menus": {"7": "700", "8": "701"},
        "callback": {"by": "1006", "time_zone": "UTC", "retry_s": 30, "tries": 2, "offer_after_s": 20},
        "announce": {
            "position": {"first_after_s": 3, "every_s": 15, "to_first": True}, "min_gap_s": 5,
            "comfort": {"messages": [{"text": {"en": "Stay with us."}}], "every_s": 20},
        },
        "max_wait_s": 120, "on_max_wait": "601", "wrap_up_s": 5, "after_talk": "2009",
    },
    "help": {
        "number": "601", "members": ["1002", "1003", "1004"], "strategy": "ring_all", "most_waiting": 3,
        "answer": "when_agent", "no_agent_wait_s": 60, "abandoned_resume_s": 60, "keys": {"0": "2008"},
    },
}  # fmt: skip
AGENTS_OF = {"1003": {"confirm": True}, "1004": {"phone": "1005"}}


class WorkPhone(BusyPhone):
    """A phone of the call centre: it says by itself that it rings."""

    def hear(self, output: UserOutput) -> None:
        """Take a message."""
        super().hear(output)
        if isinstance(output, Incoming) and output.request.method == "INVITE" and output.dialog is None:
            self.answer(output, 180)

    @property
    def user(self) -> str:
        """Whose it is."""
        return self.uri.user or ""


class Afternoon:
    """What can happen. Each act does what can be done now, or raises what says that it cannot."""

    def __init__(self, here: Hall, chance: random.Random) -> None:
        self.here = here
        self.chance = chance
        self.phones = [self._plug_in(user, number) for number, user in enumerate((*AGENTS, *CALLERS))]
        self.agents = [phone for phone in self.phones if phone.user in AGENTS]
        self.lost: dict[str, list[Binding]] = {}
        here.desk.look_at_phones()

    def _plug_in(self, user: str, number: int) -> WorkPhone:
        host = f"192.0.2.{11 + number}"
        phone = WorkPhone(self.here.switch, user, host, self.chance, rude=False)
        hop = Hop("UDP", host, 5060, *SWITCH)
        self.here.switch.places[user] = [Binding(user, phone.uri, hop, f"reg-{host}", 1, 2e9)]
        return phone

    def some(self, phones: list[WorkPhone], *, busy: bool = True) -> WorkPhone:
        """Return one of these, which talks."""
        return self.chance.choice([phone for phone in phones if phone.talks or not busy])

    # Callers and phones

    def call(self) -> None:
        """Somebody calls a queue."""
        idle = [phone for phone in self.phones if phone.user in CALLERS and not phone.talks]
        phone = self.chance.choice(idle)
        phone.dialled.append(phone.call(self.chance.choice(NUMBERS)))

    def pick_up(self) -> None:
        """A phone that rings is answered."""
        phone = self.chance.choice([phone for phone in self.phones if phone.waiting()])
        phone.accept(self.chance.choice(phone.waiting()))

    def refuse(self) -> None:
        """A phone that rings is not."""
        phone = self.chance.choice([phone for phone in self.phones if phone.waiting()])
        invite = self.chance.choice(phone.waiting())
        if self.chance.random() < 0.3:
            phone.say(invite, 302, ("Contact", f"<sip:600@{SWITCH[0]}>"))
        else:
            phone.answer(invite, self.chance.choice((480, 486, 603)))

    def hang_up(self) -> None:
        """Somebody who talks, or waits, puts down the receiver."""
        phone = self.some(self.phones)
        name = self.chance.choice(phone.talks)
        phone.leave(name)
        phone.send_in(name, "BYE")

    def cancel(self) -> None:
        """Somebody whose call rings gives up."""
        phone = self.chance.choice([phone for phone in self.phones if phone.dialled])
        phone.invite_key = phone.dialled.pop()
        phone.cancel()

    def hold(self) -> None:
        """Somebody puts us on hold, or comes back."""
        phone = self.some(self.phones)
        body = phone.description(self.chance.choice(("sendonly", "sendrecv", "inactive")))
        phone.send_within("INVITE", body=body, kind="application/sdp")

    def press(self) -> None:
        """A key is pressed on some phone."""
        client = self.here.switch.client
        client.digit(self.chance.choice(client.open_legs), self.chance.choice("01256780#"))

    def take_and_confirm(self) -> None:
        """An agent presses the key that takes a call."""
        client = self.here.switch.client
        client.digit(self.chance.choice(client.open_legs), "1")

    # Transfers

    def send_on(self) -> None:
        """Somebody who talks transfers blindly."""
        phone = self.some(self.phones)
        to = self.chance.choice((*NUMBERS, *AGENTS, *CALLERS))
        phone.send_within("REFER", ("Refer-To", f"<sip:{to}@{SWITCH[0]}>"))

    def consult(self) -> None:
        """Somebody who talks calls somebody else, or a queue."""
        phone = self.some(self.phones)
        phone.dialled.append(phone.call(self.chance.choice((*NUMBERS, *AGENTS))))

    def join(self) -> None:
        """Somebody joins two calls of his."""
        phone = self.chance.choice([one for one in self.phones if len(one.talks) + len(one.early) > 1])
        other = self.chance.choice([*phone.talks, *phone.early[-2:]])
        phone.send_within("REFER", ("Refer-To", f"<sip:x@{SWITCH[0]}?Replaces={escaped(other)}>"))

    def take_over(self) -> None:
        """Somebody goes on with another call of the same phone, talking or ringing."""
        phone = self.some(self.phones)
        named = self.chance.choice([*phone.talks, *phone.early[-2:]])
        phone.dialled.append(phone.call("x", fields=(("Replaces", place(named)),)))

    def pick_up_elsewhere(self) -> None:
        """Somebody answers what rings at an agent's."""
        phone = self.chance.choice(self.phones)
        phone.dialled.append(phone.call("*8"))

    # Agents, and the rest of the world

    def wish(self) -> None:
        """An agent logs in or out, pauses, returns, has wrapped up."""
        desk, agent = self.here.desk, self.chance.choice([*self.here.desk.floor.roster]).name
        match self.chance.randrange(7):
            case 0:
                desk.log_out(agent)
            case 1 | 2:
                desk.log_in(agent)
            case 3:
                desk.pause(agent, "lunch", seconds=self.chance.choice((0.0, 20.0)))
            case 4 | 5:
                desk.resume(agent)
            case _:
                desk.finish_wrap_up(agent)

    def promote(self) -> None:
        """Somebody who waits is moved."""
        entry = self.chance.choice([*self.here.desk.floor.entries])
        self.here.desk.promote(entry, self.chance.choice((0, 5, 60)))

    def lose_phone(self) -> None:
        """An agent's phone is gone, or there again."""
        user, places = self.chance.choice(AGENTS), self.here.switch.places
        if user in self.lost:
            places[user] = self.lost.pop(user)
        else:
            self.lost[user] = places.pop(user)
        self.here.desk.look_at_phones()

    def trouble(self) -> None:
        """A media worker dies, a voice is gone, a disk is full; or they are there again."""
        match self.chance.randrange(5):
            case 0 if not self.here.switch.client.spread:
                self.here.switch.client.kill(self.here.switch.media)
            case 1 | 2:
                self.here.speaker.dumb = not self.here.speaker.dumb
            case 3:
                self.here.speaker.takes = self.chance.choice((0.0, 0.5))
            case _:
                self.here.disk_works = not self.here.disk_works

    def step(self) -> str:
        """Let one thing happen that can; return what."""
        things: tuple[tuple[int, Callable[[], None]], ...] = (
            (6, self.call), (12, self.pick_up), (3, self.refuse), (4, self.hang_up), (1, self.cancel),
            (1, self.hold), (5, self.press), (4, self.take_and_confirm), (2, self.send_on),
            (2, self.consult), (3, self.join), (2, self.take_over), (2, self.pick_up_elsewhere),
            (2, self.wish), (1, self.promote), (1, self.lose_phone), (1, self.trouble),
        )  # fmt: skip
        for _ in range(20):
            (thing,) = self.chance.choices([one for _, one in things], [weight for weight, _ in things])
            with contextlib.suppress(LocalProtocolError, IndexError):
                thing()
                return thing.__name__
        return "nothing"

    async def evening(self) -> None:
        """Let everybody go home: who still waits, rings or is to be called back does so no more."""
        for _ in range(4):
            for entry in [*self.here.desk.floor.entries.values()]:
                if entry.callback is not None:
                    self.here.desk.leave(entry.id, Why.CALLBACK_CANCELLED)
            end_all(self.phones)  # type: ignore[arg-type]
            await passes(30)


def side_menu(here: Hall, *, rings: bool):  # type: ignore[no-untyped-def]
    """Return a side menu: a key, or a call to somebody."""

    async def course(call: Call) -> Termination:
        if rings:
            return await here.switch.dialler.dial(call, ["2008"], ring_for=8)
        press = await call.caller.keys.next(10)
        hangs_up = press is not None and press.digit == "2"
        return Termination(Reason.MENU_HUNG_UP if hangs_up else Reason.MENU_ENDED)

    return course


async def picks_up(call: Call) -> Termination:
    """Stand for the code by which colleagues pick up."""
    seat = ringing(call, AGENTS)
    return Termination(Reason.SERVICE_ENDED) if seat is None else await Takeover(seat)(call)


def check_moment(here: Hall) -> None:
    """Every agent has at most one caller, every reservation is somebody's, and all are in calls that live."""
    floor = here.desk.floor
    for agent in floor.roster:
        assert agent.talk is None or agent.offer is None, agent
    for offer in floor.offers.values():
        assert floor.entries[offer.entry].offer is offer
        assert offer.deadline >= here.desk.now - 0.1
    for post in floor.posts.values():
        assert [*post.line] == sorted(post.line, key=lambda one: one.rank)
    assert not any(one.dismissed and one.callback is not None for one in floor.entries.values())
    here.desk.free_who_is_lost(here.switch.board.live)  # Nobody is: it would write an error down.


def check_quiet(here: Hall) -> None:
    """When nobody has done anything for a while, all on the line talk or wait, and none is forgotten."""
    on_the_line = set[str]()
    for call in here.switch.board._calls:
        parts = set(call.pair or (call.caller,))
        up = {leg for leg in call.legs if leg.is_up}
        assert up <= parts, [(leg.name, leg.party) for leg in up - parts]
        on_the_line.update(leg.party for leg in up)
    for agent in here.desk.floor.roster:
        phone = agent.config.phone or agent.name
        # His caller may have put him in a queue: he waits there, and is not free.
        assert agent.talk is None or phone in on_the_line, agent
    for entry in here.desk.floor.entries.values():
        assert entry.callback is not None or any(
            call.facts.id == entry.call for call in here.switch.board._calls
        ), entry


def check_end(here: Hall) -> None:
    """Nobody waits, rings or talks; each wait began once and ended once; nothing was a fault of ours."""
    assert here.rests(), (here.desk.floor.entries, here.desk.floor.offers)
    begun, ended, began_as = Counter[str](), Counter[str](), dict[str, str]()
    for entry in here.switch.entries:
        match entry.event:
            case QueueEntered():
                begun[entry.call] += 1
            case CallbackReached(by_call=call):
                began_as[call] = began_as.get(entry.call, entry.call)
            case QueueAnswered() | QueueLeft():
                # Who was called back ends in the call that called him.
                ended[began_as.pop(entry.call, entry.call)] += 1
            case CallEnded(reason=reason):
                assert reason != Reason.FAULT.value
            case _:
                pass
    assert begun == ended
    assert len(here.desk._talks) == 0
    assert here.desk._waiters == {}


@pytest.mark.parametrize("seed", range(RUNS))
@in_virtual_time
async def test_whatever_happens_in_an_afternoon_nobody_is_lost_and_nothing_is_left(seed, caplog):
    caplog.set_level(logging.ERROR)
    chance, story = random.Random(seed), list[str]()
    async with hall(queues=QUEUES, agents=AGENTS_OF) as here:
        here.switch.afterwards |= {QueueAnswered}
        here.switch.routes["700"] = Steps(side_menu(here, rings=False))
        here.switch.routes["701"] = Steps(side_menu(here, rings=True))
        here.switch.routes["*8"] = Steps(picks_up)
        here.switch.client.spread = chance.random() < 0.3
        afternoon = Afternoon(here, chance)
        try:
            for _ in range(STEPS):
                for _ in range(chance.choice((1, 1, 2, 3))):  # In one breath.
                    story.append(f"{here.desk.now:.2f} {afternoon.step()}")
                await passes(chance.choice((0.0, 0.02, 0.5, 2.0, 6.0)))
                check_moment(here)
            await passes(QUIET_SECONDS)
            check_quiet(here)
            await afternoon.evening()
            check_end(here)
        except AssertionError as error:
            error.add_note("\n".join(story[-15:]))
            raise
    assert not caplog.records, caplog.text
