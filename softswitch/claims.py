"""What every number and code means inside a line: two things with one number are a fault, told once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from softswitch.config import Config
from softswitch.ivr.model import Tree
from softswitch.queues.check import EMERGENCY

CODES: Final = frozenset({"emergency", "parking", "codes", "agent codes"})
"""Kinds that one dials, but to which nothing else leads."""


class Claims:
    """The numbers of a line by who has them: ``accounts``, ``menus``, ``queues`` and so on."""

    def __init__(self, config: Config, trees: Sequence[Tree]) -> None:
        parking = config.parking
        self._by: Mapping[str, Mapping[str, str]] = MappingProxyType(
            {
                "emergency": dict.fromkeys(config.emergency if config.trunks else (), EMERGENCY),
                "menus": {number: f"the menu '{tree.name}'" for tree in trees for number in tree.numbers},
                "accounts": {user: f"the account {user}" for user in config.accounts},
                "groups": {number: f"the group {number}" for number in config.groups},
                "rooms": {number: f"the room {number}" for number in config.rooms},
                "parking": dict.fromkeys(
                    () if parking is None else (parking.number, *parking.numbers), "the parking"
                ),
                "codes": {code: f"the code {name}" for name, code in config.codes.written()},
                "queues": {
                    queue.number: f"the queue {name}" for name, queue in config.queues.items() if queue.number
                },
                "agent codes": {code: f"the code {name}" for name, code in config.agent_codes.written()},
                "duties": {duty.number: f"the duty {name}" for name, duty in config.duties.items()},
                "applications": {number: f"the application {number}" for number in config.applications},
                "voicemail": _of_voicemail(config),
            }
        )

    def before(self, kind: str) -> dict[str, str]:
        """Return what each number means that a kind listed earlier has: of two, the later is told of."""
        earlier = list(self._by).index(kind)
        return {
            number: meaning
            for numbers in list(self._by.values())[:earlier]
            for number, meaning in numbers.items()
        }

    def of(self, kind: str) -> Collection[str]:
        """Return the numbers of one kind."""
        return self._by[kind].keys()

    @property
    def leads(self) -> frozenset[str]:
        """All numbers that lead somewhere without a trunk."""
        return frozenset(number for kind in self._by.keys() - CODES for number in self._by[kind])


def _of_voicemail(config: Config) -> dict[str, str]:
    room = config.voicemail
    told = {number: f"the box {name}" for number, name in room.numbers.items()}
    return told | ({room.codes.any: "the voicemail"} if room.boxes and room.codes.any else {})
