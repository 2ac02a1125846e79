"""What is impossible in the configuration of voicemail, though each part by itself is right."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from softswitch.voicemail.config import LISTEN, OWN_BOX, VoicemailConfig

Fault = tuple[str, str]
"""Dotted path of the part, and what is wrong with it."""


def voicemail_faults(
    config: VoicemailConfig,
    *,
    people: Collection[str],
    claimed: Mapping[str, str],
    inside: Collection[str],
    mailboxes: Collection[str] | None = None,
    ticket_queues: Collection[str] | None = None,
) -> Iterator[Fault]:
    """Yield every fault.

    ``claimed`` names what else has a number, ``inside`` are the numbers that can be dialled inside,
    ``mailboxes`` those that send mail, ``ticket_queues`` where tickets go; None where that is not looked at.
    """
    yield from _numbers(config, claimed)
    for name, box in config.boxes.items():
        for place, user in enumerate(box.lamps):
            if user not in people:
                yield f"voicemail.boxes.{name}.lamps.{place}", f"there is no account {user}"
        for key, to in box.keys.items():
            if to != LISTEN and to not in inside and to not in config.numbers:
                yield f"voicemail.boxes.{name}.keys.{key}", f"{to} is no number that can be dialled inside"
    yield from _mail(config, mailboxes)
    for name, desk in config.requests.items():
        queue = desk.tickets_in(name)
        if desk.ticket and ticket_queues is not None and queue not in ticket_queues:
            reason = f"there is no queue of tickets {queue}: add it under tickets, or name another"
            yield f"voicemail.requests.{name}.ticket", reason


def _numbers(config: VoicemailConfig, claimed: Mapping[str, str]) -> Iterator[Fault]:
    taken = dict(claimed)
    parts = [(f"boxes.{name}", f"the box {name}", box.number) for name, box in config.boxes.items()]
    parts += [
        (f"requests.{name}", f"the requests {name}", desk.number) for name, desk in config.requests.items()
    ]
    parts += [(f"codes.{name}", f"the code {name} of voicemail", code) for name, code in _codes(config)]
    for where, what, number in parts:
        if number is None:
            continue
        if number in taken:
            yield (
                f"voicemail.{where}",
                f"{number} is also the number of {taken[number]}: give one of the two another",
            )
        else:
            taken[number] = what


def _codes(config: VoicemailConfig) -> Iterator[tuple[str, str]]:
    """Yield the codes, where there is a box that they could lead to."""
    return config.codes.written() if config.boxes else iter(())


def _mail(config: VoicemailConfig, mailboxes: Collection[str] | None) -> Iterator[Fault]:
    written_to = [f"boxes.{name}" for name, box in config.boxes.items() if box.mail]
    written_to += [f"requests.{name}" for name, desk in config.requests.items() if desk.mail]
    if written_to and not config.mail_by:
        yield f"voicemail.{written_to[0]}.mail", "nobody sends it: name a mailbox in voicemail.mail_by"
    elif config.mail_by and mailboxes is not None and config.mail_by not in mailboxes:
        yield "voicemail.mail_by", f"there is no mailbox {config.mail_by}"


def forward_faults(config: VoicemailConfig, forwards: Mapping[str, Mapping[str, str]]) -> Iterator[Fault]:
    """Yield who forwards to his own box and has none; ``forwards`` are numbers by account and setting."""
    for user, settings in forwards.items():
        for setting, to in settings.items():
            if to == OWN_BOX and user not in config.boxes:
                reason = f"{user} has no voicemail box: add one under voicemail.boxes"
                yield f"accounts.{user}.forward.{setting}", reason
