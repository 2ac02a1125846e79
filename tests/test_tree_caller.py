"""What a switch has told of its calls, and a telephone that acts when the tree has come so far."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from softswitch import tree_caller
from softswitch.events import (
    BranchEntered,
    CallArrived,
    CallEnded,
    Entry,
    Event,
    PhoneRegistered,
    PromptPlayed,
)
from softswitch.ivr.proof.live import Act, LiveCall
from softswitch.phone.telephone import PhoneError
from softswitch.tree_caller import Caller, News, free_ports

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
ENDED = CallEnded("completed", "menu_hung_up", 200, 16, "switch")


def arrived(account: str) -> CallArrived:
    return CallArrived("a", account, "", "100", "127.0.0.1:7000", account)


def own(event: CallArrived) -> bool:
    return event.account == "1001"


class Told(News):
    """News that a test brings."""

    def tell(self, call: str, *events: Event) -> None:
        for event in events:
            self.take(Entry(1, NOW, call, event))


class Phone:
    """A telephone that notes what it does, and of whose calls a test tells the news."""

    def __init__(self, news: Told, *, refused: bool = False) -> None:
        self.did: list[str] = []
        self._news = news
        self._refused = refused

    async def call(self, number: str) -> None:
        self.did.append(f"calls {number}")
        self._news.tell("C1", arrived("1001"), BranchEntered("t", "a", 1))
        if self._refused:
            raise PhoneError("480")

    def press_by_events(self, digits: str) -> None:
        self.did.append(f"presses {digits}")
        self._news.tell("C1", PromptPlayed("t", "a", "One.", 1.0, True), BranchEntered("t", "b", 1))

    async def hang_up(self) -> None:
        self.did.append("hangs up")
        self._news.tell("C1", ENDED)


def call_with(*acts: Act) -> LiveCall:
    return LiveCall("100", acts, (), (), (), 1.0)


async def test_keys_are_pressed_where_the_tree_has_come_so_far() -> None:
    news = Told()
    phone, held = Phone(news), list[float]()

    async def hold(seconds: float) -> None:
        held.append(seconds)

    calling = Caller(phone, news, "t", held=hold, did=lambda: phone.did.append("done"))  # type: ignore[arg-type]
    events = await calling.called(call_with(Act(1, 0.5, "1"), Act(3, 2.0)), own)
    assert phone.did == ["calls 100", "presses 1", "done", "hangs up", "done"]
    assert held == [0.5, 2.0]
    assert events[-1] == ENDED


async def test_what_comes_after_the_end_is_not_done() -> None:
    news = Told()
    phone = Phone(news, refused=True)
    calling = asyncio.create_task(Caller(phone, news, "t").called(call_with(Act(9, 0.0, "1")), own))  # type: ignore[arg-type]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    news.tell("C1", ENDED)
    await calling
    assert phone.did == ["calls 100"]


async def test_a_switch_that_is_gone_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree_caller, "BEHIND_S", 0.01)

    class Alone(Phone):
        async def call(self, number: str) -> None:
            raise PhoneError("nobody answers")

    news = Told()
    with pytest.raises(PhoneError, match="nobody answers"):
        await Caller(Alone(news), news, "t").called(call_with(), own)  # type: ignore[arg-type]


async def test_calls_are_told_apart_and_forgotten() -> None:
    news = Told()
    news.tell("", PhoneRegistered("1001", "sip:1001@127.0.0.1", "127.0.0.1:7000", "UDP", 60, "phone"))
    news.tell("C1", arrived("1001"))
    news.tell("C2", arrived("1002"))
    assert news.registered["1001"] == 1
    assert (news.call_where(own), news.is_over("C1")) == ("C1", False)
    news.tell("C1", ENDED)
    assert news.is_over("C1")
    news.forget("C1")
    assert (news.call_where(own), news.events("C1")) == ("", [])
    assert len(news.events("C2")) == 1


@pytest.mark.parametrize("times", range(3))
def test_every_telephone_has_a_range_of_its_own(times: int) -> None:
    first, last = free_ports()
    assert 1024 < first < last <= 65_535
