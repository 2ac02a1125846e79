"""What is impossible in the configuration of the phone features, though each part by itself is right."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from softswitch.features.config import FeaturesConfig, PersonConfig

Fault = tuple[str, str]
"""Dotted path of the part, and what is wrong with it."""


def feature_faults(
    config: FeaturesConfig, people: Mapping[str, PersonConfig], claimed: Mapping[str, str]
) -> Iterator[Fault]:
    """Yield every fault. ``claimed`` names what else has a number: ``{"200": "the menu 'demo'"}``."""
    yield from _numbers(config, people, claimed)
    for number, group in config.groups.items():
        for place, member in enumerate(group.members):
            if member not in people:
                yield f"groups.{number}.members.{place}", f"there is no account {member}"
        if group.on_no_answer == number:
            yield f"groups.{number}.on_no_answer", "leads to the group itself"
        elif group.on_no_answer in _parking(config):
            yield f"groups.{number}.on_no_answer", "is a parking number: nobody would be told of the call"
    for user, person in people.items():
        yield from _forwards(user, person, _parking(config))


def _numbers(
    config: FeaturesConfig, people: Mapping[str, PersonConfig], claimed: Mapping[str, str]
) -> Iterator[Fault]:
    """Find numbers that mean two things: only one of them could ever be called."""
    taken = {**claimed, **{user: f"the account {user}" for user in people}}
    wanted: list[tuple[str, str, str]] = [
        *((f"groups.{number}", number, f"the group {number}") for number in config.groups),
        *((f"rooms.{number}", number, f"the room {number}") for number in config.rooms),
        *(("parking", number, "the parking") for number in _parking(config)),
        *((f"codes.{name}", code, f"the code {name}") for name, code in config.codes.written()),
    ]
    for where, number, what in wanted:
        if number in taken:
            yield where, f"{number} is also the number of {taken[number]}: give one of the two another"
        else:
            taken[number] = what


def _parking(config: FeaturesConfig) -> tuple[str, ...]:
    return () if config.parking is None else (config.parking.number, *config.parking.numbers)


def _forwards(user: str, person: PersonConfig, parking: Collection[str]) -> Iterator[Fault]:
    for name, to in person.forward.named.items():
        if to == user:
            yield f"accounts.{user}.forward.{name}", f"{user} cannot forward to itself"
        elif to in parking:
            yield (
                f"accounts.{user}.forward.{name}",
                f"{to} is a parking number: callers would wait there unseen",
            )
    if person.find_me is not None and user in person.find_me.numbers:
        yield f"accounts.{user}.find_me.numbers", f"{user} is rung anyway: name its other numbers"
