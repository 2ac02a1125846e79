"""What steps of trees name in the configuration and is not there: found before anybody calls."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from pydantic import ValidationError

from softswitch.config import Config
from softswitch.errors import Problem
from softswitch.integrations.letters import address
from softswitch.ivr.actions.asking import ByAnswer, Request
from softswitch.ivr.actions.paying import MAIL, SMS, Pay
from softswitch.ivr.actions.rooms import Application, Callback, LeaveMessage
from softswitch.ivr.actions.tickets import Ticket
from softswitch.ivr.actions.writing import Mail, Sms
from softswitch.ivr.check import place_of
from softswitch.ivr.expressions import names_in, nearest
from softswitch.ivr.model import Action, Tree
from softswitch.ivr.references import has_variables
from softswitch.tree_world.wires import read_own

Finding = tuple[str, str]
"""The parameter of the step, and what is wrong with it."""


def check_world(trees: Sequence[Tree], config: Config) -> list[Problem]:
    """Return every step that names a queue of tickets, a template, a connection and so on for nothing."""
    return [
        Problem(str(tree.path), step.line_of(parameter), place_of(branch.name, step), reason)
        for tree in trees
        for branch in tree.branches.values()
        for step in branch.steps
        for parameter, reason in _faults(step.action, config)
    ]


def _faults(action: Action, config: Config) -> Iterator[Finding]:
    match action:
        case Ticket():
            yield from _ticket(action, config)
        case Sms():
            yield from _missing("sender", action.sender, config.sms, "sender of text messages", "sms")
            yield from _template(action.template, config, sms=True)
        case Mail():
            yield from _missing("mailbox", action.mailbox, config.mail, "mailbox", "mail")
            yield from _template(action.template, config, sms=False)
            yield from _address(action.to)
        case Pay():
            yield from _channel("receipt", action.receipt, {SMS: config.sms, MAIL: config.mail})
            yield from _channel("link", action.link, {SMS: config.sms})
        case Request() | ByAnswer():
            yield from _question(action, config)
        case Application():
            yield from _missing(
                "number", action.number, config.applications, "program with the number", "applications"
            )
        case LeaveMessage():
            yield from _missing("box", action.box, config.voicemail.boxes, "voice box", "voicemail: boxes")
        case Callback():
            desks = config.voicemail.requests
            yield from _missing("desk", action.desk, desks, "desk that calls back", "voicemail: requests")


def _missing(parameter: str, name: str, known: Collection[str], what: str, part: str) -> Iterator[Finding]:
    """Find a name that nothing has; "" is the first there is, and one with variables may be any."""
    if not known:
        yield parameter, f"there is no {what} yet: name one under '{part}' in the configuration"
    elif name and not has_variables(name) and name not in known:
        yield parameter, f"there is no {what} '{name}'{nearest(name, sorted(known))}"


def _channel(parameter: str, channel: str, kinds: Mapping[str, Collection[str]]) -> Iterator[Finding]:
    """Find a channel of the outbox that there is not; "" is none, and is sent nothing."""
    known = [f"{kind}{name}" for kind, names in kinds.items() for name in names]
    if channel and not known:
        part = next((kind for kind in kinds if channel.startswith(kind)), SMS).rstrip(":")
        yield parameter, f"there is no channel yet: name one under '{part}' in the configuration"
    elif channel and channel not in known:
        yield parameter, f"there is no channel '{channel}'{nearest(channel, known)}"


def _ticket(action: Ticket, config: Config) -> Iterator[Finding]:
    yield from _missing("queue", action.queue, config.tickets, "queue of tickets", "tickets")
    queue = config.tickets.get(action.queue)
    named = bool(action.category) and not has_variables(action.category)
    if queue is not None and named and queue.categories and action.category not in queue.categories:
        hint = nearest(action.category, sorted(queue.categories))
        yield "category", f"'{action.category}' is no category of {action.queue}{hint}"


def _template(name: str, config: Config, *, sms: bool) -> Iterator[Finding]:
    if not name:
        return
    yield from _missing("template", name, config.templates, "template", "templates")
    template = config.templates.get(name)
    if template is not None and not (template.sms if sms else template.text).strip():
        yield "template", f"the template '{name}' has no {'sms' if sms else 'text'}"


def _address(to: str) -> Iterator[Finding]:
    if any(names_in(to)):
        return
    for one in to.split(","):
        try:
            address(one)
        except ValueError as error:
            yield "to", str(error)


def _question(action: Request | ByAnswer, config: Config) -> Iterator[Finding]:
    if action.own is not None:
        try:
            read_own(action.own)
        except ValidationError as error:
            for one in error.errors(include_url=False, include_input=False):
                yield ".".join(map(str, one["loc"])) or "url", one["msg"].removeprefix("Value error, ")
        return
    yield from _missing("connection", action.connection, config.connections, "connection", "connections")
    connection = config.connections.get(action.connection)
    if connection is None:
        return
    given = {name.upper() for name in connection.answer}
    wanted = [*((name, "sets") for name in action.sets)]
    if isinstance(action, ByAnswer) and action.variable:
        wanted.append((action.variable, "variable"))
    for name, parameter in wanted:
        if name.upper() not in given:
            hint = nearest(name.upper(), sorted(given))
            yield parameter, f"the connection '{action.connection}' gives no variable {name}{hint}"
