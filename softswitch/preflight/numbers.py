"""Numbers and names that lead nowhere, or to two things."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from softswitch.applications.check import application_faults
from softswitch.claims import Claims
from softswitch.config import Config
from softswitch.errors import Problem
from softswitch.features.check import feature_faults
from softswitch.integrations.keepers import keeper_faults
from softswitch.ivr.expressions import nearest
from softswitch.ivr.model import Tree
from softswitch.queues.check import queue_faults
from softswitch.schedules.check import schedule_faults
from softswitch.trunks.routes import OwnNumbers, Routes
from softswitch.voicemail.check import forward_faults, voicemail_faults


def account_faults(config: Config, trees: Sequence[Tree]) -> Iterator[Problem]:
    """Yield accounts that are missing, that are menus too, and whose lamps nobody could see."""
    if not config.accounts:
        example = "1001: {name: Anna, password: choose-a-long-one}"
        yield config.problem("accounts", f"nobody could call: name at least one account, such as {example}")
    for tree in trees:
        for index, number in enumerate(tree.numbers):
            if number in config.accounts:
                line = tree.lines.get(f"numbers.{index}", tree.lines.get("numbers"))
                reason = (
                    f"is also a number of the menu '{tree.name}' ({tree.path}, line {line}): "
                    "give one of the two another number"
                )
                yield config.problem(f"accounts.{number}", reason)
    for user, watchers in config.presence.watch.items():
        for unknown in sorted({user, *watchers} - config.accounts.keys()):
            yield config.problem(f"presence.watch.{user}", f"there is no account {unknown}")


def outside_faults(
    config: Config, trees: Sequence[Tree], routes: Routes, claims: Claims
) -> Iterator[Problem]:
    """Yield what leads nowhere outside, or from outside, and what is claimed twice."""
    for where, reason in config.trunk_faults({user: part.outside for user, part in config.accounts.items()}):
        yield config.problem(where, reason)
    menus = {number: tree for tree in trees for number in tree.numbers}
    names = {tree.name for tree in trees}
    inside = {*claims.leads, *config.queues, *config.voicemail.boxes, *config.voicemail.requests, *names}
    for number, part in config.numbers.items():
        if part.to not in inside:
            known = nearest(part.to, sorted(inside))
            reason = (
                f"leads to {part.to}: there is no menu, account, group, room, queue or number of that "
                f"name{known}"
            )
            yield config.problem(f"numbers.{number}", reason)
        meant = [] if part.to in claims.leads else _called(part.to, config, names)
        if len(meant) > 1:
            reason = f"leads to {part.to}, which is {' and '.join(meant)}: give one of them another name"
            yield config.problem(f"numbers.{number}", reason)
        for tree in trees:
            if tree.name == part.to and not tree.numbers:
                reason = f"leads to the menu '{tree.name}', which has no number: give it one (numbers: [100])"
                yield config.problem(f"numbers.{number}", reason)
    own = OwnNumbers(config, routes.numbering)
    for text in own.claimed_twice():
        yield config.problem("numbers", f"{text} is claimed twice, written in two ways")
    for number, tree in menus.items():
        if routes.numbering.e164(number) and (taken := own.find(number)) is not None:
            reason = f"{number} leads to {taken.to} and is also a number of the menu '{tree.name}': keep one"
            yield config.problem("numbers", reason)
    for number in config.emergency if config.trunks else ():
        reason = f"{number} is an emergency number too: give this one another"
        if number in config.accounts:
            yield config.problem(f"accounts.{number}", reason)
        if number in menus:
            tree = menus[number]
            yield Problem(str(tree.path), tree.lines.get("numbers"), "numbers", reason)


def _called(name: str, config: Config, menus: Collection[str]) -> list[str]:
    """Return what is called by a name that a number of ours may lead to."""
    kinds: tuple[tuple[str, Collection[str]], ...] = (
        ("a menu", menus),
        ("a queue", config.queues),
        ("a voicemail box", config.voicemail.boxes),
        ("a desk for callbacks", config.voicemail.requests),
    )
    return [kind for kind, names in kinds if name in names]


def inside_faults(config: Config, routes: Routes, claims: Claims) -> Iterator[Problem]:
    """Yield what is claimed twice inside, and what leads nowhere, of everything that has numbers."""
    accounts, leads = config.accounts, claims.leads
    found = [
        *feature_faults(config, accounts, claims.before("accounts")),
        *queue_faults(
            config,
            accounts,
            claims.before("queues"),
            leads_inside=leads,
            menus=claims.of("menus"),
        ),
        *schedule_faults(
            config,
            accounts,
            claims.before("duties"),
            leads_inside=leads,
            spelling=routes.numbering.comparable,
        ),
        *application_faults(
            config.applications,
            accounts,
            claims.before("applications"),
            leads_inside=leads,
            leads_out=routes.leads_out,
        ),
        *keeper_faults(config.customers, config.connections, accounts),
        *voicemail_faults(
            config.voicemail,
            people=accounts,
            claimed=claims.before("voicemail"),
            inside=claims.before("voicemail"),
            mailboxes=config.mail,
            ticket_queues=config.tickets,
        ),
        *forward_faults(config.voicemail, {user: person.forward.named for user, person in accounts.items()}),
    ]
    return (config.problem(where, reason) for where, reason in found)
