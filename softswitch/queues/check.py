"""What is impossible or unwise in the configuration of queues, though each part by itself is right."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from softswitch.queues.config import CALLBACK, QueueConfig, QueuesConfig

EMERGENCY: Final = "an emergency call"
"""What a number is claimed for that no queue may lead to by itself."""

Finding = tuple[str, str]
"""Dotted path of the part, and what is wrong with it."""


def queue_faults(
    config: QueuesConfig,
    accounts: Collection[str],
    claimed: Mapping[str, str],
    *,
    leads_inside: Collection[str],
    menus: Collection[str],
) -> Iterator[Finding]:
    """Yield every fault.

    ``claimed`` names what else has a number: ``{"200": "the menu 'demo'"}``. ``leads_inside`` are all numbers
    that lead somewhere without a trunk, ``menus`` those of them that enter a menu.
    """
    yield from _numbers(config, claimed)
    numbers = {queue.number for queue in config.queues.values() if queue.number is not None}
    for name, queue in config.queues.items():
        where = f"queues.{name}"
        for setting, members in (("members", queue.members), ("may_join", queue.may_join)):
            for member in members:
                if member not in accounts:
                    yield f"{where}.{setting}", f"there is no account {member}"
        for setting, number in queue.targets.items():
            if number == queue.number:
                yield f"{where}.{setting}", "leads to the queue itself"
            elif claimed.get(number) == EMERGENCY:
                yield f"{where}.{setting}", f"leads to {number}: nobody is to call for help by waiting"
            elif number not in leads_inside and number not in numbers and queue.by is None:
                reason = (
                    f"leads to {number}, which is no number of the switch: say with whose rights it is "
                    "called outside (by: ACCOUNT)"
                )
                yield f"{where}.{setting}", reason
        for key, number in queue.menus.items():
            if number not in menus:
                yield f"{where}.menus.{key}", f"leads to {number}, which is no menu: nobody could come back"
            if key in queue.keys:
                yield f"{where}.menus.{key}", f"the key {key} already does something else (keys)"
        yield from _rights(where, queue, accounts)
    for number, keeper in config.keepers.items():
        if not any(keeper in queue.agents for queue in config.queues.values()):
            yield f"keepers.{number}", f"{keeper} is an agent of no queue"
    for user in config.agents:
        if user not in accounts:
            yield f"agents.{user}", f"there is no account {user}"
        elif not any(user in queue.agents for queue in config.queues.values()):
            yield f"agents.{user}", "is a member of no queue, and may join none"
    yield from _phones(config, accounts, claimed)
    yield from _own_numbers(config)


def _phones(config: QueuesConfig, accounts: Collection[str], claimed: Mapping[str, str]) -> Iterator[Finding]:
    """Find agents who are rung where no person is: at a queue, a menu, a code, or by a call for help."""
    queues = {number: f"the queue {name}" for name, number in _numbered(config)}
    codes = {code: f"the code {name}" for name, code in config.agent_codes.written()}
    taken = {**claimed, **queues, **codes}
    for user, agent in config.agents.items():
        if agent.phone is not None and agent.phone not in accounts and agent.phone in taken:
            reason = f"{agent.phone} is {taken[agent.phone]}: an account or a number outside is wanted"
            yield f"agents.{user}.phone", reason


def _own_numbers(config: QueuesConfig) -> Iterator[Finding]:
    """Find numbers that are of two agents: callers of one are offered to the first alone."""
    owners: dict[str, str] = {}
    for user, agent in config.agents.items():
        for number in agent.numbers:
            if owners.setdefault(number, user) != user:
                yield f"agents.{user}.numbers", f"{number} is {owners[number]}'s already"


def _numbers(config: QueuesConfig, claimed: Mapping[str, str]) -> Iterator[Finding]:
    """Find numbers that mean two things: only one of them could ever be called."""
    taken = dict(claimed)
    wanted = [
        *((f"queues.{name}.number", number, f"the queue {name}") for name, number in _numbered(config)),
        *((f"agent_codes.{name}", code, f"the code {name}") for name, code in config.agent_codes.written()),
    ]
    for where, number, what in wanted:
        if number in taken:
            yield where, f"{number} is also the number of {taken[number]}: give one of the two another"
        else:
            taken[number] = what


def _numbered(config: QueuesConfig) -> Iterator[tuple[str, str]]:
    return ((name, queue.number) for name, queue in config.queues.items() if queue.number is not None)


def _rights(where: str, queue: QueueConfig, accounts: Collection[str]) -> Iterator[Finding]:
    if queue.by is not None and queue.by not in accounts:
        yield f"{where}.by", f"there is no account {queue.by}"
    callback = queue.callback
    if callback is None:
        return
    if callback.by not in accounts:
        yield f"{where}.callback.by", f"there is no account {callback.by}"
    try:
        ZoneInfo(callback.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # The last for one that is a folder of zones.
        yield (
            f"{where}.callback.time_zone",
            f"there is no time zone {callback.time_zone}: Europe/Warsaw is one",
        )


def queue_warnings(config: QueuesConfig) -> Iterator[Finding]:
    """Yield what works and will be regretted."""
    for name, queue in config.queues.items():
        where = f"queues.{name}"
        if not queue.agents:
            yield where, "has no members, and nobody may join it: whoever calls waits in vain"
        for limit, setting in (
            (queue.most_waiting, "on_full"),
            (queue.max_wait_s, "on_max_wait"),
            (queue.no_agent_wait_s, "on_no_agent"),
            (queue.refuse_when_all or queue.leave_when_all, "on_empty"),
        ):
            if limit and getattr(queue, setting) is None:
                yield where, f"sends callers away with an apology: name another place for them ({setting})"
        for setting in ("refuse_when_all", "leave_when_all"):
            kept = getattr(queue, setting)
            if kept and queue.may_join and "logged_out" not in kept:
                reason = "does not name logged_out: whoever may join and has not keeps the queue open"
                yield f"{where}.{setting}", reason
        if queue.callback is not None and CALLBACK not in queue.keys.values():
            yield f"{where}.callback", "no key asks for it (keys: {1: callback})"
        if queue.answer == "when_agent" and (queue.keys or queue.menus):
            yield f"{where}.keys", "count only once the call is answered, which is when an agent is there"
