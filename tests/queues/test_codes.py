"""Codes for agents: dialled, done, and said in the agent's language."""

from __future__ import annotations

import pytest

from softswitch.events import (
    AgentLoggedIn,
    AgentLoggedOut,
    AgentPaused,
    AgentReturned,
    CallEnded,
    CallRouted,
    DigitPressed,
)
from softswitch.queues.agents import State
from softswitch.registrar.accounts import Account
from tests.calls.test_transfer import refer
from tests.fakes.exchange import Phone
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.queues.hall import Hall, hall, pick_up

QUEUES = {
    "sales": {"number": "600", "members": ["1001", "1002"], "name": "Sales", "wrap_up_s": 60},
    "help": {"number": "601", "members": ["1002"], "may_join": ["1003"], "language": "pl"},
}
REASONS = {"1": "lunch"}
QUIET = {"announce": {"position": "off", "eta": "off"}}


def agent(here: Hall, name: str = "1001"):
    return here.desk.floor.roster.agent(name)


async def dials(here: Hall, phone: Phone, code: str) -> str:
    """Dial a code; return what was said last."""
    await here.dials(phone, code, 3)
    return here.speaker.said[-1] if here.speaker.said else ""


@in_virtual_time
async def test_agents_log_out_and_in_of_all_and_of_one_queue():
    async with hall(queues=QUEUES) as here:
        phone = here.phone("1002")
        here.languages["1002"] = "en"
        assert await dials(here, phone, "*46") == "Logged out of all queues."
        assert agent(here, "1002").state is State.OFFLINE
        assert await dials(here, phone, "*45600") == "Logged in to the queue Sales."
        assert agent(here, "1002").logged_in == {"sales"}
        assert await dials(here, phone, "*45") == "Logged in to all your queues."
        assert await dials(here, phone, "*46601") == "Logged out of the queue help."
        assert agent(here, "1002").logged_in == {"sales"}
        assert len(here.told(AgentLoggedIn)) == 2
        assert len(here.told(AgentLoggedOut)) == 3
        assert {end.reason for end in here.told(CallEnded)} == {"service_ended"}
        assert [one.target for one in here.told(CallRouted)] == ["*46", "*45600", "*45", "*46601"]


@in_virtual_time
async def test_agents_pause_for_a_reason_and_return():
    async with hall(queues=QUEUES, pause_reasons=REASONS) as here:
        phone = here.phone("1001")
        assert await dials(here, phone, "*471") == "Paused: lunch. No calls will come."
        assert await dials(here, phone, "*47") == "Paused. No calls will come."
        assert [one.reason for one in here.told(AgentPaused)] == ["lunch", "break"]
        assert await dials(here, phone, "*48") == "The pause is over. Calls will come again."
        assert await dials(here, phone, "*48") == "There is no pause to end."
        assert len(here.told(AgentReturned)) == 1
        await dials(here, phone, "*46")
        assert await dials(here, phone, "*47") == "You have to log in first."


@in_virtual_time
async def test_who_is_ready_before_the_wrap_up_is_over_is_told_what_holds():
    async with hall(queues={**QUEUES, "sales": {**QUEUES["sales"], **QUIET}}) as here:
        phone = here.phone("1001")
        here.desk.log_out("1002")
        (caller,) = await here.callers("2001")
        pick_up(phone)
        await passes(1)
        phone.hang_up()
        await passes(1)
        assert agent(here).state is State.WRAP_UP
        assert await dials(here, phone, "*49") == "The pause is over. Calls will come again."
        assert agent(here).state is State.READY
        # Where he is on a pause, or logged in nowhere, no call will come.
        here.desk.pause("1001", "lunch")
        assert await dials(here, phone, "*49") == "Paused. No calls will come."
        here.desk.log_out("1001")
        assert await dials(here, phone, "*49") == "You have to log in first."
        assert await dials(here, phone, "*48") == "You have to log in first."
        assert caller.incoming("BYE")


@in_virtual_time
async def test_d20_only_agents_are_served_and_each_in_his_own_queues():
    async with hall(queues=QUEUES) as here:
        stranger, guest = here.phones("1005", "1003")
        assert await dials(here, stranger, "*45") == "This phone belongs to no agent."
        # Of the first queue that is his: its language.
        assert await dials(here, guest, "*45600") == "Ta kolejka nie jest twoja."
        assert await dials(here, guest, "*45601") == "Zalogowano do kolejki help."
        assert agent(here, "1003").logged_in == {"help"}


@pytest.mark.parametrize("code", ["*45999", "*479", "*481", "*44", "*"])
@in_virtual_time
async def test_what_is_no_code_leads_nowhere(code):
    async with hall(queues=QUEUES, pause_reasons=REASONS) as here:
        phone = here.phone("1001")
        assert here.queues.personal(code, Account("1001")) is None
        assert await dials(here, phone, code) == ""
        assert phone.last_status() == 404


@in_virtual_time
async def test_codes_are_for_accounts_and_may_be_others_or_none():
    async with hall(queues=QUEUES, agent_codes={"log_in": "#1", "pause": ""}) as here:
        assert here.queues.personal("#1", Account("1001")) is not None
        for code, account in (("#1", ""), ("*45", "1001"), ("*47", "1001")):
            assert here.queues.personal(code, Account(account)) is None


@in_virtual_time
async def test_a_pin_is_asked_for_and_never_written_down():
    async with hall(queues=QUEUES, agents={"1001": {"pin": "4711"}}) as here:
        phone = here.phone("1001")
        await here.dials(phone, "*47", 1)
        assert here.speaker.said == ["Enter the PIN, then press hash."]
        await here.types(phone, "4711#")
        await passes(3)
        assert here.speaker.said[-1] == "Paused. No calls will come."
        assert {one.digit for one in here.told(DigitPressed)} == {"*"}
        assert not any("4711" in repr(entry) for entry in here.switch.entries)
        assert "4711" not in repr(here.queues._config)


@in_virtual_time
async def test_a_wrong_pin_does_nothing():
    async with hall(queues=QUEUES, agents={"1001": {"pin": "4711"}}) as here:
        phone = here.phone("1001")
        await here.dials(phone, "*47", 1)
        for wrong in ("1234#", "#", "47110#"):
            await here.types(phone, wrong)
        await passes(10)
        assert here.speaker.said[-1] == "That is not the right PIN."
        assert here.told(AgentPaused) == []
        assert {one.digit for one in here.told(DigitPressed)} == {"*"}


@in_virtual_time
async def test_whoever_is_sent_to_a_code_uses_nobodys_rights():
    async with hall(queues=QUEUES) as here:
        anna, friend = here.phones("1001", "1005")
        await here.dials(friend, "1001")
        pick_up(anna)
        await passes(0.5)
        refer(anna, "*47")
        await passes(3)
        assert here.told(AgentPaused) == []
        assert here.switch.ended.reason == "unknown_number"
