"""Where a number that is dialled leads: help first, then menus and rooms, what is one's own, and outside."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from softswitch.calls.call import Destination
from softswitch.calls.dialling import Dialler, OutsideDestination
from softswitch.calls.switchboard import Router
from softswitch.features.router import Features
from softswitch.ivr.desks.bundle import Desks
from softswitch.ivr.destination import TreeDestination
from softswitch.ivr.interpreter import Walk
from softswitch.ivr.live_rooms import Rooms
from softswitch.ivr.publishing.living import LivingTrees, Make
from softswitch.outside import OutsideLines
from softswitch.queues.queues import Queues
from softswitch.registrar.accounts import Account
from softswitch.tree_hours import schedules_of
from softswitch.tree_people import TreePeople
from softswitch.tree_queues import TreeQueues
from softswitch.voices import Voices


def entrances(
    voices: Voices,
    features: Features,
    queues: Queues,
    desks: Desks,
    duties: Mapping[str, Destination],
    rooms: Rooms,
    walk: Walk,
) -> Make:
    """Return what makes the way into a tree for callers who begin at a branch."""
    dialler, door = features.dialler, TreeQueues(queues)
    people = TreePeople({**duties, **features.numbers})
    return lambda tree, start: TreeDestination(tree, voices, dialler, start, door, desks, people, rooms, walk)


def schedules_at(
    living: LivingTrees, leads_to: Callable[[str], Destination | None]
) -> Callable[[str], Sequence[str]]:
    """Return what finds the schedules that callers of a number meet in the menu it leads to."""

    def found(number: str) -> Sequence[str]:
        place = leads_to(number)
        entered = living.get(place.name) if place is not None and place.kind == "tree" else None
        return schedules_of(entered.tree) if entered is not None else ()

    return found


Personal = Callable[[str, Account], Destination | None]
"""Finds what a number means to one account alone: codes, parking."""


def router(
    inside: Callable[[str], Destination | None], personal: Personal, outside: OutsideLines, dialler: Dialler
) -> Router:
    """Return what finds where a number leads for an account: nothing stands before a call for help."""

    def route(number: str, account: Account) -> Destination | None:
        if not outside.is_urgent(number):
            found = inside(number) or personal(number, account) or outside.own(number)
            if found is not None or not outside.leads_out(number):
                return found
        return OutsideDestination(dialler, number, account.user)

    return route
