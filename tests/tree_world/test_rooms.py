"""Trees that lead into real programs and real voicemail, on calls in virtual time."""

from __future__ import annotations

import pytest

from softswitch.applications.errors import SLOW, ProgramFailed
from softswitch.calls.hangup import Reason, Termination
from softswitch.events import ApplicationFailed, StepTaken
from softswitch.ivr.desks.rooms import CallbackEnd, MessageEnd
from softswitch.ivr.destination import TreeDestination
from softswitch.ivr.errors import NoSuchRoom
from softswitch.outbox.messages import Mail, read
from softswitch.tree_world.rooms import TreeRooms
from softswitch.voicemail.config import LISTEN
from softswitch.voicemail.errors import NoSuchBox, NoSuchDesk
from softswitch.voicemail.leaving import How, Left
from softswitch.voicemail.requests import Asked, AskedHow
from tests.applications.programs import NUMBER, Voice, driven
from tests.fakes.speaker import PROMPT_SECONDS
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.ivr.written import tree_of
from tests.queues.hall import pick_up
from tests.voicemail.office import office, without_threads

MENU = "100"
PROGRAM = """
a:
  - gather: {prompt: "Card?", variable: card, max: 4}
  - application: {number: 700, values: {card: "{{VARIABLE.CARD}}"}, down: b}
b: [say: "We are back."]
"""
VOICEMAIL = """
a: [menu: {prompt: "Sales: one.", keys: {1: sales}}]
sales:
  - voicemail: {box: sales, too_short: short}
  - say: "Goodbye."
short: [say: "Nothing was said."]
"""
CALLBACK = """
a: [menu: {prompt: "Closed. One: we call back.", keys: {1: back}}]
back:
  - callback: {desk: night, not_stored: lost, cancelled: none}
  - say: "Goodbye."
lost: [say: "Please call again."]
none: [say: "Cancelled."]
"""


class Deskless:
    """Voicemail that ends as a test says."""

    def __init__(self, left=How.KEPT, asked=AskedHow.TAKEN):
        self.left, self.asked, self.languages = left, asked, []

    async def take_message(self, call, box, *, language="", goes_on=False):
        assert goes_on  # A tree has words of its own for its callers' good-bye.
        return Left(self.left)

    async def listen(self, call, box=""):
        return Termination(Reason.SERVICE_ENDED)

    async def ask_for_call(self, call, desk, *, language="", goes_on=False):
        assert goes_on
        self.languages.append(language)
        return Asked(self.asked)

    def key_leads_to(self, box, key):
        return LISTEN, None


def lead_into(here, tree, voice, voicemail=None):
    rooms = TreeRooms({NUMBER: here.routes[NUMBER]} if NUMBER in here.routes else {}, voicemail or Deskless())
    here.routes[MENU] = TreeDestination(tree_of(tree), voice, here.dialler, rooms=rooms)


@in_virtual_time
async def test_d05_three_steps_of_a_program_which_is_told_the_keys():
    script = ([{"say": "Witamy."}, {"gather": {"prompt": "Podaj numer.", "max": 2}}], [{"transfer": "1001"}])
    async with driven(*script) as (here, program, voice):
        lead_into(here.switch, PROGRAM, voice)
        agent, caller = here.phone("1001"), here.phone("2001")
        await here.dials(caller, MENU, seconds=PROMPT_SECONDS + 1)
        await here.types(caller, "1234")
        await passes(2 * PROMPT_SECONDS + 1)
        await here.types(caller, "77")
        await passes(1)
        assert [one["values"] for one in program.questions] == [{"card": "1234"}] * 2
        assert program.results[-1]["digits"] == "77"
        pick_up(agent)
        await passes(3)
        agent.hang_up()
        await passes(3)
        assert here.switch.ended.reason == "callee_hung_up"
        assert [one.exit for one in here.told(StepTaken) if one.step.endswith("application")] == ["over"]


@in_virtual_time
@pytest.mark.parametrize("answer", [ProgramFailed(SLOW, "no answer"), b"<html>"])
async def test_d05_a_program_that_is_down_leads_back_into_the_menu(answer):
    async with driven(answer) as (here, _, voice):
        lead_into(here.switch, PROGRAM, voice)
        caller = here.phone("2001")
        await here.dials(caller, MENU, seconds=PROMPT_SECONDS + 1)
        await here.types(caller, "1234")
        await passes(30)
        assert "We are back." in voice.said
        (failed,) = here.told(ApplicationFailed)
        assert (failed.turn, failed.to) == (1, "")
        assert here.switch.ended.reason == "menu_ended"


@in_virtual_time
async def test_d05_a_program_that_hangs_up_ends_the_call():
    async with driven([{"hangup": {}}]) as (here, _, voice):
        lead_into(here.switch, PROGRAM, voice)
        caller = here.phone("2001")
        await here.dials(caller, MENU, seconds=PROMPT_SECONDS + 1)
        await here.types(caller, "1234")
        await passes(3)
        assert here.switch.ended.reason == "menu_hung_up"


@without_threads
async def test_d07_a_message_of_the_branch_with_its_way_through_the_menu(tmp_path):
    async with office(tmp_path) as here:
        voice = Voice()
        lead_into(here.switch, VOICEMAIL, voice, here.voicemail)
        phone = await here.calls("2001", MENU, 3.0)
        await here.types(phone, "1")
        await passes(6.0)
        assert here.recorder.running == 1
        await passes(8.0)
        phone.hang_up()
        await passes(1.0)
        (message,) = here.messages.rows.values()
        assert message.box == "sales"
        assert message.menu == "t: a > sales"
        assert message.seconds > 5


@without_threads
async def test_d07_a_key_ends_the_message_and_the_menu_goes_on(tmp_path):
    async with office(tmp_path) as here:
        voice = Voice()
        lead_into(here.switch, VOICEMAIL, voice, here.voicemail)
        phone = await here.calls("2001", MENU, 3.0)
        await here.types(phone, "1")
        await passes(14.0)
        await here.types(phone, "#")
        await passes(30.0)
        assert voice.said[-1] == "Goodbye."
        assert len(here.messages.rows) == 1


@pytest.mark.parametrize(("disk_works", "told"), [(True, "Goodbye."), (False, "Please call again.")])
@without_threads
async def test_d19_a_request_is_kept_mailed_and_told_as_it_is(tmp_path, disk_works, told):
    desk = {"night": {"mail": ["noc@example.com"]}}
    async with office(tmp_path, requests=desk, mail_by="office") as here:
        voice = Voice()
        lead_into(here.switch, CALLBACK, voice, here.voicemail)
        phone = await here.calls("2001", MENU, 3.0)
        await here.types(phone, "1")
        await passes(6.0)
        here.disk.works = disk_works
        await here.types(phone, "1")
        await passes(15.0)
        assert voice.said[-1] == told
        assert [one.number for one in here.requests.rows.values()] == (["2001"] if disk_works else [])
        if disk_works:
            (delivery,) = here.disk.posted.values()
            mail = read(delivery.body, Mail)
            assert mail.to == ("noc@example.com",)
            assert "t: a > back" in mail.text
            assert "2001" in mail.text


@in_virtual_time
@pytest.mark.parametrize("left", list(How))
async def test_d07_every_end_of_a_message_is_one_of_the_step(left):
    served = await TreeRooms({}, Deskless(left=left)).leave_message(None, "office", "pl")
    assert served.end in MessageEnd
    assert (served.go_on is not None) == (left is How.KEY)
    if served.go_on is not None:
        assert (await served.go_on()).reason is Reason.SERVICE_ENDED


@pytest.mark.parametrize("asked", list(AskedHow))
async def test_d19_every_end_of_a_request_is_one_of_the_step(asked):
    voicemail = Deskless(asked=asked)
    served = await TreeRooms({}, voicemail).ask_for_call(None, "night", "en")
    assert served.end in CallbackEnd
    assert (served.end is CallbackEnd.ACCEPTED) == (asked in (AskedHow.TAKEN, AskedHow.KNOWN))
    assert voicemail.languages == ["en"]


async def test_a_program_that_is_not_there():
    with pytest.raises(NoSuchRoom, match="700"):
        await TreeRooms({}, Deskless()).program(None, "700", {})


class Nameless(Deskless):
    """Voicemail that has neither boxes nor desks."""

    async def take_message(self, call, box, *, language="", goes_on=False):
        raise NoSuchBox(box)

    async def ask_for_call(self, call, desk, *, language="", goes_on=False):
        raise NoSuchDesk(desk)


async def test_a_name_that_nothing_has_is_told_to_the_tree_in_its_own_words():
    rooms = TreeRooms({}, Nameless())
    with pytest.raises(NoSuchRoom, match="'ghost'"):
        await rooms.leave_message(None, "ghost", "pl")
    with pytest.raises(NoSuchRoom, match="'ghost'"):
        await rooms.ask_for_call(None, "ghost", "pl")
