"""An exchange with phone features: everybody's wishes are minded, and somebody speaks."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field

from softswitch.calls.call import Call, Destination
from softswitch.calls.dialling import Dialler
from softswitch.calls.hangup import CALLEE, Reason, Termination
from softswitch.calls.phone_leg import PhoneLeg
from softswitch.calls.speaking import Speaking
from softswitch.features.config import CodesConfig, FeaturesConfig, PersonConfig
from softswitch.features.router import Features, Kept, Means
from softswitch.registrar.accounts import Account
from tests.fakes.exchange import NAMES, Exchange, Phone, exchange
from tests.fakes.speaker import FakeSpeaker, let_prompts_end
from tests.fakes.virtual_time import passes

HOSTS = {"1001": "192.0.2.11", "1002": "192.0.2.12", "1003": "192.0.2.13", "1004": "192.0.2.14"}
PEOPLE = {**NAMES, "1004": "Dorota"}


class Outside:
    """A number outside the switch. It is answered, if at all, by one of our own phones in its place."""

    kind = "trunk"

    def __init__(self, dialler: Dialler, name: str, user: str) -> None:
        self.name = name
        self._dialler = dialler
        self._user = user

    async def __call__(self, call: Call) -> Termination:
        """Not called by the tests."""
        return Termination(Reason.UNREACHABLE, CALLEE)

    async def reach(self, call: Call) -> PhoneLeg | Termination:
        """Ring the phone that stands for it."""
        return await self._dialler.reach(call, [self._user])


@dataclass
class Office:
    """The exchange, its features, its voice, and a phone for every account."""

    switch: Exchange
    features: Features
    speaker: FakeSpeaker
    changes: list[tuple[str, str, str]] = field(default_factory=list)

    def phone(self, user: str) -> Phone:
        """Plug in the phone of an account."""
        return self.switch.phone(user, HOSTS[user])

    def phones(self, *users: str) -> list[Phone]:
        """Plug in several."""
        return [self.phone(user) for user in users or HOSTS]

    @property
    def said(self) -> str:
        """What was said last."""
        return self.speaker.said[-1]

    async def dials(self, phone: Phone, number: str, seconds: float = 0.5) -> Phone:
        """Let a phone dial and some time pass."""
        phone.call(number)
        await passes(seconds)
        return phone

    async def connect(self, caller: Phone, callee: Phone) -> None:
        """Let one call the other, who answers."""
        await self.dials(caller, callee.uri.user or "")
        pick_up(callee)
        await passes(0.5)

    async def types(self, phone: Phone, keys: str) -> None:
        """Press keys, one after another."""
        for key in keys:
            self.switch.client.digit(phone.sound, key)
            await passes(0.3)


def rang(phone: Phone) -> int:
    """Return how many calls have rung at a phone."""
    return len([one for one in phone.incoming("INVITE") if one.dialog is None])


def pick_up(phone: Phone) -> None:
    """Answer the last call that rang."""
    invite = [one for one in phone.incoming("INVITE") if one.dialog is None][-1]
    phone.dialog = phone.answer(invite, 200, body=phone.body)


def refuse(phone: Phone, status: int) -> None:
    """Refuse the last call that rang."""
    phone.answer([one for one in phone.incoming("INVITE") if one.dialog is None][-1], status)


def label_of(phone: Phone) -> str:
    """Return the name that the last call showed on the display."""
    return [one for one in phone.incoming("INVITE") if one.dialog is None][-1].request.from_.display


def accept_changes(phone: Phone) -> None:
    """Say yes to everything that was asked by re-INVITE and is not answered yet."""
    for one in phone.asked():
        phone.say(one, 200, body=phone.body)


@contextlib.asynccontextmanager
async def office(
    people: Mapping[str, Mapping[str, object]] | None = None,
    *,
    restored: Mapping[str, Mapping[str, str]] | None = None,
    language: str = "en",
    outside: Mapping[str, str] | None = None,
    **parts: object,
) -> AsyncIterator[Office]:
    """Run an exchange with features; ``people`` are wishes of accounts, ``parts`` those of FeaturesConfig.

    ``outside`` names numbers outside, each with the account whose phone stands for it.
    """
    codes = CodesConfig.model_validate({"language": language})
    config = FeaturesConfig.model_validate({"codes": codes, **parts})
    plans = {user: PersonConfig.model_validate((people or {}).get(user, {})) for user in PEOPLE}
    async with exchange() as switch:
        switch.accounts.update({user: Account(user, name) for user, name in PEOPLE.items()})
        speaker, changes = FakeSpeaker(), list[tuple[str, str, str]]()
        dialler = Dialler(switch.bindings, PEOPLE.get)

        def operator(number: str) -> Destination | None:
            return switch.routes.get(number) or features.route(number, Account("", "operator"))

        def shuffle(users: Sequence[str]) -> Sequence[str]:
            return users[::-1]

        means = Means(dialler, Speaking(speaker), switch.log, switch.accounts.get, operator, shuffle)
        kept = Kept(lambda *change: changes.append(change), restored or {})
        features = Features(config, plans, means, kept=kept)
        switch.router = features.route
        for number, user in (outside or {}).items():
            switch.routes[number] = Outside(dialler, number, user)
        let_prompts_end(switch)
        yield Office(switch, features, speaker, changes)
