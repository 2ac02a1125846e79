"""Which numbers the phone features have, and what they lead to; also the features as plain methods."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count

from softswitch.bus import EventLog
from softswitch.calls.call import Destination
from softswitch.calls.dialling import RING_SECONDS, Dialler
from softswitch.calls.engaged import KINDS_READ, Engaged
from softswitch.calls.speaking import Speaking
from softswitch.features.announce import Announcer
from softswitch.features.codes import FORWARDS, PICKUP_AT, SetDoNotDisturb, SetForward, find_code
from softswitch.features.config import FeaturesConfig, PersonConfig
from softswitch.features.dialler import ConsiderateDialler
from softswitch.features.find_me import FindMe
from softswitch.features.groups import GroupDestination, Shuffle
from softswitch.features.meet import Meet
from softswitch.features.parking import ParkingDestination, ParkingLot
from softswitch.features.person import People, PersonDestination
from softswitch.features.pickup import PickUp
from softswitch.features.rooms import Room
from softswitch.features.settings import SettingsBook
from softswitch.registrar.accounts import Account


@dataclass(frozen=True, slots=True)
class Kept:
    """Where changed settings are kept: ``changed`` gets (account, name, value) of each.

    ``restored`` are those of before, by account and name.
    """

    changed: Callable[[str, str, str], None] = lambda account, name, value: None
    restored: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Means:
    """What the features stand on.

    ``dialler`` rings phones, ``operator`` tells where a number leads with the switch's own rights,
    ``shuffle`` draws an order.
    """

    dialler: Dialler
    speaking: Speaking
    log: EventLog
    accounts: Callable[[str], Account | None]
    operator: Callable[[str], Destination | None]
    shuffle: Shuffle


class Features:
    """All phone features of a switch, by number (:meth:`route`) and as plain methods of its parts.

    ``people`` is what the configuration says of each account; ``ring_for`` is in seconds.
    """

    def __init__(
        self,
        config: FeaturesConfig,
        people: Mapping[str, PersonConfig],
        means: Means,
        *,
        kept: Kept,
        ring_for: float = RING_SECONDS,
    ) -> None:
        dialler, log = means.dialler, means.log
        self._config = config
        self._plans = people
        self._mixing = count(1)
        self._announcer = announcer = Announcer(means.speaking, means.accounts, config.codes.language)
        self.settings = SettingsBook(people, log=log, changed=kept.changed, restored=kept.restored)
        self.engaged = Engaged()
        log.subscribe(self.engaged.read, KINDS_READ)
        self.people = People(
            dialler=dialler,
            settings=self.settings,
            engaged=self.engaged,
            plans=people,
            find_me=FindMe(dialler, announcer),
            ring_for=ring_for,
        )
        self.lot = None if config.parking is None else ParkingLot(config.parking, dialler, announcer)
        self.rooms = {
            number: Room(number, room, announcer, next(self._mixing)) for number, room in config.rooms.items()
        }
        self._groups = {
            number: GroupDestination(number, group, self.people, means.shuffle, means.operator)
            for number, group in config.groups.items()
        }
        self._persons = {user: PersonDestination(self.people, user) for user in people}

    @property
    def dialler(self) -> Dialler:
        """The dialler for menus, which minds what people wish."""
        plain = self.people.dialler
        return ConsiderateDialler(
            plain.bindings, plain.name_of, plain.exits, people=self.people, groups=self._groups
        )

    @property
    def numbers(self) -> Mapping[str, Destination]:
        """Every number that means the same to all: accounts, groups, rooms."""
        return {**self._persons, **self._groups, **self.rooms}

    def personal(self, number: str, account: Account) -> Destination | None:
        """Return where a parking number or a code leads that ``account`` dials or sends somebody to."""
        return self._parking(number, account) or self._code(number, account)

    def route(self, number: str, account: Account) -> Destination | None:
        """Return where any of these numbers leads, None for no number of the features."""
        found = self._persons.get(number) or self._groups.get(number) or self.rooms.get(number)
        return found or self.personal(number, account)

    def _parking(self, number: str, account: Account) -> Destination | None:
        lot = self.lot
        if lot is None or not account.user:
            return None
        if number == lot.config.number:
            return ParkingDestination(lot, account.user)
        return ParkingDestination(lot, account.user, number) if number in lot.config.numbers else None

    def _code(self, number: str, account: Account) -> Destination | None:
        found = find_code(self._config.codes, number)
        user = account.user
        if found is None or user not in self._plans:
            return None
        name, rest = found
        code = number.removesuffix(rest) if rest else number
        if name in FORWARDS:
            when, on = FORWARDS[name]
            return SetForward(code, user, when, rest if on else None, self.settings, self._announcer)
        if name in ("dnd_on", "dnd_off"):
            return SetDoNotDisturb(code, user, name == "dnd_on", self.settings, self._announcer)
        if name == "meet":
            return Meet(code, user, next(self._mixing), self._announcer)
        users = self._rung_at(rest) if name == PICKUP_AT and rest else self._colleagues(user)
        return PickUp(code, user, users, self._announcer)

    def _rung_at(self, number: str) -> tuple[str, ...]:
        group = self._config.groups.get(number)
        return group.members if group is not None else (number,)

    def _colleagues(self, user: str) -> tuple[str, ...]:
        """Return all accounts of an account's pickup group; itself when it has none."""
        group = self._plans[user].pickup_group
        if not group:
            return (user,)
        return tuple(one for one, plan in self._plans.items() if plan.pickup_group == group)
